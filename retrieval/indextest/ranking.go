package indextest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

func loadReturnsWhatWasWritten(t *testing.T, e Engine) {
	d := document("d", readBy("hr", "recruiting"), plain, piece{towards(.1, 3), "工资 发放 word"})
	d.Passages[0].Passage.Headings = nil
	d.Passages[1].Passage.Header = "| Grade | Pay |\n|---|---|\n"
	write(t, e, d)
	want := []retrieval.Found{
		{Passage: d.Passages[1].Passage, Document: d.Document},
		{Passage: d.Passages[0].Passage, Document: d.Document},
	}
	got, err := e.Load(t.Context(), scopeOf(t, "recruiter"), []string{passageID("d", 1), passageID("d", 0)})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("loaded (-want +got), %v:\n%s", err, diff)
	}
}

// passageWithoutWordsIsFoundByMeaning holds for texts of stop words, marks or
// pictures alone, from their writing to their removal.
func passageWithoutWordsIsFoundByMeaning(t *testing.T, e Engine) {
	scope, d := scopeOf(t, "recruiter"), document("d", readBy("recruiting"), piece{towards(.9, 1), ""})
	write(t, e, d)
	wantRankings(t, reference{d}, scope, ask("word", 5), search(t, e, scope, ask("word", 5)))
	write(t, e, document("d", readBy("recruiting"), plain))
	wantFound(t, e, scope, "d")
}

func scoresAreExact(t *testing.T, e Engine) {
	g := newGenerator(2)
	docs := g.documents(80, "own", func() access.Readers { return readBy("recruiting") })
	write(t, e, docs...)
	scope := scopeOf(t, "recruiter")
	for range 10 {
		q := g.query(20)
		wantRankings(t, reference(docs), scope, q, search(t, e, scope, q))
	}
	q := g.query(20) // a term in no passage lowers every score by the same share
	q.Terms = append(q.Terms, retrieval.Term{Text: "zzz", Count: 2})
	wantRankings(t, reference(docs), scope, q, search(t, e, scope, q))
}

func orderIsStable(t *testing.T, e Engine) {
	for i := range 20 {
		write(t, e, document(retrieval.DocumentID(fmt.Sprint("d", i)), readBy([]access.Department{"recruiting", "hr"}[i%2]), plain))
	}
	var ids []string
	for i := range 20 {
		ids = append(ids, passageID(retrieval.DocumentID(fmt.Sprint("d", i)), 0))
	}
	slices.Sort(ids)
	for range 3 {
		rankings := search(t, e, scopeOf(t, "recruiter"), ask("word", 7))
		for name, hits := range map[string][]retrieval.Hit{"dense": rankings.Dense, "lexical": rankings.Lexical} {
			if diff := cmp.Diff(ids[:7], passagesOf(hits)); diff != "" {
				t.Errorf("%s: equal scores are not in the order of ids (-want +got):\n%s", name, diff)
			}
		}
	}
}

// passagesOf returns the ids of hits, in order.
func passagesOf(hits []retrieval.Hit) []string {
	var ids []string
	for _, h := range hits {
		ids = append(ids, h.Passage)
	}
	return ids
}

func kIsRespected(t *testing.T, e Engine) {
	for i := range 12 {
		write(t, e, document(retrieval.DocumentID(fmt.Sprint("d", i)), readBy("recruiting"), piece{towards(float64(i)/20, i), "word"}))
	}
	scope := scopeOf(t, "recruiter")
	for _, k := range []int{1, 11, 12, 13, 1000} {
		r := search(t, e, scope, ask("word", k))
		if want := min(k, 12); len(r.Dense) != want || len(r.Lexical) != want {
			t.Errorf("k %d: %d and %d hits, want %d", k, len(r.Dense), len(r.Lexical), want)
		}
		if floor := r.Dense[len(r.Dense)-1].Score; r.DenseFloor != floor {
			t.Errorf("k %d: floor %f, the last hit has %f", k, r.DenseFloor, floor)
		}
	}
	for _, k := range []int{-1, 0, 1001} {
		if _, err := e.Search(t.Context(), scope, ask("word", k)); err == nil {
			t.Errorf("k %d was answered", k)
		}
	}
}

func queryWithoutVectorOrTerms(t *testing.T, e Engine) {
	write(t, e, document("d", readBy("recruiting"), plain))
	scope := scopeOf(t, "recruiter")
	for name, c := range map[string]struct {
		q              retrieval.Query
		dense, lexical int
	}{
		"neither":      {retrieval.Query{K: 5}, 0, 0},
		"vector alone": {retrieval.Query{Vector: towards(1, 0), K: 5}, 1, 0},
		"terms alone":  {retrieval.Query{Terms: terms("word"), K: 5}, 0, 1},
		"unknown term": {retrieval.Query{Terms: terms("never"), K: 5}, 0, 0},
	} {
		r := search(t, e, scope, c.q)
		if len(r.Dense) != c.dense || len(r.Lexical) != c.lexical {
			t.Errorf("%s: %d hits by meaning and %d by words, want %d and %d", name, len(r.Dense), len(r.Lexical), c.dense, c.lexical)
		}
		for _, h := range slices.Concat(r.Dense, r.Lexical) {
			if math.IsNaN(h.Score) || h.Score < -1 || h.Score > 1 {
				t.Errorf("%s: score %f", name, h.Score)
			}
		}
	}
}

func cancelledContextEndsTheSearch(t *testing.T, e Engine) {
	write(t, e, document("d", readBy("recruiting"), plain))
	scope := scopeOf(t, "recruiter")
	if _, err := e.Search(cancelled(t), scope, ask("word", 5)); !errors.Is(err, context.Canceled) {
		t.Errorf("search gave %v, want the context's error", err)
	}
	if _, err := e.Load(cancelled(t), scope, []string{passageID("d", 0)}); !errors.Is(err, context.Canceled) {
		t.Errorf("load gave %v, want the context's error", err)
	}
	gone := document("d", readBy("recruiting"))
	if err := e.Replace(cancelled(t), gone.Document, gone.Passages); !errors.Is(err, context.Canceled) {
		t.Errorf("replace gave %v, want the context's error", err)
	}
	wantFound(t, e, scope, "d")
}
