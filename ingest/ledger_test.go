package ingest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

func TestLedgerKeepsWhatItWasGiven(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "---\nreaders: [hr]\nclearance: confidential\nfrom: 2026-03-01T09:00:00+08:00\nuntil: 9999-12-31\n---\n# Leave\n\n## Days\n\nThirty.\n")
	o.run()
	entries, err := o.Ledger.entries(t.Context())
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d entries (%v)", len(entries), err)
	}
	e := entries[documentID("docs", "a.md")]
	d := e.document
	if d.Source != "docs" || d.Path != "a.md" || d.Title != "Leave" || d.Language != "en" || len(d.Version) != 32 ||
		d.Readers.Clearance != "confidential" || d.Readers.Until.Year() != 9999 || d.Readers.From.Hour() != 1 {
		t.Errorf("document %+v", d)
	}
	if e.state != stateIndexed || e.passages != 1 || !slices.Equal(e.headings, []string{"Days"}) || !e.front.Has("readers") {
		t.Errorf("entry %+v", e)
	}
	if c, err := o.Ledger.Counts(t.Context()); err != nil || c != (Counts{Indexed: 1, Passages: 1}) {
		t.Errorf("counts %+v (%v)", c, err)
	}
}

func TestUnknownDocumentHasNoReaders(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.write("b.md", "---\nreaders: []\n---\nA holiday.")
	o.run()
	a, b := documentID("docs", "a.md"), documentID("docs", "b.md")
	readers, err := o.Ledger.Readers(t.Context(), []retrieval.DocumentID{a, b, "unknown", "'; DROP TABLE documents"})
	if err != nil || len(readers) != 2 || !readers[a].Equal(readBy(access.Everyone)) || !readers[b].IsNobody() {
		t.Errorf("readers %v (%v)", readers, err)
	}
	if readers, err := o.Ledger.Readers(t.Context(), nil); err != nil || len(readers) != 0 {
		t.Errorf("readers %v (%v)", readers, err)
	}
}

func TestP4_L20_ForeignAndUnknownDocumentsAreTheSame(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "---\nreaders: [hr]\n---\n# Leave\n\nA holiday.")
	o.write("b.md", "---\nreaders: [nobody]\n---\nA holiday.")
	o.run()
	id := documentID("docs", "a.md")
	text, err := o.Ledger.Read(t.Context(), scopeOf(t, "hanna"), id)
	if err != nil || text.Document.ID != id || !strings.Contains(text.Markdown, "A holiday.") {
		t.Fatalf("text %+v (%v)", text, err)
	}
	_, unknown := o.Ledger.Read(t.Context(), scopeOf(t, "feng"), "unknown")
	if !errors.Is(unknown, retrieval.ErrNotFound) {
		t.Errorf("error %v", unknown)
	}
	for name, test := range map[string]struct {
		scope access.Scope
		id    retrieval.DocumentID
	}{
		"Foreign": {scopeOf(t, "feng"), id}, "OfNobody": {scopeOf(t, "boss"), documentID("docs", "b.md")},
		"P2_ZeroScope": {access.Scope{}, id}, "NarrowedAway": {scopeOf(t, "hanna").Narrow("finance"), id},
	} {
		text, err := o.Ledger.Read(t.Context(), test.scope, test.id)
		if !errors.Is(err, retrieval.ErrNotFound) || err.Error() != unknown.Error() || text.Markdown != "" || text.Document.Title != "" {
			t.Errorf("%s: %+v and error %v, want %v", name, text, err, unknown)
		}
	}
}

func TestPassagesPointIntoTheText(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "# Leave\n\n## Days\n\nThirty days of holiday.\n\n## 天数\n\n三十天的年假。\n")
	o.run()
	text, err := o.Ledger.Read(t.Context(), scopeOf(t, "feng"), documentID("docs", "a.md"))
	if err != nil {
		t.Fatal(err)
	}
	searcher := retrieval.Searcher{Index: o.index, Ledger: o.Ledger}
	result, err := searcher.Search(t.Context(), scopeOf(t, "feng"), retrieval.Question{Text: "holiday 年假", K: 10})
	if err != nil || len(result.Hits) == 0 {
		t.Fatalf("%d hits (%v)", len(result.Hits), err)
	}
	for _, hit := range result.Hits {
		if got := text.Markdown[hit.Passage.Start:hit.Passage.End]; got != hit.Passage.Text {
			t.Errorf("the passage is %q, its place has %q", hit.Passage.Text, got)
		}
	}
}

func TestUnreadableReadersAreAnErrorAndNotAGuess(t *testing.T) {
	o := newOffice(t)
	o.write("a.md", "A holiday.")
	o.run()
	if err := o.Ledger.corrupt(t, "readers"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Ledger.Readers(t.Context(), []retrieval.DocumentID{documentID("docs", "a.md")}); err == nil {
		t.Error("readers that cannot be read were read")
	}
	if _, err := o.Ledger.Read(t.Context(), scopeOf(t, "boss"), documentID("docs", "a.md")); err == nil {
		t.Error("a document whose readers cannot be read was read")
	}
	if _, err := o.Run(t.Context()); err == nil {
		t.Error("a run went on with a ledger that cannot be read")
	}
}

func TestDocumentIDsAreSafeInAURL(t *testing.T) {
	id := documentID("docs", "薪酬/a b?c.md")
	if len(id) != 26 || strings.Trim(string(id), "abcdefghijklmnopqrstuvwxyz234567") != "" {
		t.Errorf("id %s", id)
	}
	if id == documentID("docs/薪酬", "a b?c.md") || id == documentID("docs", "薪酬/a b?d.md") {
		t.Error("two places share an id")
	}
}
