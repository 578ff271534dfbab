package qdrant

import (
	"context"

	client "github.com/qdrant/go-client/qdrant"
)

// spare is how many more points than hits are asked for, for those that turn out
// not to be in force and for ties at the last place.
const spare = 28

// dense ranks by the cosine to the question.
func (s searching) dense(ctx context.Context) ([]point, error) {
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
		nearest := best(kept, s.query.K)
		if len(points) < limit || limit == mostCandidates || surely(nearest, s.query.K, points[len(points)-1].hit.Score) {
			return nearest, nil
		}
	}
}

// exact reports whether all passages of the scope are scored.
func (s searching) exact() bool {
	return s.query.Vector == nil || s.query.Exact || s.view.statistics.Passages <= s.index.settings.exactBelow()
}

// surely reports whether k points stand before all that was not looked at, of
// which none has more than the score.
func surely(found []point, k int, score float64) bool {
	return len(found) == k && found[k-1].hit.Score > score
}
