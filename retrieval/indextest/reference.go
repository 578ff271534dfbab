package indextest

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// tolerance is how far a score may be from the reference, which adds up in
// float64 and in another order.
const tolerance = 1e-5

// A reference is documents in a plain slice: what every engine is held
// against.
type reference []retrieval.Replacement

// allowed returns the passages that scope reads.
func (r reference) allowed(scope access.Scope) []retrieval.Embedded {
	var allowed []retrieval.Embedded
	for _, d := range r {
		if scope.Allows(d.Document.Readers) {
			allowed = append(allowed, d.Passages...)
		}
	}
	return allowed
}

// dense ranks all that scope reads by meaning.
func (r reference) dense(scope access.Scope, q retrieval.Query) []retrieval.Hit {
	var hits []retrieval.Hit
	for _, p := range r.allowed(scope) {
		score := 0.0
		for i, x := range p.Vector {
			score += float64(x) * float64(q.Vector[i])
		}
		hits = append(hits, retrieval.Hit{Passage: p.Passage.ID, Document: p.Passage.Document, Score: score})
	}
	return ranked(hits)
}

// lexical ranks all that scope reads and that shares a term with q by words.
func (r reference) lexical(scope access.Scope, q retrieval.Query) []retrieval.Hit {
	allowed := r.allowed(scope)
	statistics := retrieval.Statistics{Passages: len(allowed), Frequency: map[string]int{}}
	for _, p := range allowed {
		statistics.AverageLength += float64(retrieval.Length(p.Terms)) / float64(len(allowed))
		for _, t := range p.Terms {
			statistics.Frequency[t.Text]++
		}
	}
	var hits []retrieval.Hit
	for _, p := range allowed {
		score := retrieval.BM25(q.Terms, p.Terms, retrieval.Length(p.Terms), statistics) / retrieval.Ceiling(q.Terms, statistics)
		if score > 0 {
			hits = append(hits, retrieval.Hit{Passage: p.Passage.ID, Document: p.Passage.Document, Score: score})
		}
	}
	return ranked(hits)
}

// ranked sorts hits best first, ties by passage id.
func ranked(hits []retrieval.Hit) []retrieval.Hit {
	slices.SortFunc(hits, func(a, b retrieval.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Passage, b.Passage))
	})
	return hits
}

// wantRankings fails the test unless got is what docs give: every hit with its
// true score and inside the scope, the words exactly, and by meaning at least
// 99 in 100 of the ten nearest.
func wantRankings(t *testing.T, docs reference, scope access.Scope, q retrieval.Query, got retrieval.Rankings) {
	t.Helper()
	dense, lexical := docs.dense(scope, q), docs.lexical(scope, q)
	wantScores(t, "dense", dense, got.Dense)
	wantScores(t, "lexical", lexical, got.Lexical)
	if want := min(q.K, len(dense)); len(got.Dense) != want {
		t.Errorf("dense has %d hits, want %d", len(got.Dense), want)
	}
	if want := min(q.K, len(lexical)); len(got.Lexical) != want {
		t.Errorf("lexical has %d hits, want %d", len(got.Lexical), want)
	}
	for i, h := range got.Lexical[:min(len(got.Lexical), len(lexical))] {
		if math.Abs(h.Score-lexical[i].Score) > tolerance {
			t.Errorf("lexical place %d has %f, want %f: a better passage was missed", i, h.Score, lexical[i].Score)
		}
	}
	if near := nearest(dense, got.Dense, min(10, q.K)); near < 0.99 {
		t.Errorf("dense found %.3f of the ten nearest", near)
	}
}

// wantScores fails the test when a hit is not among all, stands twice, has
// another score than it has there, or stands before a better one.
func wantScores(t *testing.T, name string, all, got []retrieval.Hit) {
	t.Helper()
	scores := map[string]retrieval.Hit{}
	for _, h := range all {
		scores[h.Passage] = h
	}
	for i, h := range got {
		want, ok := scores[h.Passage]
		delete(scores, h.Passage)
		if !ok {
			t.Errorf("%s: %s of %s is outside the scope, shares no term or stands twice", name, h.Passage, h.Document)
			continue
		}
		if h.Document != want.Document || math.Abs(h.Score-want.Score) > tolerance {
			t.Errorf("%s: %s of %s has %f, want %f of %s", name, h.Passage, h.Document, h.Score, want.Score, want.Document)
		}
		if i > 0 && got[i-1].Score < h.Score {
			t.Errorf("%s: place %d is better than the one before", name, i)
		}
	}
}

// nearest returns the share of the n best of all that got has among its n
// best, a tie with the last of them counting too.
func nearest(all, got []retrieval.Hit, n int) float64 {
	n = min(n, len(all))
	if n == 0 {
		return 1
	}
	hits := 0
	for _, h := range got[:min(n, len(got))] {
		if h.Score >= all[n-1].Score-tolerance {
			hits++
		}
	}
	return float64(hits) / float64(n)
}
