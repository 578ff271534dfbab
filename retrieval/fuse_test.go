package retrieval_test

import (
	"math"
	"slices"
	"testing"

	"bureau/retrieval"
)

var e5 = retrieval.ConstantsFor("multilingual-e5-small:latest")

func hits(pairs ...any) []retrieval.Hit {
	var list []retrieval.Hit
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, retrieval.Hit{Passage: pairs[i].(string), Score: pairs[i+1].(float64)})
	}
	return list
}

func order(fused []retrieval.Fused) string {
	text := ""
	for _, f := range fused {
		text += f.Passage
	}
	return text
}

func TestFuse(t *testing.T) {
	dense := hits("a", .90, "b", .88, "c", .86)
	tests := []struct {
		name string
		in   []retrieval.Rankings
		want string
	}{
		{"WordsLiftAPassage", []retrieval.Rankings{{Dense: dense, Lexical: hits("c", .8), DenseFloor: .86}}, "cab"},
		{"WordsWithoutEvidenceDoNotVote", []retrieval.Rankings{{Dense: dense, Lexical: hits("c", .05), DenseFloor: .86}}, "abc"},
		{"APassageFoundByWordsAloneStandsAtTheFloor", []retrieval.Rankings{{Dense: dense, Lexical: hits("x", .45), DenseFloor: .86}}, "axbc"},
		{"WithoutVectorsWordsDecide", []retrieval.Rankings{{Lexical: hits("b", .04, "a", .03)}}, "ba"},
		{"TiesGoByPassage", []retrieval.Rankings{{Dense: hits("b", .9, "a", .9), DenseFloor: .9}}, "ab"},
		{"AFollowUpHasToSuitBothSearches", []retrieval.Rankings{
			{Dense: hits("a", .9, "b", .89, "c", .7), DenseFloor: .7},
			{Dense: hits("c", .9, "b", .89, "a", .7), DenseFloor: .7},
		}, "bac"},
		{"NothingGivesNothing", []retrieval.Rankings{{}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := order(retrieval.Fuse(e5, tt.in...)); got != tt.want {
				t.Errorf("order %s, want %s", got, tt.want)
			}
		})
	}
}

func TestFuseScoresAreTheFormula(t *testing.T) {
	fused := retrieval.Fuse(e5, retrieval.Rankings{Dense: hits("a", .9), Lexical: hits("a", .55), DenseFloor: .9})
	if got, want := fused[0].Score, .9+.08*.5; math.Abs(got-want) > 1e-12 || fused[0].Cosine != .9 || fused[0].Lexical != .55 {
		t.Errorf("%+v, want score %v", fused[0], want)
	}
}

func TestFuseRRFSumsReciprocalRanks(t *testing.T) {
	fused := retrieval.FuseRRF(retrieval.Rankings{Dense: hits("a", .9, "b", .8), Lexical: hits("b", .5), DenseFloor: .8})
	if got, want := fused[0].Score, 1.0/62+1.0/61; order(fused) != "ba" || math.Abs(got-want) > 1e-12 {
		t.Errorf("%s %v, want ba %v", order(fused), got, want)
	}
}

// FuzzFuse holds that each fusion is a permutation of the union of its input,
// best first.
func FuzzFuse(f *testing.F) {
	f.Add([]byte("abc"), []byte("cde"), []byte("a"))
	f.Fuzz(func(t *testing.T, dense, lexical, later []byte) {
		r := retrieval.Rankings{Dense: ranking(dense), Lexical: ranking(lexical)}
		second := retrieval.Rankings{Dense: ranking(later), DenseFloor: .1}
		checkPermutation(t, retrieval.Fuse(e5, r), r)
		checkPermutation(t, retrieval.FuseRRF(r), r)
		checkPermutation(t, retrieval.Fuse(e5, r, second), r, second)
	})
}

// ranking returns one hit for each different byte, in order.
func ranking(letters []byte) []retrieval.Hit {
	var list []retrieval.Hit
	for i, b := range letters {
		if slices.Index(letters, b) == i {
			list = append(list, retrieval.Hit{Passage: string(rune(b)), Score: 1 / float64(i+2)})
		}
	}
	return list
}

func checkPermutation(t *testing.T, fused []retrieval.Fused, from ...retrieval.Rankings) {
	t.Helper()
	var want, got []string
	for _, r := range from {
		for _, h := range slices.Concat(r.Dense, r.Lexical) {
			want = append(want, h.Passage)
		}
	}
	for i, f := range fused {
		got = append(got, f.Passage)
		if i > 0 && f.Score > fused[i-1].Score {
			t.Errorf("rank %d scores %v over %v", i, f.Score, fused[i-1].Score)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if want = slices.Compact(want); !slices.Equal(got, want) {
		t.Errorf("fused %q, want the union %q", got, want)
	}
}
