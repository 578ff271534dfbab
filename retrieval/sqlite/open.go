package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// An Index is an index in one SQLite file. Many processes may search and write
// it at once.
type Index struct {
	db     *store.DB
	want   retrieval.Generation
	memory memory
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
	return openAs(ctx, path, want, claim)
}

// Rebuild opens the index in the file at path as an empty one of the
// generation wanted, whatever was in it. Processes that have it open see it
// empty from their next search on, or get retrieval.ErrGeneration where they
// want another generation.
func Rebuild(ctx context.Context, path string, want retrieval.Generation) (*Index, error) {
	return openAs(ctx, path, want, empty)
}

// openAs opens a file and prepares what is in it.
func openAs(ctx context.Context, path string, want retrieval.Generation,
	prepare func(context.Context, *sql.Tx, retrieval.Generation) error) (*Index, error) {
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = db.Migrate(ctx, "index", files)
	}
	if err == nil {
		err = db.Write(ctx, func(tx *sql.Tx) error { return prepare(ctx, tx, want) })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open index %s: %w", path, err), db.Close())
	}
	return &Index{db: db, want: want}, nil
}

// empty takes everything out and makes the index one of the generation wanted.
// The slots stay, as free ones, so that every process hears of it.
func empty(ctx context.Context, tx *sql.Tx, want retrieval.Generation) error {
	version, err := nextVersion(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range []string{"postings", "vectors", "passages", "documents", "classes"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
			return fmt.Errorf("empty %s: %w", table, err)
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE slots SET class = 0, code = x'', version = $1", version); err != nil {
		return fmt.Errorf("free slots: %w", err)
	}
	return writeGeneration(ctx, tx, want)
}

// Close closes the file.
func (x *Index) Close() error { return x.db.Close() }
