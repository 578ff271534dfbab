package indextest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/retrieval"
)

// space makes the ids of the suite's passages.
var space = uuid.MustParse("6f1f7f0e-5d0f-4b57-9a53-2b8f6c1d7a10")

// passageID returns the id of a document's passage, which depends on its
// place alone, as it does in the product.
func passageID(doc retrieval.DocumentID, ordinal int) string {
	return uuid.NewSHA1(space, fmt.Appendf(nil, "%s\x00%d", doc, ordinal)).String()
}

// A piece is what a passage is found by.
type piece struct {
	vector []float32
	words  string // separated by spaces; each is a term as it stands
}

// document makes a document of one passage per piece.
func document(id retrieval.DocumentID, readers access.Readers, pieces ...piece) retrieval.Replacement {
	r := retrieval.Replacement{Document: retrieval.Document{
		ID: id, Source: "shelf", Path: string(id) + ".md", Title: "Title of " + string(id),
		Language: "en", Updated: "2026-01-31", Version: "1", Readers: readers,
	}}
	for i, p := range pieces {
		r.Passages = append(r.Passages, retrieval.Embedded{
			Passage: retrieval.Passage{
				ID: passageID(id, i), Document: id, Ordinal: i,
				Headings: []string{"Part", fmt.Sprint(i)}, Anchor: fmt.Sprintf("part-%d", i),
				Text: p.words, Start: i * 100, End: i*100 + len(p.words), Language: "en",
			},
			Vector: p.vector, Terms: terms(p.words),
		})
	}
	return r
}

// terms counts words, sorted as retrieval.Analyze sorts them.
func terms(words string) []retrieval.Term {
	counts := map[string]int{}
	for word := range strings.FieldsSeq(words) {
		counts[word]++
	}
	var counted []retrieval.Term
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		counted = append(counted, retrieval.Term{Text: word, Count: counts[word]})
	}
	return counted
}

// towards returns a unit vector whose cosine with towards(1, …) is cosine; its
// rest lies on the side-th other axis, from 0.
func towards(cosine float64, side int) []float32 {
	v := make([]float32, Generation.Dimensions)
	v[0] = float32(cosine)
	v[1+side%(len(v)-1)] = float32(math.Sqrt(1 - cosine*cosine))
	return v
}

// ask is the query that most tests put: straight towards the first axis, with
// words.
func ask(words string, k int) retrieval.Query {
	return retrieval.Query{Vector: towards(1, 0), Terms: terms(words), K: k}
}

// write replaces documents one by one.
func write(t *testing.T, e Engine, docs ...retrieval.Replacement) {
	t.Helper()
	for _, d := range docs {
		if err := e.Replace(t.Context(), d.Document, d.Passages); err != nil {
			t.Fatalf("replace %s: %v", d.Document.ID, err)
		}
	}
}

// search asks e and fails the test on an error.
func search(t *testing.T, e Engine, scope access.Scope, q retrieval.Query) retrieval.Rankings {
	t.Helper()
	rankings, err := e.Search(t.Context(), scope, q)
	if err != nil {
		t.Fatalf("search: %v", err)
	}
	return rankings
}

// found returns the documents of both rankings by name, sorted and unique, and
// fails the test when the rankings differ in them.
func found(t *testing.T, e Engine, scope access.Scope, q retrieval.Query) string {
	t.Helper()
	rankings := search(t, e, scope, q)
	dense, lexical := documentsOf(rankings.Dense), documentsOf(rankings.Lexical)
	if dense != lexical {
		t.Errorf("dense found %q, lexical found %q", dense, lexical)
	}
	return dense
}

// documentsOf joins the documents of hits, sorted and unique.
func documentsOf(hits []retrieval.Hit) string {
	var names []string
	for _, h := range hits {
		names = append(names, string(h.Document))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// wantFound fails the test unless scope finds exactly these documents, joined
// by spaces, in both rankings.
func wantFound(t *testing.T, e Engine, scope access.Scope, want string) {
	t.Helper()
	if got := found(t, e, scope, ask("word", 100)); got != want {
		t.Errorf("found %q, want %q", got, want)
	}
}

// plain is the piece of documents that differ in their readers alone.
var plain = piece{vector: towards(.8, 0), words: "word"}

// cancelled returns a context that has ended.
func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
