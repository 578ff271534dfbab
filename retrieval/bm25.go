package retrieval

import (
	"cmp"
	"math"
	"slices"
)

// The parameters of BM25 in the middle of the usual range, as Robertson and
// Zaragoza (2009) give them: how soon repetitions of a term stop counting, and
// how much a long passage is held back.
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// Statistics are what BM25 counts over the passages of one scope. They are
// counted inside the scope and nowhere else: see
// docs/adr/0002-statistics-inside-the-scope.md.
type Statistics struct {
	Passages      int            // passages in the scope
	AverageLength float64        // mean of their lengths in terms, repetitions counted
	Frequency     map[string]int // for each term of the query, the passages of the scope that have it
}

// IDF returns the weight of a term that in s.Frequency passages out of
// s.Passages have: ln(1 + (N - n + 0.5)/(n + 0.5)), the weight of Robertson
// and Spärck Jones (1976) with one added, so that it is always positive. A
// term of no passage weighs most.
func (s Statistics) IDF(term string) float64 {
	n := float64(s.Frequency[term])
	return math.Log(1 + (float64(s.Passages)-n+0.5)/(n+0.5))
}

// Saturation returns what count occurrences of a term in a passage of length
// terms are worth, in [0, k1+1): each further one adds less.
func (s Statistics) Saturation(count, length int) float64 {
	if count <= 0 {
		return 0
	}
	tf := float64(count)
	return tf * (bm25K1 + 1) / (tf + s.held(length))
}

// Count returns how many occurrences Saturation gives this value for, in a
// passage of length terms: its inverse, to the nearest whole number. A value
// that no count has gives 0.
func (s Statistics) Count(saturation float64, length int) int {
	if saturation <= 0 || saturation >= bm25K1+1 {
		return 0
	}
	return int(math.Round(saturation * s.held(length) / (bm25K1 + 1 - saturation)))
}

// held is how much a passage of length terms is held back: what a count is
// compared with.
func (s Statistics) held(length int) float64 {
	relative := 1.0 // a scope of empty passages has no lengths to compare
	if s.AverageLength > 0 {
		relative = float64(length) / s.AverageLength
	}
	return bm25K1 * (1 - bm25B + bm25B*relative)
}

// BM25 returns the score of Robertson, Walker et al. (1994) of the passage with
// the terms doc for the question with the terms q: the sum over the question's
// terms of count in the question × IDF × Saturation. length is [Length](doc)
// of the whole passage; doc may hold only the terms that q has too. Both
// are sorted as Analyze returns them.
func BM25(q, doc []Term, length int, s Statistics) float64 {
	score := 0.0
	for _, t := range q {
		i, found := slices.BinarySearchFunc(doc, t.Text, func(d Term, text string) int { return cmp.Compare(d.Text, text) })
		if found {
			score += float64(t.Count) * s.IDF(t.Text) * s.Saturation(doc[i].Count, length)
		}
	}
	return score
}

// Ceiling returns what BM25 stays under for the question q whatever the
// passage: the sum of count × IDF × (k1 + 1). A term that no passage has
// counts too, at its full weight. BM25 divided by Ceiling lies in [0, 1) and
// says how much of the question a passage has. It is near 0 for a Chinese
// question over English passages, however they are ranked, which is what takes
// the vote from a ranking by words that has nothing to go by. It is 0 only for
// an empty question.
func Ceiling(q []Term, s Statistics) float64 {
	ceiling := 0.0
	for _, t := range q {
		ceiling += float64(t.Count) * s.IDF(t.Text) * (bm25K1 + 1)
	}
	return ceiling
}
