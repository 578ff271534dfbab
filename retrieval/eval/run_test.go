package eval

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

// folder is a set of two departments and one document for everyone.
func folder() fstest.MapFS {
	file := func(lines ...string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(strings.Join(lines, "\n"))} }
	return fstest.MapFS{
		"corpus.jsonl": file(`{"_id": "h1", "title": "Bands", "text": "salary bands of leads", "department": "hr"}`,
			`{"_id": "f1", "text": "salary budget", "department": "finance"}`, ``, `{"_id": "e1", "text": "annual leave"}`),
		"queries.jsonl": file(`{"_id": "q1", "text": "salary bands", "department": "hr", "history": ["user: who leads?", "agent: Ann", "user:and pay"]}`,
			`{"_id": "q2", "text": "leave", "department": "finance"}`, `{"_id": "q3", "text": "no judgement"}`),
		"qrels.tsv":                  file("query-id\tcorpus-id\tscore", "q1\th1\t1", "q2\te1\t2", "q2\tf1\t0"),
		"queries_unanswerable.jsonl": file(`{"_id": "u1", "text": "volcano", "department": "hr", "reason": "nothing"}`),
	}
}

func TestReadTakesTheLayoutOfBEIR(t *testing.T) {
	set, err := Read(folder(), "small")
	if err != nil {
		t.Fatal(err)
	}
	want := Set{
		Name:      "small",
		Documents: []Document{{"h1", "Bands", "salary bands of leads", "hr"}, {"f1", "", "salary budget", "finance"}, {"e1", "", "annual leave", ""}},
		Questions: []Question{
			{ID: "q1", Text: "salary bands", Earlier: []string{"who leads?", "and pay"}, Asker: "hr", Grades: map[string]int{"h1": 1}},
			{ID: "q2", Text: "leave", Asker: "finance", Grades: map[string]int{"e1": 2}},
		},
		Unanswerable: []Question{{ID: "u1", Text: "volcano", Asker: "hr", Reason: "nothing"}},
	}
	if diff := cmp.Diff(want, set); diff != "" {
		t.Errorf("set differs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"finance", "hr"}, set.Departments()); diff != "" {
		t.Errorf("departments differ:\n%s", diff)
	}
}

func TestReadTakesNaNForAMissingValue(t *testing.T) {
	f := folder()
	f["queries.jsonl"] = &fstest.MapFile{Data: []byte(`{"_id": "q1", "text": "which?", "topic": [NaN], "more": NaN}` + "\n")}
	set, err := Read(f, "set")
	if err != nil || len(set.Questions) != 1 || set.Questions[0].Text != "which?" {
		t.Errorf("questions %v, error %v", set.Questions, err)
	}
}

func TestReadNamesTheBrokenLine(t *testing.T) {
	for name, broken := range map[string]string{"queries.jsonl": "{\"_id\": \"q1\"}\n{", "qrels.tsv": "heading\nq1\th1"} {
		f := folder()
		f[name] = &fstest.MapFile{Data: []byte(broken)}
		if _, err := Read(f, "small"); err == nil || !strings.Contains(err.Error(), name+":2") {
			t.Errorf("error %v, want one that names %s:2", err, name)
		}
	}
}

func TestRunCountsWhatEachRankingFound(t *testing.T) {
	set, index := small(t)
	report, err := Run(t.Context(), set, Options{Searcher: index.searcher(), Scope: scopeOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	one := Metrics{1, 1, 1, 1, 1}
	if diff := cmp.Diff([]Line{{Lexical, one}, {Fused, one}}, report.Runs); diff != "" {
		t.Errorf("runs differ (-want +got):\n%s", diff)
	}
	if report.OutOfScope != 0 || report.Kept != 1 {
		t.Errorf("out of scope %d, kept %v", report.OutOfScope, report.Kept)
	}
	if diff := cmp.Diff([]Refused{{"nothing", 1, 1}}, report.Refused); diff != "" {
		t.Errorf("refused differ (-want +got):\n%s", diff)
	}
	var table bytes.Buffer
	if err := report.WriteTable(&table); err != nil || !strings.Contains(table.String(), "refused (nothing): 1 of 1") {
		t.Errorf("table %q, error %v", &table, err)
	}
}

// TestP1_RunCountsForeignDocuments holds that the count does not believe
// the index: here index and ledger both take every document for everyone's.
func TestP1_RunCountsForeignDocuments(t *testing.T) {
	set, index := small(t)
	for i := range index.found {
		index.found[i].Document.Readers = access.Readers{Departments: []access.Department{access.Everyone}}
	}
	report, err := Run(t.Context(), set, Options{Searcher: index.searcher(), Scope: scopeOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	if report.OutOfScope != 2 { // the salary budget of finance, in the lexical run and the fused
		t.Errorf("out of scope %d, want 2", report.OutOfScope)
	}
}

// The copy of e1 is newer, and so e1 itself is only named beside it. By the set's
// word finance may not read the copy, whatever index and ledger say.
func TestP1_ACopyBesideAMatchIsJudgedAndCounted(t *testing.T) {
	set, index := small(t)
	e1 := &index.found[2]
	e1.Document.Updated = "2025-01-02"
	set.Documents = append(set.Documents, Document{"e2", "", e1.Passage.Text, "hr"})
	e2 := *e1
	e2.Passage.ID, e2.Passage.Document = "e2#0", "document-e2"
	e2.Document.ID, e2.Document.Path, e2.Document.Updated = "document-e2", "e2", "2026-01-02"
	index.found = append(index.found, e2)
	report, err := Run(t.Context(), set, Options{Searcher: index.searcher(), Scope: scopeOf(t)})
	if err != nil {
		t.Fatal(err)
	}
	fused := report.Runs[len(report.Runs)-1]
	if fused.Run != Fused || fused.Recall5 != 1 || report.Details[1].Rank != 2 {
		t.Errorf("%+v, rank %d; want all found, e1 in the second place", fused, report.Details[1].Rank)
	}
	if report.OutOfScope != 2 { // the copy, in the lexical run and the fused
		t.Errorf("out of scope %d, want 2", report.OutOfScope)
	}
}

// words is an index and ledger that ranks by the share of the query's terms
// that a passage has.
type words struct{ found []retrieval.Found }

func small(t *testing.T) (Set, *words) {
	t.Helper()
	set, err := Read(folder(), "small")
	if err != nil {
		t.Fatal(err)
	}
	index := new(words)
	for _, d := range set.Documents {
		readers := access.Readers{Departments: []access.Department{access.Everyone}}
		if d.Department != "" {
			readers.Departments[0] = access.Department(d.Department)
		}
		id := retrieval.DocumentID("document-" + d.ID)
		index.found = append(index.found, retrieval.Found{
			Passage:  retrieval.Passage{ID: d.ID + "#0", Document: id, Text: d.Text},
			Document: retrieval.Document{ID: id, Path: d.ID, Title: d.Title, Readers: readers},
		})
	}
	return set, index
}

func (w *words) searcher() *retrieval.Searcher {
	return &retrieval.Searcher{Index: w, Ledger: w, Constants: retrieval.ConstantsFor("")}
}

func scopeOf(t *testing.T) func(string) (access.Scope, error) {
	policy, err := access.Parse("small.yaml", []byte(`
departments: [{id: hr, name: HR}, {id: finance, name: Finance}]
people: [{id: hr, name: H, departments: [hr]}, {id: finance, name: F, departments: [finance]}]
`))
	if err != nil {
		t.Fatal(err)
	}
	return func(asker string) (access.Scope, error) { return policy.Scope(asker, time.Unix(0, 0)) }
}

func (w *words) Search(_ context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	var r retrieval.Rankings
	for _, f := range w.found {
		doc, share := retrieval.Analyze(f.Passage.Text), 0.0
		for _, term := range q.Terms {
			for _, d := range doc {
				if d.Text == term.Text {
					share += 1 / float64(len(q.Terms))
				}
			}
		}
		if share > 0 && scope.Allows(f.Document.Readers) {
			r.Lexical = append(r.Lexical, retrieval.Hit{Passage: f.Passage.ID, Document: f.Document.ID, Score: share})
		}
	}
	return r, nil
}

func (w *words) Load(_ context.Context, scope access.Scope, ids []string) ([]retrieval.Found, error) {
	var found []retrieval.Found
	for _, id := range ids {
		for _, f := range w.found {
			if f.Passage.ID == id && scope.Allows(f.Document.Readers) {
				found = append(found, f)
			}
		}
	}
	return found, nil
}

func (w *words) Readers(context.Context, []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, f := range w.found {
		readers[f.Document.ID] = f.Document.Readers
	}
	return readers, nil
}
