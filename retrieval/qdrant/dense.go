package qdrant

import (
	"context"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
)

// spare is how many more points than hits are asked for, for those that turn out
// not to be in force and for ties at the last place.
const spare = 28

// dense ranks by the cosine to the question.
func (s searching) dense(ctx context.Context) ([]retrieval.Hit, error) {
	if s.query.Vector == nil {
		return nil, nil
	}
	params := s.index.settings.params(s.exact())
	for limit := s.query.K + spare; ; limit *= 4 {
		limit = min(limit, mostCandidates)
		points, err := s.ask(ctx, vectorMeaning, client.NewQueryDense(s.query.Vector), limit, params, nil)
		if err != nil {
			return nil, err
		}
		kept, err := s.inForce(ctx, points)
		if err != nil {
			return nil, err
		}
		hits := best(kept, s.query.K)
		if len(points) < limit || limit == mostCandidates || surely(hits, s.query.K, points[len(points)-1].hit.Score) {
			return hits, nil
		}
	}
}

// exact reports whether all passages of the scope are scored.
func (s searching) exact() bool {
	return s.query.Vector == nil || s.query.Exact || s.view.statistics.Passages <= s.index.settings.exactBelow()
}

// surely reports whether k hits stand before all that was not looked at, of
// which none has more than the score.
func surely(hits []retrieval.Hit, k int, score float64) bool {
	return len(hits) == k && hits[k-1].Score > score
}
