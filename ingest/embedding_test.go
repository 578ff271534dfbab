package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestRenamedFileReusesTheVectors(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "# Leave\n\nA holiday.")
	o.run()
	o.remove("a.md")
	o.write("hr/b.md", "# Leave\n\nA holiday.")
	if report := o.run(); report.Deleted != 1 || report.Indexed != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday", "hr/b.md")
}

func TestOneDocumentThatTheEmbedderRefusesFailsAlone(t *testing.T) {
	for name, embedder := range map[string]*wordHash{"ByError": {refuse: "xylophone"}, "ByVector": {zero: "xylophone"}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.Embedder = embedder
			for i := range 5 {
				o.write(fmt.Sprintf("%d.md", i), fmt.Sprintf("A holiday %d.", i))
			}
			o.run()
			o.write("2.md", "A holiday with a xylophone.")
			o.write("3.md", "A holiday by the sea.")
			for range 2 {
				o.wantFailed(o.run(), "2.md", "embed")
				o.wantFinds("boss", "holiday", "0.md", "1.md", "3.md", "4.md")
			}
			embedder.refuse, embedder.zero = "", ""
			o.now = o.now.Add(firstPause) // when it is tried again
			if report := o.run(); !report.OK() || report.Indexed != 1 || report.Unchanged != 4 {
				t.Errorf("report %+v", report)
			}
		})
	}
}

func TestUnavailableEmbedderEndsTheRunAndWhatWasDoneStays(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "A vacation.")
	o.run()
	o.remove("b.md")
	o.write("c.md", "Another holiday.")
	o.embedder.down = true
	report, err := o.Run(t.Context())
	if !errors.As(err, new(errDown)) || report == nil || report.Deleted != 1 || report.Indexed != 0 {
		t.Errorf("report %+v, error %v", report, err)
	}
	o.wantFinds("boss", "holiday", "a.md")
	o.wantFinds("boss", "vacation")
	o.embedder.down = false
	if report := o.run(); report.Indexed != 1 || report.Unchanged != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday", "a.md", "c.md")
}

func TestLongDocumentKeepsWhatWasEmbedded(t *testing.T) {
	o := newOffice(t)
	var text strings.Builder
	for i := range 3 * batchPassages {
		fmt.Fprintf(&text, "# Part %d\n\n%s\n\n", i, strings.Repeat(fmt.Sprintf("holiday number %d ", i), 60))
	}
	o.write("a.md", text.String())
	failing := &failsAfter{wordHash: o.embedder, texts: batchPassages}
	o.Embedder = failing
	if _, err := o.Run(t.Context()); !errors.As(err, new(errDown)) {
		t.Fatalf("error %v", err)
	}
	before := len(o.embedder.embedded)
	o.Embedder = o.embedder
	report := o.run()
	if before != batchPassages || report.Passages-report.Embedded != before {
		t.Errorf("%d embedded, and then %d of %d", before, report.Embedded, report.Passages)
	}
}

// failsAfter is gone once it has embedded so many texts.
type failsAfter struct {
	*wordHash
	texts int
}

func (f *failsAfter) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	if f.texts -= len(texts); f.texts < 0 {
		return nil, errDown{}
	}
	return f.wordHash.EmbedDocuments(ctx, texts)
}

func TestLostIndexIsWrittenAgainWithoutEmbedding(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.loseIndex()
	o.wantFinds("boss", "holiday")
	if report := o.run(); report.Indexed != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday", "a.md")
}

func TestOtherGenerationHasItsOwnDocuments(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.openIndex("other-model")
	if report := o.run(); report.Indexed != 1 || report.Embedded != 1 {
		t.Errorf("report %+v", report)
	}
	o.openIndex("word-hash") // back again: it has the document
	if report := o.run(); report.Unchanged != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestDimensionsThatAreLearnedChangeNothing(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.Generation.Dimensions = 16
	if report := o.run(); report.Unchanged != 1 {
		t.Errorf("report %+v", report)
	}
}

func TestOtherLanguageOfTheSourceIsWrittenAnew(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "12345 a")
	o.run()
	o.Sources[0].Language = "zh-Hans"
	if report := o.run(); report.Indexed != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
}

func TestEmbedderIsAskedForWhatIsIndexed(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "# Leave\n\n## Holidays\n\nThirty days.\n")
	o.run()
	if !slices.Equal(o.embedder.embedded, []string{"Leave › Holidays\nThirty days."}) {
		t.Errorf("embedded %q", o.embedder.embedded)
	}
}
