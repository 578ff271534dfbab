package eval

import (
	"math"
	"testing"
	"time"
)

func TestJudge(t *testing.T) {
	log2 := math.Log2
	tests := []struct {
		name    string
		ranking []string
		grades  map[string]int
		want    Metrics
	}{
		{"PerfectIsOne", []string{"a", "b"}, map[string]int{"a": 1, "b": 1}, Metrics{1, 1, 1, 1, 1}},
		{"NothingFoundIsZero", []string{"x"}, map[string]int{"a": 1}, Metrics{}},
		{"SecondOfTwo", []string{"x", "a", "y"}, map[string]int{"a": 1, "b": 1}, Metrics{.5, .5, 1, .5, 1 / log2(3) / (1 + 1/log2(3))}},
		{"SixthCountsForTenOnly", []string{"1", "2", "3", "4", "5", "a"}, map[string]int{"a": 1}, Metrics{0, 1, 0, 1. / 6, 1 / log2(7)}},
		{"EleventhCountsForNothing", []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "a"}, map[string]int{"a": 1}, Metrics{}},
		{"GradesAreGains", []string{"b", "a"}, map[string]int{"a": 3, "b": 1}, Metrics{1, 1, 1, 1, (1 + 3/log2(3)) / (3 + 1/log2(3))}},
		{"GradeZeroIsNotRelevant", []string{"z", "a"}, map[string]int{"a": 1, "z": 0}, Metrics{1, 1, 1, .5, 1 / log2(3)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Judge(tt.ranking, tt.grades)
			difference := got
			difference.add(Metrics{-tt.want.Recall5, -tt.want.Recall10, -tt.want.Hit5, -tt.want.MRR10, -tt.want.NDCG10})
			for _, d := range []float64{difference.Recall5, difference.Recall10, difference.Hit5, difference.MRR10, difference.NDCG10} {
				if math.Abs(d) > 1e-12 {
					t.Fatalf("%+v, want %+v", got, tt.want)
				}
			}
		})
	}
}

func TestPercentilesAreNearestRanks(t *testing.T) {
	var times []time.Duration
	for i := 200; i > 0; i-- {
		times = append(times, time.Duration(i))
	}
	if got, want := LatencyOf(times), (Latency{100, 190, 198}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got, want := LatencyOf([]time.Duration{7}), (Latency{7, 7, 7}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := LatencyOf(nil); got != (Latency{}) {
		t.Errorf("%+v of nothing", got)
	}
}
