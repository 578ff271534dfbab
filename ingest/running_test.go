package ingest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

func TestDocumentThatTheLedgerDoesNotKnowLeavesTheIndex(t *testing.T) {
	o := newOffice(t)
	stray := retrieval.Document{ID: "stray", Source: "docs", Path: "stray.md", Readers: readBy(access.Everyone)}
	if err := o.index.Replace(t.Context(), stray, nil); err != nil {
		t.Fatal(err)
	}
	o.run()
	if documents, err := o.index.Documents(t.Context()); err != nil || len(documents) != 0 {
		t.Errorf("the index has %v (%v)", documents, err)
	}
}

// TestP1_ReadersOfANewTextAreNotGivenToTheOld holds that a run that ended
// between the two records opens nothing: the text that the index still has may
// be the very one that was to be taken away first.
func TestP1_ReadersOfANewTextAreNotGivenToTheOld(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "---\nreaders: [hr]\n---\nThe secret holiday.")
	o.run()
	o.write("a.md", "The public vacation.")
	o.embedder.down = true
	for range 2 {
		if _, err := o.Run(t.Context()); err == nil {
			t.Fatal("the run went on without its embedder")
		}
		o.wantFinds("feng", "holiday")
	}
	o.embedder.down = false
	o.run()
	o.wantFinds("feng", "holiday")
	o.wantFinds("feng", "vacation", "a.md")
}

func TestReadersAreTakenAwayBeforeAnythingIsEmbedded(t *testing.T) {
	o := newOffice(t)
	o.write("z.md", "A holiday.")
	o.run()
	o.write("a.md", "Another holiday.")
	o.Sources[0].Readers = readBy("hr")
	o.embedder.down = true
	if _, err := o.Run(t.Context()); err == nil {
		t.Fatal("the run went on without its embedder")
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "z.md")
}

func TestRunEndsWithItsContext(t *testing.T) {
	o := newOffice(t)
	for i := range 10 {
		o.write(fmt.Sprintf("%d.md", i), "A holiday.")
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = stepper(cancel)
	if report, err := o.Run(ctx); !errors.Is(err, context.Canceled) || report.Seen >= 10 {
		t.Errorf("report %+v, error %v", report, err)
	}
	o.Progress = nil
	if report := o.run(); report.Indexed != 10 {
		t.Errorf("report %+v", report)
	}
}

// A stepper is called for each document.
type stepper func()

func (s stepper) Start(int) {}

func (s stepper) Step(string) { s() }

func (s stepper) Done() {}
