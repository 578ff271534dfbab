package qdrant

import (
	"context"
	"maps"
	"math"
	"slices"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
)

// rounding is how far a sum of the server's, in float32, may be below the true
// one, as a share.
const rounding = 1e-5

// lexical ranks by BM25 over its ceiling. All that it counts it counts in the
// classes that the scope reads.
//
// The server adds up, for each passage, the weights of its words as they were
// written, times those of the question's terms, which are the scope's own. The
// two scores differ in one thing: the average length, which the written weights
// assume once for all scopes. How much more a passage may score than the server
// has added up is bounded (see [searching.bound]), so the passages that were not
// looked at are known to be behind once the best of those that were score more
// than the server's last times this bound; else more are looked at.
func (s searching) lexical(ctx context.Context) ([]point, error) {
	weights := s.weights()
	if len(weights) == 0 {
		return nil, nil
	}
	indices := slices.Sorted(maps.Keys(weights))
	values := make([]float32, len(indices))
	for i, id := range indices {
		values[i] = float32(weights[id])
	}
	bound := s.bound()
	ceiling := retrieval.Ceiling(s.query.Terms, s.view.statistics)
	for limit := spare + int(float64(s.query.K)*math.Pow(bound, falling)); ; limit *= 2 {
		limit = min(limit, mostByWords)
		points, err := s.ask(ctx, vectorWords, client.NewQuerySparse(indices, values), limit, unabridged, client.NewWithVectorsInclude(vectorWords))
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
		found := best(kept, s.query.K)
		if len(points) < limit || limit == mostByWords || surely(found, s.query.K, bound*last/ceiling) {
			return found, nil
		}
	}
}

// unabridged has every shard give as many points as are asked for: without it a
// cluster asks each for fewer, and bets that they are the right ones.
var unabridged = &client.SearchParams{Exact: client.PtrOf(true)}

// falling says how many times as many passages have to be looked at where the
// bound is above 1: scores fall with about the cube root of the rank.
const falling = 3

// bound returns how many times the sum that the server has added up a passage
// may score. The worth of a term's count by two average lengths differs most
// where the count is 1, and the more the longer the passage.
func (s searching) bound() float64 {
	quotient := func(length int) float64 {
		return s.view.statistics.Saturation(1, length) / s.view.assumed.Saturation(1, length)
	}
	return (1 + rounding) * max(quotient(0), quotient(s.view.longest))
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
