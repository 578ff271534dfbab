package eval

import (
	"context"
	"fmt"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// A Comparison is one search beside the same one without estimates.
type Comparison struct {
	Passages      int  // that the scope reads
	Estimated     bool // by the first search
	Recall10      float64
	Search, Exact time.Duration
}

// Compare searches by meaning as q says, and again exactly.
func Compare(ctx context.Context, index retrieval.Index, scope access.Scope, q retrieval.Query) (c Comparison, err error) {
	q.Terms = nil // ranked by words alone, nothing is estimated
	start := time.Now()
	found, err := index.Search(ctx, scope, q)
	if err != nil {
		return c, fmt.Errorf("search: %w", err)
	}
	c.Search = time.Since(start)
	q.Exact = true
	start = time.Now()
	exact, err := index.Search(ctx, scope, q)
	if err != nil {
		return c, fmt.Errorf("search exactly: %w", err)
	}
	c.Exact = time.Since(start)
	c.Passages, c.Estimated = found.Passages, found.Estimated
	c.Recall10 = recall(found.Dense, exact.Dense, 10)
	return c, nil
}

// rounding is how far two scores of one passage may differ by the order of
// their sums.
const rounding = 1e-6

// recall returns the share of the k best of exact that got has among its k
// best, 1 of none. A tie with the last of them counts: which of two equal
// passages is shown is nobody's loss.
func recall(got, exact []retrieval.Hit, k int) float64 {
	k = min(k, len(exact))
	if k == 0 {
		return 1
	}
	found := 0
	for _, h := range got[:min(k, len(got))] {
		if h.Score >= exact[k-1].Score-rounding {
			found++
		}
	}
	return float64(found) / float64(k)
}
