package eval

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Metrics are means over the questions that have a judgement, each in [0, 1].
type Metrics struct {
	Recall5  float64 `json:"recall@5"`  // relevant documents among the first 5, over all relevant ones
	Recall10 float64 `json:"recall@10"` // the same for the first 10
	Hit5     float64 `json:"hit@5"`     // 1 where one of the first 5 is relevant
	MRR10    float64 `json:"mrr@10"`    // 1 over the rank of the first relevant one, 0 past rank 10
	NDCG10   float64 `json:"ndcg@10"`   // see nDCG
}

// Judge returns the metrics of one ranking of documents, best first, against
// how relevant each document is. Documents without a grade, or with one of 0,
// are not relevant. With no relevant document all metrics are 0.
func Judge(ranking []string, grades map[string]int) Metrics {
	relevant := 0
	for _, g := range grades {
		if g > 0 {
			relevant++
		}
	}
	if relevant == 0 {
		return Metrics{}
	}
	var m Metrics
	for i, id := range ranking[:min(10, len(ranking))] {
		if grades[id] <= 0 {
			continue
		}
		m.Recall10 += 1 / float64(relevant)
		if i < 5 {
			m.Recall5 += 1 / float64(relevant)
			m.Hit5 = 1
		}
		if m.MRR10 == 0 {
			m.MRR10 = 1 / float64(i+1)
		}
	}
	m.NDCG10 = nDCG(ranking, grades)
	return m
}

// nDCG returns the normalised discounted cumulative gain of the first 10 (Järvelin and
// Kekäläinen 2002) with the grade as gain and log2(rank + 1) as discount.
func nDCG(ranking []string, grades map[string]int) float64 {
	var got, best []int
	for _, id := range ranking {
		got = append(got, grades[id])
	}
	for _, g := range grades {
		best = append(best, g)
	}
	slices.SortFunc(best, func(a, b int) int { return cmp.Compare(b, a) })
	return gain(got) / gain(best)
}

func gain(grades []int) float64 {
	sum := 0.0
	for i, g := range grades[:min(10, len(grades))] {
		sum += float64(max(0, g)) / math.Log2(float64(i+2))
	}
	return sum
}

// add adds n and is the first half of a mean.
func (m *Metrics) add(n Metrics) {
	m.Recall5 += n.Recall5
	m.Recall10 += n.Recall10
	m.Hit5 += n.Hit5
	m.MRR10 += n.MRR10
	m.NDCG10 += n.NDCG10
}

// over returns m divided by the number of questions, the other half.
func (m Metrics) over(questions int) Metrics {
	n := float64(max(1, questions))
	return Metrics{m.Recall5 / n, m.Recall10 / n, m.Hit5 / n, m.MRR10 / n, m.NDCG10 / n}
}

// A Latency is how long something took, by percentiles (nearest rank).
type Latency struct {
	P50 time.Duration `json:"p50_ns"`
	P95 time.Duration `json:"p95_ns"`
	P99 time.Duration `json:"p99_ns"`
}

// LatencyOf returns the percentiles of times in any order.
func LatencyOf(times []time.Duration) Latency {
	times = slices.Sorted(slices.Values(times))
	return Latency{percentile(times, 50), percentile(times, 95), percentile(times, 99)}
}

// percentile returns the smallest of the sorted times that p percent of them
// do not exceed; 0 of none.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, (p*len(sorted)+99)/100-1)]
}
