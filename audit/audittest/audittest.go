// Package audittest opens an audit for a test, and reads what is in it.
package audittest

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"bureau/audit"
)

// Key returns the key of the tests' audits.
func Key(t testing.TB) *audit.Key {
	t.Helper()
	key, err := audit.NewKey(strings.Repeat("for tests alone ", 4))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// An Audit is a log in a folder of its own.
type Audit struct {
	*audit.Log
	Folder string
	t      testing.TB
}

// Open returns an empty audit.
func Open(t testing.TB) Audit {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "audit")
	log, err := audit.Open(audit.Config{Folder: folder, Key: Key(t)})
	if err != nil {
		t.Fatal(err)
	}
	return Audit{log, folder, t}
}

// Key returns the key of the audit.
func (a Audit) Key() *audit.Key { return Key(a.t) }

// Lines returns the lines so far, without those about the audit itself. They
// must be sound.
func (a Audit) Lines() []audit.Line {
	a.t.Helper()
	var lines []audit.Line
	keys := []*audit.Key{Key(a.t)}
	if _, err := audit.Each(a.Folder, keys, func(l audit.Line) error {
		if !strings.HasPrefix(string(l.Kind), "audit.") {
			lines = append(lines, l)
		}
		return nil
	}); errors.Is(err, audit.ErrNone) {
		return nil
	} else if err != nil {
		a.t.Fatal(err)
	}
	report, err := audit.Verify(a.Folder, keys, nil)
	if err != nil || len(report.Faults) > 0 {
		a.t.Fatalf("the audit has faults: %v, %v", report.Faults, err)
	}
	return lines
}
