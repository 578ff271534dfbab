package qdrant

import (
	"errors"
	"slices"
	"testing"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
)

// alike makes a document whose passages all have the same vector and the same
// words, and so the same scores: of length terms, count are "word".
func alike(id string, passages, count, length int) retrieval.Replacement {
	r := sample(id, passages)
	for i := range r.Passages {
		r.Passages[i].Vector = asked.Vector
		r.Passages[i].Terms = nil
		if length > count {
			r.Passages[i].Terms = []retrieval.Term{{Text: "other", Count: length - count}}
		}
		if count > 0 {
			r.Passages[i].Terms = append(r.Passages[i].Terms, retrieval.Term{Text: "word", Count: count})
		}
	}
	return r
}

// both writes batches, one after the other, to an index and to one of the
// embedded engine, which looks at every passage.
func both(t *testing.T, x *Index, batches ...[]retrieval.Replacement) indextest.Engine {
	t.Helper()
	whole := embedded(t)
	for _, batch := range batches {
		if err := errors.Join(whole.ReplaceAll(t.Context(), batch), x.ReplaceAll(t.Context(), batch)); err != nil {
			t.Fatal(err)
		}
	}
	return whole
}

// TestLongPassagesAreFoundThoughTheFirstWereShort has weights that hold long
// passages back by a length that is far from the scope's: the ten best are behind
// five hundred short ones by the server's sums, which have at most a third of
// what a passage scores.
func TestLongPassagesAreFoundThoughTheFirstWereShort(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	sent := recorded(t, server)
	x := open(t, server)
	whole := both(t, x,
		[]retrieval.Replacement{alike("first", 4, 1, 20)},
		[]retrieval.Replacement{alike("short", 500, 1, 20), alike("long", 20, 5, 200), alike("aside", 400, 0, 200)})
	scope, query := indextest.Scopes(t)[0], retrieval.Query{Terms: asked.Terms, K: 10}
	indextest.WantSame(t, scope, query, whole, x)
	looks := len(only[*client.QueryPoints](sent.sent))
	if looks != 2 {
		t.Errorf("the server was asked %d times; the first look, as deep as the bound says, is one too few, and the second enough", looks)
	}
	r, err := x.Search(t.Context(), scope, query)
	if err != nil || len(r.Lexical) != 10 || slices.ContainsFunc(r.Lexical, func(h retrieval.Hit) bool { return h.Document != "long" }) {
		t.Errorf("found %v, %v; want long passages alone", r.Lexical, err)
	}
}

// TestTiesAtTheLastPlaceGoByPassage has more passages of the same score than one
// look brings back, in whatever order the server has them.
func TestTiesAtTheLastPlaceGoByPassage(t *testing.T) {
	x := open(t, connect(t, qdranttest.Shared(t)))
	batch := []retrieval.Replacement{alike("a", 150, 1, 3), alike("b", 150, 1, 3)}
	if err := x.ReplaceAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range batch {
		for _, p := range d.Passages {
			want = append(want, p.Passage.ID)
		}
	}
	slices.Sort(want)
	query := asked
	query.K = 10
	r, err := x.Search(t.Context(), indextest.Scopes(t)[0], query)
	if err != nil {
		t.Fatal(err)
	}
	for name, hits := range map[string][]retrieval.Hit{"meaning": r.Dense, "words": r.Lexical} {
		var got []string
		for _, h := range hits {
			got = append(got, h.Passage)
		}
		if !slices.Equal(got, want[:10]) {
			t.Errorf("by %s: found %v, want %v", name, got, want[:10])
		}
	}
}

// TestFirstPassagesOfHardlyAWordScoreAsAny begins an index with passages that
// say little or nothing about the length of those to come.
func TestFirstPassagesOfHardlyAWordScoreAsAny(t *testing.T) {
	ordinary := []retrieval.Replacement{alike("ordinary", 40, 2, 100), alike("aside", 40, 0, 80)}
	for name, first := range map[string][]retrieval.Replacement{
		"OneWord":       {alike("first", 3, 1, 1)},
		"NoWord":        {alike("first", 3, 0, 0)},
		"OneWordOfMany": {alike("first", 1, 1, 1), alike("empty", 5, 0, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, connect(t, qdranttest.Shared(t)))
			whole := both(t, x, first, ordinary)
			v, err := x.register.view(t.Context(), indextest.Scopes(t)[0], nil)
			if err != nil || v.assumed.AverageLength < 1 {
				t.Errorf("the weights assume a length of %v, %v; a passage has one", v.assumed.AverageLength, err)
			}
			for _, k := range []int{1, 10, 100} {
				query := asked
				query.K = k
				indextest.WantSame(t, indextest.Scopes(t)[0], query, whole, x)
			}
		})
	}
}
