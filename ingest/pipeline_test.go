package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

func TestDocumentsAreFoundByTheirReaders(t *testing.T) {
	o := newOffice(t)
	o.write("leave.md", "# Leave\n\nThirty days of holiday.\n")
	o.write("hiring.md", "---\nreaders: [recruiting]\n---\n# Hiring\n\nThe holiday of candidates.\n")
	if report := o.run(); report.Indexed != 2 || report.Passages != 2 || report.Embedded != 2 || !report.OK() {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday", "leave.md")
	o.wantFinds("rita", "holiday", "hiring.md", "leave.md")
}

func TestSecondRunDoesNothing(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "# A\n\nOne holiday.\n")
	o.write("b.md", "---\nreaders: [hr]\nuntil: 9999-12-31\n---\n# B\n\nAnother holiday.\n")
	o.run()
	if report := o.run(); report.Unchanged != 2 || report.Embedded != 0 || report.Indexed != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("hanna", "holiday", "a.md", "b.md")
}

func TestUnchangedFilesAreNotOpened(t *testing.T) {
	o := newOffice(t)
	texts := func(word string) {
		for i := range 200 {
			name := filepath.Join(strconv.Itoa(i%20), strconv.Itoa(i)+".md")
			o.write(name, word+" holiday "+strconv.Itoa(i))
			if err := os.Chtimes(filepath.Join(o.folder, name), spring, spring); err != nil {
				t.Fatal(err)
			}
		}
	}
	o.Embedder = nil // it is not what this is about
	o.openIndex("")
	texts("first")
	o.run()
	texts("other") // as long, and as old: only who opens the files can tell
	if report := o.run(); report.Unchanged != 200 || report.Indexed != 0 {
		t.Errorf("%d unchanged, %d indexed", report.Unchanged, report.Indexed)
	}
}

func TestTouchedFileIsReadOnce(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	if err := os.Chtimes(filepath.Join(o.folder, "a.md"), spring, spring); err != nil {
		t.Fatal(err)
	}
	if report := o.run(); report.Unchanged != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	entries, err := o.Ledger.entries(t.Context())
	if err != nil || entries[documentID("docs", "a.md")].modified != spring.UnixNano() {
		t.Errorf("the ledger does not know the new time: %+v (%v)", entries, err)
	}
}

func TestChangedTextReplacesTheOld(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "# A\n\nAn old holiday.\n")
	o.run()
	o.write("a.md", "# A\n\nA new vacation policy.\n")
	if report := o.run(); report.Indexed != 1 || report.Embedded != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("feng", "vacation", "a.md")
}

func TestChangedReadersOfTheSourceEmbedNothing(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "---\ndeny: [payroll]\n---\nA holiday too.")
	o.run()
	o.Sources[0].Readers = readBy("hr")
	if report := o.run(); report.ReadersChanged != 2 || report.Embedded != 0 || report.Indexed != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "a.md", "b.md")
	want := readBy("hr")
	documents, err := o.Index.Documents(t.Context())
	if err != nil || !documents[documentID("docs", "a.md")].Readers.Equal(want) {
		t.Errorf("the index says %+v (%v)", documents, err)
	}
	ledger, err := o.Ledger.Readers(t.Context(), []retrieval.DocumentID{documentID("docs", "a.md")})
	if err != nil || !ledger[documentID("docs", "a.md")].Equal(want) {
		t.Errorf("the ledger says %+v (%v)", ledger, err)
	}
	o.Sources[0].Readers = readBy("finance")
	o.run()
	o.wantFinds("feng", "holiday", "a.md", "b.md")
	o.wantFinds("boss", "holiday", "a.md") // denied with payroll
}

func TestChangedReadersOfTheFrontMatterReuseTheVectors(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "---\nreaders: [hr]\n---\nA holiday.")
	o.run()
	o.write("a.md", "---\nreaders: [finance]\n---\nA holiday.")
	if report := o.run(); report.Indexed != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("hanna", "holiday")
	o.wantFinds("feng", "holiday", "a.md")
}

func TestL16_DocumentOfNobodyIsWithheldAndReported(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.write("a.md", "---\nreaders: [hrr]\n---\nA holiday.")
	for range 2 { // also in every later run
		if report := o.run(); report.Withheld != 1 || len(report.Warnings) != 2 || report.Warnings[0].Path != "a.md" || !report.OK() {
			t.Errorf("report %+v", report)
		}
		o.wantFinds("boss", "holiday")
	}
	o.write("a.md", "---\nreaders: [hr]\n---\nA holiday.")
	o.run()
	o.wantFinds("hanna", "holiday", "a.md")
	o.Sources[0].Readers = readBy("finance")
	if report := o.run(); report.Withheld != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday")
}

func TestDeletedFileLeaves(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "A vacation.")
	o.run()
	o.remove("a.md")
	if report := o.run(); report.Deleted != 1 || report.Unchanged != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday")
	if entries, err := o.Ledger.entries(t.Context()); err != nil || len(entries) != 1 {
		t.Errorf("the ledger has %d documents (%v)", len(entries), err)
	}
}

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

func TestSourceThatIsNotConfiguredLeaves(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.Sources = nil
	if report := o.run(); report.Deleted != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday")
}

