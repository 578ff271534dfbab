package ingest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entryOf returns what the ledger has of a document of the source docs.
func (o *office) entryOf(name string) entry {
	o.t.Helper()
	entries, err := o.Ledger.entries(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return entries[documentID("docs", name)]
}

func TestWhatIsFinalIsNotTriedAgainUntilTheFileChanges(t *testing.T) {
	o := newOffice(t)
	o.writeAged("a.md", "---\nreaders: [hr\n---\nA holiday.")
	o.run()
	o.writeAged("a.md", "---\nreaders: [hr]\n---\nA holiday") // as long, and as old: only who opens it can tell
	o.now = o.now.AddDate(1, 0, 0)
	o.wantFailed(o.run(), "a.md", "front matter")
	if n, err := o.Ledger.Retry(t.Context(), "docs/a.md"); err != nil || n != 1 {
		t.Fatalf("%d set to be tried again (%v)", n, err)
	}
	if report := o.run(); report.Indexed != 1 || !report.OK() {
		t.Errorf("report %+v", report)
	}
}

func TestTheRemedyNamesWhatIsToBeCorrected(t *testing.T) {
	const broken = "---\nreaders: [hr\n---\nA holiday."
	o := newOffice(t)
	o.write("a.md", broken)
	o.write("share.zip", packed(t, map[string]string{"b.md": broken}))
	o.write("c.md", "A holiday.")
	o.write("c.md.readers.yaml", "readrs: [hr]")
	o.run()
	for name, want := range map[string]string{
		"a.md": "correct the document:", "share.zip/b.md": "correct it in docs/share.zip:", "c.md": "correct the rules:",
	} {
		if got := o.entryOf(name).remedy(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestFileThatCannotBeReadIsTriedAgainForEver(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads every file")
	}
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	path := filepath.Join(o.folder, "a.md")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	for range 2 * mostAttempts {
		o.wantFailed(o.run(), "a.md", "permission denied; tried again after")
		o.now = o.now.Add(longestPause)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if report := o.run(); report.Indexed != 1 {
		t.Errorf("report %+v", report)
	}
}

func TestTransientAndFinalAreToldApart(t *testing.T) {
	o := newOffice(t)
	r := o.newRun()
	f := file{source: o.Sources[0], path: "a.md", size: 1, modified: spring}
	for name, test := range map[string]struct {
		v     verdict
		again bool
	}{
		"Read":         {r.unreadable(f, os.ErrPermission, constant), true},
		"Format":       {r.unreadable(f, ErrBinary, mayPass(ErrBinary)), false},
		"ItSaysItself": {r.unreadable(f, busy{}, mayPass(busy{})), true},
	} {
		if v := test.v; v.kind != failed || (v.entry.next > 0) != test.again || strings.Contains(v.entry.says(), "tried again") != test.again {
			t.Errorf("%s: %+v, %s", name, v, v.entry.says())
		}
	}
}

// busy is an error that may pass by itself.
type busy struct{}

func (busy) Error() string   { return "the converter is busy" }
func (busy) Transient() bool { return true }

func TestPoisonIsSetAsideAndNamedOnce(t *testing.T) {
	o := newOffice(t)
	o.embedder.refuse = "xylophone"
	o.write("a.md", "A xylophone.")
	for attempt := 1; attempt <= mostAttempts; attempt++ {
		report := o.run()
		o.wantFailed(report, "a.md", "embed")
		if last := strings.Contains(report.Failed[0].Reason, "set aside after 5 attempts"); last != (attempt == mostAttempts) {
			t.Errorf("attempt %d: %v", attempt, report.Failed)
		}
		e := o.entryOf("a.md")
		if e.attempts != attempt {
			t.Errorf("the ledger counts %d attempts, want %d", e.attempts, attempt)
		}
		o.now = o.now.Add(pauseAfter(attempt) - 1)
		o.run() // too early
		if o.entryOf("a.md").attempts != attempt {
			t.Errorf("it was tried before its time")
		}
		o.now = o.now.Add(1)
	}
	asked := len(o.embedder.embedded)
	for range 2 {
		o.now = o.now.AddDate(0, 1, 0)
		if report := o.run(); !report.OK() || report.SetAside != 1 || len(o.embedder.embedded) != asked {
			t.Errorf("report %+v", report)
		}
	}
	o.embedder.refuse = ""
	if n, err := o.Ledger.Retry(t.Context()); err != nil || n != 1 {
		t.Fatalf("%d set to be tried again (%v)", n, err)
	}
	if report := o.run(); report.Indexed != 1 || o.entryOf("a.md").attempts != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestAnotherEmbedderTriesAgain(t *testing.T) {
	o := newOffice(t)
	o.embedder.refuse = "xylophone"
	o.write("a.md", "A xylophone.")
	o.run()
	o.openIndex("other-model")
	o.embedder.refuse = ""
	if report := o.run(); report.Indexed != 1 {
		t.Errorf("report %+v", report)
	}
}

func TestRetryTakesDocumentsFoldersAndIDs(t *testing.T) {
	o := newOffice(t)
	for _, name := range []string{"x/a.md", "x/b.md", "xy/c.md"} {
		o.write(name, "---\nreaders: [hr\n---\nA holiday.")
	}
	o.write("good.md", "A holiday.")
	o.run()
	for name, want := range map[string]int{"docs/x": 2, "docs/x/": 2, "docs": 3, "docs/xy/c.md": 1, string(documentID("docs", "x/a.md")): 1} {
		if n, err := o.Ledger.Retry(t.Context(), name); err != nil || n != want {
			t.Errorf("%s: %d (%v), want %d", name, n, err, want)
		}
	}
	for _, name := range []string{"docs/good.md", "docs/z", "do"} {
		if n, err := o.Ledger.Retry(t.Context(), "docs/x", name); err == nil || n != 0 {
			t.Errorf("%s: %d and no error", name, n)
		}
	}
	if due, err := o.Ledger.Due(t.Context(), o.now); err != nil || !due {
		t.Errorf("nothing is due (%v)", err)
	}
	o.run()
	if due, err := o.Ledger.Due(t.Context(), o.now); err != nil || due {
		t.Errorf("what is final is due again (%v)", err)
	}
}

func TestNothingWaitsWithoutAReason(t *testing.T) {
	o := newOffice(t)
	o.write("old.md", "A holiday.")
	o.run()
	o.write("old.md", "A longer holiday.")
	o.write("new.md", "Another holiday.")
	o.embedder.down = true
	began := o.now
	for range 2 {
		report, err := o.Run(t.Context())
		if !errors.As(err, new(errDown)) || report.Waiting == 0 {
			t.Fatalf("report %+v, error %v", report, err)
		}
		o.now = o.now.Add(time.Hour)
	}
	for _, name := range []string{"old.md", "new.md"} {
		if e := o.entryOf(name); e.state != stateExtracted && e.state != stateWaiting || !strings.Contains(e.reason, "connection refused") || e.since != began.UnixNano() {
			t.Errorf("%s: %s since %v: %q", name, e.state, time.Unix(0, e.since), e.reason)
		}
	}
	o.embedder.down = false
	o.run()
	for _, name := range []string{"old.md", "new.md"} {
		if e := o.entryOf(name); e.state != stateIndexed || e.reason != "" {
			t.Errorf("%s: %s: %q", name, e.state, e.reason)
		}
	}
}

func TestDocumentWithoutATextIsOpenedOnce(t *testing.T) {
	o := newOffice(t)
	o.writeAged("a.md", "---\ntitle: A\n---\n")
	first := o.run()
	o.writeAged("a.md", "One easy holiday\n") // as long, and as old: only who opens it can tell
	if diff := cmp.Diff(first, o.run()); diff != "" {
		t.Errorf("the second run reports something else (-first +second):\n%s", diff)
	}
	o.write("a.md", "An Easter holiday.\n")
	if report := o.run(); report.Indexed != 1 {
		t.Errorf("report %+v", report)
	}
}

// writeAged puts a document into the folder that looks older than the test.
func (o *office) writeAged(name, text string) {
	o.t.Helper()
	o.write(name, text)
	if err := os.Chtimes(filepath.Join(o.folder, name), spring, spring); err != nil {
		o.t.Fatal(err)
	}
}
