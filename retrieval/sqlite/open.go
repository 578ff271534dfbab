package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// An Index is an index in one SQLite file. Many processes may search and write
// it at once.
type Index struct {
	db         *store.DB
	generation generation
	memory     memory
}

var (
	_ retrieval.Index  = (*Index)(nil)
	_ retrieval.Writer = (*Index)(nil)
)

// Open opens the index in the file at path, or makes an empty one. Of an index
// that was built with another embedder or another way of cutting the error is
// retrieval.ErrGeneration. The dimensions of a new index are those of its first
// vector where want leaves them at 0.
func Open(ctx context.Context, path string, want retrieval.Generation) (*Index, error) {
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	x := &Index{db: db}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = db.Migrate(ctx, "index", files)
	}
	if err == nil {
		err = db.Write(ctx, func(tx *sql.Tx) error { return x.claim(ctx, tx, want) })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open index %s: %w", path, err), db.Close())
	}
	return x, nil
}

// Remove deletes the index in the file at path, which no process may have
// open. An index that is not there is no error.
func Remove(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove index: %w", err)
		}
	}
	return nil
}

// Close closes the file.
func (x *Index) Close() error { return x.db.Close() }

// Generation returns what the index is built with. Its Dimensions are 0 until
// the first vector is written.
func (x *Index) Generation() retrieval.Generation { return x.generation.get() }

// claim makes a new index one of the generation wanted, and refuses another.
func (x *Index) claim(ctx context.Context, tx *sql.Tx, want retrieval.Generation) error {
	stored, err := readGeneration(ctx, tx)
	if errors.Is(err, sql.ErrNoRows) {
		x.generation.set(want)
		return writeGeneration(ctx, tx, want)
	}
	if err != nil {
		return err
	}
	if stored.Embedder != want.Embedder || stored.Cutting != want.Cutting ||
		want.Dimensions != 0 && stored.Dimensions != 0 && stored.Dimensions != want.Dimensions {
		return fmt.Errorf("%w: it was built with %s, and %s is configured; run \"bureau ingest\" to build it anew",
			retrieval.ErrGeneration, describe(stored), describe(want))
	}
	stored.Dimensions = max(stored.Dimensions, want.Dimensions)
	x.generation.set(stored)
	return nil
}

// describe names a generation in messages.
func describe(g retrieval.Generation) string {
	if g.Embedder == "" {
		return fmt.Sprintf("no embedder (cutting %s)", g.Cutting)
	}
	return fmt.Sprintf("embedder %s (%d dimensions, cutting %s)", g.Embedder, g.Dimensions, g.Cutting)
}

func readGeneration(ctx context.Context, tx *sql.Tx) (g retrieval.Generation, err error) {
	value, err := meta(ctx, tx, "generation")
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(value, &g)
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