func TestMissingFolderKeepsItsDocuments(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	here := o.Sources[0].Path
	o.Sources[0].Path = filepath.Join(t.TempDir(), "not mounted")
	for range 2 {
		report := o.run()
		o.wantFailed(report, ".", "mounted")
		if report.Deleted != 0 || report.OK() {
			t.Errorf("report %+v", report)
		}
		o.wantFinds("feng", "holiday", "a.md")
	}
	o.Sources[0].Readers = readBy("hr")
	if report := o.run(); len(report.Warnings) != 1 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("feng", "holiday")
	o.Sources[0].Path = here
	if report := o.run(); report.Indexed != 1 || report.Embedded != 0 {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("hanna", "holiday", "a.md")
}

func TestNestedSourcesTakeADocumentOutOfBoth(t *testing.T) {
	o := newOffice(t)
	o.write("hr/a.md", "A holiday.")
	o.run()
	o.Sources = append(o.Sources, Source{ID: "hr", Path: filepath.Join(o.folder, "hr"), Readers: readBy("hr")})
	if report := o.run(); report.Seen != 2 || len(report.Failed) != 2 || !strings.Contains(report.Failed[0].Reason, "docs and hr") {
		t.Errorf("report %+v", report)
	}
	o.wantFinds("boss", "holiday")
	o.Sources[0].Exclude = []string{"hr/**"}
	o.run()
	o.wantFinds("feng", "holiday")
	o.wantFinds("hanna", "holiday", "a.md")
}

func TestFilesThatCannotBeReadAreReportedAndTheRestGoesOn(t *testing.T) {
	for name, test := range map[string]struct{ file, text, reason string }{
		"Binary":       {"b.md", "%PDF-1.7 and more", "PDF"},
		"Empty":        {"b.md", "---\ntitle: A\n---\n", "no text"},
		"Encoding":     {"b.md", "\x00\x01\x02\xff\xfe\xfd", ""},
		"FrontMatter":  {"b.md", "---\nreaders: [hr\n---\nA holiday.", "front matter"},
		"OpenedOnly":   {"b.md", "---\nreaders: [hr]\nA holiday.", "not closed"},
		"BadDate":      {"b.md", "---\nuntil: next year\n---\nA holiday.", "until"},
		"NotAMapping":  {"b.md", "---\nreaders: {a: b}\n---\nA holiday.", "readers"},
		"WrongContent": {"b.txt", "PK\x03\x04 and more", "zip"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.write("a.md", "A holiday.")
			o.write(test.file, "A holiday as well.")
			o.write("c.md", "A third holiday.")
			o.run()
			o.write(test.file, test.text)
			for range 2 {
				o.wantFailed(o.run(), test.file, test.reason)
				o.wantFinds("boss", "holiday", "a.md", "c.md")
			}
			o.write(test.file, "A holiday again.")
			if report := o.run(); !report.OK() || report.Indexed != 1 {
				t.Errorf("report %+v", report)
			}
		})
	}
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
			for range 2 { // it is tried again
				o.wantFailed(o.run(), "2.md", "embed")
				o.wantFinds("boss", "holiday", "0.md", "1.md", "3.md", "4.md")
			}
			embedder.refuse, embedder.zero = "", ""
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

func TestOtherGenerationIsWrittenAnew(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.openIndex("other-model")
	if report := o.run(); report.Indexed != 1 || report.Embedded != 1 {
		t.Errorf("report %+v", report)
	}
	o.openIndex("word-hash") // back again: nothing is embedded twice
	if report := o.run(); report.Indexed != 1 || report.Embedded != 0 {
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

func TestSecondRunAtOnceIsRefused(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	var second error
	o.Progress = stepper(func() { _, second = o.Run(t.Context()) })
	o.run()
	if !errors.Is(second, ErrRunning) || !strings.Contains(second.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("error %v, want ErrRunning with the process", second)
	}
	o.Progress = nil
	o.run()
}

func TestRunEndsWithItsContext(t *testing.T) {
	o := newOffice(t)
	for i := range 10 {
		o.write(fmt.Sprintf("%d.md", i), "A holiday.")
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = stepper(cancel)
	if report, err := o.Run(ctx); !errors.Is(err, context.Canceled) || report.Seen != 10 {
		t.Errorf("report %+v, error %v", report, err)
	}
	o.Progress = nil
	if report := o.run(); report.Indexed != 10 {
		t.Errorf("report %+v", report)
	}
}

// A stepper is called for each document.
type stepper func()

func (s stepper) Start(int)   {}
func (s stepper) Step(string) { s() }
func (s stepper) Done()       {}

func TestReportTellsPeopleWhatWasDone(t *testing.T) {
	report := Report{Seen: 3, Indexed: 1, Withheld: 1, Ignored: map[string]int{".docx": 2, "": 1}}
	report.fail("docs", "b.md", errors.New("it is broken"))
	report.fail("docs", ".", errors.New("it is gone"))
	report.warn("docs", "a.md", []string{"it is strange"})
	report.finish(time.Second)
	var b strings.Builder
	n, err := report.WriteTo(&b)
	for _, want := range []string{"3 documents: 1 indexed", "1 read by nobody", "2 failed", "warning: docs/a.md: it is strange",
		"failed: docs: it is gone\n  failed: docs/b.md: it is broken\n", "2 files .docx"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, &b)
		}
	}
	if err != nil || n != int64(b.Len()) {
		t.Errorf("wrote %d of %d bytes (%v)", n, b.Len(), err)
	}
}

func TestProgressIsPrinted(t *testing.T) {
	for name, test := range map[string]struct {
		progress func(*strings.Builder) Progress
		want     string
	}{
		"Lines": {func(b *strings.Builder) Progress { return Lines(b) }, "50 of 60 documents, at docs/a.md\n"},
		"Bar":   {func(b *strings.Builder) Progress { return Bar(b) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, total := range []int{0, 60} {
				var b strings.Builder
				p := test.progress(&b)
				p.Start(total)
				for range total {
					p.Step("docs/a.md")
				}
				p.Done()
				if total > 0 && !strings.Contains(b.String(), test.want) {
					t.Errorf("printed %q, want %q", b.String(), test.want)
				}
			}
		})
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
