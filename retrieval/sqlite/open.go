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
	db, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err == nil {
		err = db.Migrate(ctx, "index", files)
	}
	if err == nil {
		err = db.Write(ctx, func(tx *sql.Tx) error { return claim(ctx, tx, want) })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open index %s: %w", path, err), db.Close())
	}
	return &Index{db: db}, nil
}

// Close closes the file.
func (x *Index) Close() error { return x.db.Close() }
