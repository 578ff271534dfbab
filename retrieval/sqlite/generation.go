package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bureau/retrieval"
)

// claim makes a new index one of the generation wanted, and refuses one of
// another.
func claim(ctx context.Context, tx *sql.Tx, want retrieval.Generation) error {
	stored, err := readGeneration(ctx, tx)
	if errors.Is(err, sql.ErrNoRows) {
		return writeGeneration(ctx, tx, want)
	}
	if err != nil {
		return err
	}
	if err := agree(stored, want); err != nil {
		return fmt.Errorf("%w; run \"bureau reindex\" to build another", err)
	}
	if stored.Dimensions == 0 && want.Dimensions != 0 {
		stored.Dimensions = want.Dimensions
		return writeGeneration(ctx, tx, stored)
	}
	return nil
}

// agree reports two generations that are not the same. Dimensions that are not
// known yet agree with any.
func agree(stored, want retrieval.Generation) error {
	if stored.Embedder == want.Embedder && stored.Cutting == want.Cutting &&
		(want.Dimensions == 0 || stored.Dimensions == 0 || stored.Dimensions == want.Dimensions) {
		return nil
	}
	return fmt.Errorf("%w: it was built with %s, and %s is wanted", retrieval.ErrGeneration, describe(stored), describe(want))
}

// describe names a generation in messages.
func describe(g retrieval.Generation) string {
	switch {
	case g.Embedder == "":
		return fmt.Sprintf("no embedder (cutting %s)", g.Cutting)
	case g.Dimensions == 0:
		return fmt.Sprintf("embedder %s (cutting %s)", g.Embedder, g.Cutting)
	}
	return fmt.Sprintf("embedder %s (%d dimensions, cutting %s)", g.Embedder, g.Dimensions, g.Cutting)
}

// settle holds the vectors of a batch against the index's dimensions, which
// the first vector of all decides where no one has yet.
func (w *writing) settle(batch []retrieval.Replacement) error {
	g := w.generation
	before := g.Dimensions
	for _, r := range batch {
		for _, p := range r.Passages {
			if g.Embedder != "" && g.Dimensions == 0 {
				g.Dimensions = len(p.Vector)
			}
			if g.Embedder != "" && len(p.Vector) == 0 {
				return fmt.Errorf("passage %d of %s/%s has no vector", p.Passage.Ordinal, r.Document.Source, r.Document.Path)
			}
			if err := retrieval.CheckVector(p.Vector, g.Dimensions); err != nil {
				return fmt.Errorf("passage %d of %s/%s: %w", p.Passage.Ordinal, r.Document.Source, r.Document.Path, err)
			}
		}
	}
	if g.Dimensions == before {
		return nil
	}
	w.generation = g
	return writeGeneration(w.ctx, w.tx, g)
}

// readGeneration returns what the index is built with at the moment of tx: its
// dimensions are known from its first vector on.
func readGeneration(ctx context.Context, tx *sql.Tx) (g retrieval.Generation, err error) {
	value, err := meta(ctx, tx, "generation")
	if err == nil {
		err = json.Unmarshal(value, &g)
	}
	if err != nil {
		return g, fmt.Errorf("read the generation of the index: %w", err)
	}
	return g, nil
}

func writeGeneration(ctx context.Context, tx *sql.Tx, g retrieval.Generation) error {
	value, err := json.Marshal(g)
	if err != nil {
		return err // unreachable: strings and numbers encode
	}
	return setMeta(ctx, tx, "generation", value)
}

// meta returns a value of the index as a whole, or sql.ErrNoRows.
func meta(ctx context.Context, tx *sql.Tx, key string) (value []byte, err error) {
	err = tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = $1", key).Scan(&value)
	return value, err
}

func setMeta(ctx context.Context, tx *sql.Tx, key string, value []byte) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}
