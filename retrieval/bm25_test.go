package retrieval_test

import (
	"math"
	"testing"

	"bureau/retrieval"
)

// The figures are worked out by hand: N = 3, average length 2, "leave" in one
// passage and "policy" in two.
func TestBM25MatchesTheFormula(t *testing.T) {
	s := retrieval.Statistics{Passages: 3, AverageLength: 2, Frequency: map[string]int{"leave": 1, "policy": 2}}
	q := []retrieval.Term{{Text: "leave", Count: 1}, {Text: "policy", Count: 2}}
	doc := []retrieval.Term{{Text: "leave", Count: 2}, {Text: "other", Count: 1}, {Text: "policy", Count: 1}}
	rare, common := math.Log(1+2.5/1.5), math.Log(1+1.5/2.5)
	norm := 1.2 * (0.25 + 0.75*4/2)
	want := rare*2*2.2/(2+norm) + 2*common*2.2/(1+norm)
	if got := retrieval.BM25(q, doc, 4, s); math.Abs(got-want) > 1e-12 {
		t.Errorf("BM25 = %v, want %v", got, want)
	}
	if got, want := retrieval.Ceiling(q, s), 2.2*(rare+2*common); math.Abs(got-want) > 1e-12 {
		t.Errorf("Ceiling = %v, want %v", got, want)
	}
}

func TestUnknownTermsRaiseTheCeilingMost(t *testing.T) {
	s := retrieval.Statistics{Passages: 9, AverageLength: 5, Frequency: map[string]int{"leave": 1}}
	known := retrieval.Ceiling([]retrieval.Term{{Text: "leave", Count: 1}}, s)
	unknown := retrieval.Ceiling([]retrieval.Term{{Text: "quokka", Count: 1}}, s)
	if want := 2.2 * math.Log(1+9.5/0.5); math.Abs(unknown-want) > 1e-12 || unknown <= known {
		t.Errorf("ceiling of an unknown term = %v, want %v, more than %v", unknown, want, known)
	}
}

// FuzzBM25 holds that a score is never negative and never over its ceiling,
// whatever is counted.
func FuzzBM25(f *testing.F) {
	f.Add("annual leave policy", "the leave policy, annual", 3, 2, 4)
	f.Add("年假", "年假年假年假", 1, 1, 0)
	f.Fuzz(func(t *testing.T, question, passage string, passages, frequency, length int) {
		passages, length = max(1, passages), max(0, length)
		q, doc := retrieval.AnalyzeQuery(question), retrieval.Analyze(passage)
		s := retrieval.Statistics{Passages: passages, AverageLength: float64(length), Frequency: make(map[string]int)}
		for _, term := range doc {
			s.Frequency[term.Text] = min(passages, max(1, frequency))
		}
		score, ceiling := retrieval.BM25(q, doc, retrieval.Length(doc), s), retrieval.Ceiling(q, s)
		if score < 0 || score > ceiling || math.IsNaN(score) {
			t.Errorf("BM25 = %v, ceiling %v", score, ceiling)
		}
	})
}
