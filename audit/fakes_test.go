package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A book is an audit of a test, with the lines that were acknowledged.
type book struct {
	*Log
	t      testing.TB
	folder string
	key    *Key
	clock  time.Time
}

func testKey(t testing.TB, word string) *Key {
	t.Helper()
	key, err := NewKey(strings.Repeat(word+" ", minKey))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newBook returns an audit of two lines whose files hold so many lines each: one line is
// written each second.
func newBook(t testing.TB, lines int) *book {
	t.Helper()
	b := &book{t: t, folder: filepath.Join(t.TempDir(), "audit"), key: testKey(t, "one"), clock: time.Date(2030, 1, 1, 8, 0, 0, 0, time.UTC)}
	b.reopen(Config{Age: time.Duration(lines) * time.Second})
	b.add(1) // the second line: the first says that the audit began
	b.clock = b.clock.Add(time.Second)
	return b
}

func (b *book) reopen(c Config) {
	b.t.Helper()
	c.Folder, c.Now = b.folder, func() time.Time { return b.clock }
	if c.Key == nil {
		c.Key = b.key
	}
	var err error
	if b.Log, err = Open(c); err != nil {
		b.t.Fatal(err)
	}
}

// opened is the entry of the n-th document that somebody opened.
func opened(n int) Entry {
	return Entry{By: By{Door: Browser, Person: "mei"}, Event: DocumentOpened{Document: fmt.Sprintf("document-%d", n), Version: "v1"}}
}

// add appends n lines, one at a time.
func (b *book) add(n int) *book {
	b.t.Helper()
	for i := range n {
		if err := b.Append(b.t.Context(), opened(i)); err != nil {
			b.t.Fatal(err)
		}
		b.clock = b.clock.Add(time.Second)
	}
	return b
}

func (b *book) verify(heads ...Head) Report {
	b.t.Helper()
	report, err := Verify(b.folder, []*Key{b.key}, heads)
	if err != nil {
		b.t.Fatal(err)
	}
	return report
}

// sound fails the test where the audit has faults.
func (b *book) sound() Report {
	b.t.Helper()
	report := b.verify()
	if len(report.Faults) > 0 {
		b.t.Fatalf("faults: %v, notes: %v", report.Faults, report.Notes)
	}
	return report
}

// files returns the paths of the segments.
func (b *book) files() (paths []string) {
	b.t.Helper()
	segments, err := segmentsIn(b.folder)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range segments {
		paths = append(paths, s.path)
	}
	return paths
}

// change rewrites the lines of a file.
func (b *book) change(path string, change func(lines [][]byte) [][]byte) {
	b.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	lines := change(bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")))
	b.put(path, append(bytes.TrimSuffix(bytes.Join(lines, nil), []byte("\n")), '\n'))
}

func (b *book) put(path string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) get(path string) []byte {
	b.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}

// events returns the events of one kind.
func events[E Event](b *book) (all []E) {
	b.t.Helper()
	if _, err := Each(b.folder, []*Key{b.key}, func(l Line) error {
		if e, ok := Decode[E](l); ok {
			all = append(all, e)
		}
		return nil
	}); err != nil {
		b.t.Fatal(err)
	}
	return all
}
