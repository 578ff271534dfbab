package qdrant

import (
	"context"
	"maps"
	"slices"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
)

// candidatesPerHit is how many points are looked at for each hit wanted, at
// first.
const candidatesPerHit = 2

// rounding is how far a sum of the server's, in float32, may be below the true
// one, as a share.
const rounding = 1e-5

// lexical ranks by BM25 over its ceiling. All that it counts it counts in the
// classes that the scope reads.
//
// The server adds up, for each passage, the weights of its words as they were
// written, times those of the question's terms, which are the scope's own. The
// two scores differ in one thing: the average length, which the written weights
// assume once for all scopes. With a the assumed average and s the scope's, no
// passage scores more than max(1, s/a) times what the server has added up: its
// count is held back by 1-b+b·length/average, and the quotient of two such terms
// is at most that of the averages. So the passages that were not looked at are
// known to be behind once the best of those that were score more than the
// server's last times this bound; else more are looked at.
func (s searching) lexical(ctx context.Context) ([]retrieval.Hit, error) {
	weights := s.weights()
	if len(weights) == 0 {
		return nil, nil
	}
	indices := slices.Sorted(maps.Keys(weights))
	values := make([]float32, len(indices))
	for i, id := range indices {
		values[i] = float32(weights[id])
	}
	bound := (1 + rounding) * max(1, s.view.statistics.AverageLength/max(1, s.view.assumed.AverageLength))
	ceiling := retrieval.Ceiling(s.query.Terms, s.view.statistics)
	for limit := candidatesPerHit * s.query.K; ; limit *= 4 {
		limit = min(limit, mostCandidates)
		points, err := s.ask(ctx, vectorWords, client.NewQuerySparse(indices, values), limit, nil, client.NewWithVectorsInclude(vectorWords))
		if err != nil {
			return nil, err
		}
		last := 0.0
		if len(points) > 0 {
			last = points[len(points)-1].hit.Score
		}
		kept, err := s.inForce(ctx, points)
		if err != nil {
			return nil, err
		}
		for i := range kept {
			kept[i].hit.Score = s.score(kept[i], weights) / ceiling
		}
		hits := best(kept, s.query.K)
		if len(points) < limit || limit == mostCandidates || surely(hits, s.query.K, bound*last/ceiling) {
			return hits, nil
		}
	}
}

// weights returns what one occurrence of each term of the question weighs.
func (s searching) weights() map[uint32]float64 {
	weights := make(map[uint32]float64, len(s.query.Terms))
	for _, t := range s.query.Terms {
		weights[termID(t.Text)] += float64(t.Count) * s.view.statistics.IDF(t.Text)
	}
	return weights
}

// score returns BM25 of a point by the scope's own statistics.
func (s searching) score(p point, weights map[uint32]float64) float64 {
	score := 0.0
	written := p.words.GetValues()
	for i, id := range p.words.GetIndices() {
		if weight, asked := weights[id]; asked {
			count := s.view.assumed.Count(float64(written[i]), p.length)
			score += weight * s.view.statistics.Saturation(count, p.length)
		}
	}
	return score
}
