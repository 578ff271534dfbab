package ingest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestP3_DocumentThatNarrowsItsReadersIsWithheldThoughTheEmbedderIsDown(t *testing.T) {
	o := newOffice(t)
	for i := range 3 * batchPassages { // the embedder is asked in vain long before z.md is read
		o.write(fmt.Sprintf("%03d.md", i), fmt.Sprintf("Number %d is about nothing.", i))
	}
	o.write("z.md", "A holiday.")
	o.run()
	for i := range 3 * batchPassages {
		o.write(fmt.Sprintf("%03d.md", i), fmt.Sprintf("Number %d is about everything.", i))
	}
	o.write("z.md", "---\nreaders: [hr]\n---\nA holiday.")
	o.embedder.down = true
	if _, err := o.Run(t.Context()); !errors.As(err, new(errDown)) {
		t.Fatalf("error %v, want the embedder's", err)
	}
	o.wantFinds("feng", "holiday")
	o.embedder.down = false
	if report := o.run(); !report.OK() {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "z.md")
}

func TestP3_DocumentExcludedWhileItsFolderIsAwayLeaves(t *testing.T) {
	o := newOffice(t)
	o.write("kept.md", "A holiday.")
	o.write("private/pay.md", "A paid holiday.")
	o.run()
	away := filepath.Join(t.TempDir(), "away")
	if err := os.Rename(o.folder, away); err != nil {
		t.Fatal(err)
	}
	o.Sources[0].Exclude = []string{"private/**"}
	if report := o.run(); report.Deleted != 1 {
		t.Errorf("report %+v, want one deleted", report)
	}
	o.wantFinds("feng", "holiday", "kept.md")
}

func TestDocumentThatFailsAgainIsCountedAsFailed(t *testing.T) {
	o := newOffice(t)
	o.embedder.refuse = "xylophone"
	o.write("bad.md", "A xylophone.")
	o.write("good.md", "A holiday.")
	for range 2 {
		o.wantFailed(o.run(), "bad.md", "embed")
		counts, err := o.Ledger.Counts(t.Context())
		if want := (Counts{Indexed: 1, Failed: 1, Passages: 1}); err != nil || counts != want {
			t.Errorf("counts %+v (%v), want %+v", counts, err, want)
		}
	}
}
