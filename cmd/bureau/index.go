package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/sqlite"
)

// The engines that an index may be in.
const (
	engineSQLite = "sqlite"
	engineQdrant = "qdrant"
)

// engineOf returns the engine that an address names, as in the configuration's
// "index", or "" for none.
func engineOf(address string) string {
	switch {
	case address == engineSQLite:
		return engineSQLite
	case strings.HasPrefix(address, "qdrant://"), strings.HasPrefix(address, "qdrants://"):
		return engineQdrant
	}
	return ""
}

// An engine is the index of one generation, open.
type engine interface {
	retrieval.Index
	retrieval.Writer
	Counts(ctx context.Context) (retrieval.Counts, error)
	Close() error
}

// openIndex opens the index of a generation, or makes an empty one. It is the
// one place that knows the engines, with dropIndex.
func (p *parts) openIndex(ctx context.Context, b ingest.Build) (engine, error) {
	switch b.Engine {
	case engineSQLite:
		index, err := sqlite.Open(ctx, p.indexFile(b), b.Generation)
		if err != nil {
			return nil, err
		}
		return index, nil
	case engineQdrant:
		index, err := p.openCollection(ctx, b)
		if err != nil {
			return nil, err
		}
		return index, nil
	}
	return nil, fmt.Errorf("open %s: the engine %q is not built into this program", b.Name(), b.Engine)
}

// publish has an engine tell other tools that its generation is the one in use,
// where the engine has a way to. Nothing here asks for that.
func publish(ctx context.Context, index engine) error {
	if p, ok := index.(interface {
		Publish(ctx context.Context) error
	}); ok {
		return p.Publish(ctx)
	}
	return nil
}

// dropIndex deletes the index of a generation. With force, one that its server
// has lost too.
func (p *parts) dropIndex(ctx context.Context, b ingest.Build, force bool) error {
	switch b.Engine {
	case engineSQLite:
		return removeDatabase(p.indexFile(b))
	case engineQdrant:
		return p.dropCollection(ctx, b, force)
	}
	return fmt.Errorf("the engine %q is not built into this program", b.Engine)
}

// removeDatabase deletes the file of a database with what belongs to it. One
// that is not there is no error.
func removeDatabase(path string) error {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// indexFile is where the embedded engine keeps a generation.
func (p *parts) indexFile(b ingest.Build) string {
	return filepath.Join(p.config.data, "index", fmt.Sprintf("%d.db", b.Number))
}
