package ingest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

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

func TestDocumentWithoutATextIsWithheldAndNoFailure(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	o.write("a.md", "---\ntitle: A\n---\n")
	for range 2 {
		report := o.run()
		if !report.OK() || report.Withheld != 1 || len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0].Reason, "no text") {
			t.Errorf("report %+v", report)
		}
		o.wantFinds("boss", "holiday")
	}
}

func TestFilesThatCannotBeReadAreReportedAndTheRestGoesOn(t *testing.T) {
	for name, test := range map[string]struct{ file, text, reason string }{
		"Binary":       {"b.md", "%PDF-1.7 and more", "PDF"},
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
