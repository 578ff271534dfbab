package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"sync"

	"bureau/retrieval"
)

// A generation is what the index is built with; the first vector fills in its
// dimensions.
type generation struct {
	mu  sync.Mutex
	now retrieval.Generation
}

func (g *generation) get() retrieval.Generation {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *generation) set(now retrieval.Generation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = now
}

// settle holds the vectors of a batch against the index's dimensions, which
// the first vector of all decides. The dimensions are read in the
// transaction: another process may have decided them.
func (x *Index) settle(ctx context.Context, tx *sql.Tx, batch []retrieval.Replacement) error {
	g, err := readGeneration(ctx, tx)
	if err != nil {
		return err
	}
	before := g.Dimensions
	for _, r := range batch {
		for _, p := range r.Passages {
			if g.Embedder != "" && g.Dimensions == 0 {
				g.Dimensions = len(p.Vector)
			}
			if err := checkVector(p.Vector, g.Dimensions); err != nil {
				return fmt.Errorf("passage %d of %s/%s: %w", p.Passage.Ordinal, r.Document.Source, r.Document.Path, err)
			}
		}
	}
	x.generation.set(g)
	if g.Dimensions == before {
		return nil
	}
	return writeGeneration(ctx, tx, g)
}

// checkVector reports a vector that cannot be a unit vector of the index.
func checkVector(v []float32, dimensions int) error {
	if len(v) != dimensions {
		return fmt.Errorf("its vector has %d dimensions, the index has %d", len(v), dimensions)
	}
	if dimensions == 0 {
		return nil
	}
	square := 0.0
	for _, f := range v {
		square += float64(f) * float64(f)
	}
	if length := math.Sqrt(square); math.IsNaN(length) || math.Abs(length-1) > 0.01 {
		return fmt.Errorf("its vector has length %.3f, and must have 1", length)
	}
	return nil
}
