package retrieval

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"bureau/access"
)

const (
	// calibrationAge is how long a scope's levels hold. They move only when much
	// of what it reads has changed.
	calibrationAge = 15 * time.Minute
	// calibrationSize is how many scopes are remembered: companies have far
	// more people than kinds of rights.
	calibrationSize = 512
	// calibrationDepth is how deep the nearest passage in the rarer script of a
	// mixed scope is looked for.
	calibrationDepth = 50
)

// A calibration remembers how near off-topic questions come. Its zero value is
// ready, and belongs to one index and one embedder.
type calibration struct {
	probing sync.Mutex // held while the questions are embedded, which is done once
	probes  map[script][][]float32

	mu     sync.Mutex
	scopes map[scopeKey]scopeLevels
}

type scopeKey struct {
	scope string
	asked script
}

// Levels are the mean cosines of the best passage for off-topic questions, by
// the script of the passages.
type levels map[script]float64

// behind returns how much lower than the highest the level of passages in a
// language is, 0 where it is not known.
func (l levels) behind(language string) float64 {
	own, known := l[script(strings.HasPrefix(language, "zh"))]
	if !known {
		return 0
	}
	highest := own
	for _, level := range l {
		highest = max(highest, level)
	}
	return highest - own
}

type scopeLevels struct {
	at     time.Time
	levels levels // by the script of the passages
}

// constants returns the searcher's constants in cosines. Where the embedder's
// spread cannot be had the ranking by meaning stands alone.
func (s *Searcher) constants(ctx context.Context, dense bool) Constants {
	if !dense || !s.Constants.Relative {
		return s.Constants
	}
	probes, err := s.calibration.embedded(ctx, s)
	if err != nil {
		return s.Constants.over(0)
	}
	return s.Constants.over(spread(probes))
}

// levels returns, for each script that passages of scope are in, the mean
// cosine of the best passage for the off-topic questions in the asked script.
func (c *calibration) levels(ctx context.Context, s *Searcher, scope access.Scope, asked script) (levels, error) {
	key := scopeKey{scope.Key(), asked}
	c.mu.Lock()
	known, ok := c.scopes[key]
	c.mu.Unlock()
	if ok && scope.At().Sub(known.at).Abs() < calibrationAge {
		return known.levels, nil
	}
	probes, err := c.embedded(ctx, s)
	if err != nil {
		return nil, err
	}
	measured, err := measure(ctx, s.Index, scope, probes[asked])
	if err != nil {
		return nil, fmt.Errorf("calibrate the evidence: %w", err)
	}
	if len(measured) == 0 {
		return nil, nil // an empty scope: what comes into it will have levels
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scopes == nil || len(c.scopes) >= calibrationSize {
		c.scopes = make(map[scopeKey]scopeLevels)
	}
	c.scopes[key] = scopeLevels{scope.At(), measured}
	return measured, nil
}

// embedded returns the vectors of the off-topic questions.
func (c *calibration) embedded(ctx context.Context, s *Searcher) (map[script][][]float32, error) {
	c.probing.Lock()
	defer c.probing.Unlock()
	if c.probes != nil {
		return c.probes, nil
	}
	probes := make(map[script][][]float32)
	for written, questions := range offTopic {
		for _, q := range questions {
			v, err := s.Embedder.EmbedQuery(ctx, q)
			if err != nil {
				return nil, fmt.Errorf("embed a question to calibrate with: %w", err)
			}
			probes[written] = append(probes[written], v)
		}
	}
	c.probes = probes
	return probes, nil
}

// measure returns the mean best cosine of the probes by the script of the
// passages. Where the nearest passages are all in the other script, the
// last of them bounds the level from above.
func measure(ctx context.Context, index Index, scope access.Scope, probes [][]float32) (levels, error) {
	var all []Rankings
	wanted := make(map[string]bool)
	for _, p := range probes {
		r, err := index.Search(ctx, scope, Query{Vector: p, K: calibrationDepth})
		if err != nil {
			return nil, err
		}
		for _, h := range r.Dense {
			wanted[h.Passage] = true
		}
		all = append(all, r)
	}
	found, err := index.Load(ctx, scope, slices.Sorted(maps.Keys(wanted)))
	if err != nil {
		return nil, err
	}
	scripts := make(map[string]script, len(found))
	present := make(map[script]bool)
	for _, f := range found {
		written := scriptOf(f.Passage.Text)
		scripts[f.Passage.ID], present[written] = written, true
	}
	means := make(levels)
	for written := range present {
		for _, r := range all {
			means[written] += nearest(r, scripts, written) / float64(len(all))
		}
	}
	return means, nil
}

// nearest returns the cosine of the first passage of r in one script.
func nearest(r Rankings, scripts map[string]script, written script) float64 {
	for _, h := range r.Dense {
		if got, known := scripts[h.Passage]; known && got == written {
			return h.Score
		}
	}
	return r.DenseFloor
}

// spread returns 1 - the mean cosine between the off-topic questions of each
// script: what the embedder leaves of its scale for telling texts apart.
func spread(probes map[script][][]float32) float64 {
	sum, n := 0.0, 0
	for _, written := range []script{false, true} { // in one order, so that the sum is the same to its last bit
		vectors := probes[written]
		for i, a := range vectors {
			for _, b := range vectors[:i] {
				sum += dot(a, b)
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return 1 - sum/float64(n)
}

// dot returns the cosine of two vectors of length 1.
func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range min(len(a), len(b)) {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
