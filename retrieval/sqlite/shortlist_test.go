package sqlite

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShortlistKeepsTheBestAndTheirTies(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	list := newShortlist(10)
	var scores []float64
	for n := range 1000 {
		score := float64(random.IntN(50))
		scores = append(scores, score)
		list.offer(scored{n, score})
	}
	slices.SortFunc(scores, func(a, b float64) int { return int(b - a) })
	var want, got []float64
	for _, s := range scores {
		if s >= scores[9] {
			want = append(want, s)
		}
	}
	for _, s := range list.best() {
		got = append(got, s.score)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}
