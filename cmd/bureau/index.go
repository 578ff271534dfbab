package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"bureau/retrieval"
	"bureau/retrieval/sqlite"
)

// openIndex opens the index. One of another generation is an error that names
// the remedy; rebuild is set by the command that is the remedy.
func (p *parts) openIndex(ctx context.Context, rebuild bool) (*sqlite.Index, error) {
	path := filepath.Join(p.config.data, "index.db")
	index, err := sqlite.Open(ctx, path, p.generation())
	if !rebuild || !errors.Is(err, retrieval.ErrGeneration) {
		return index, err
	}
	return sqlite.Rebuild(ctx, path, p.generation())
}

// mustHaveDocuments says what to do about an index that nothing is in.
func (p *parts) mustHaveDocuments(ctx context.Context) error {
	counts, err := p.index.Counts(ctx)
	if err == nil && counts.Documents == 0 {
		return fmt.Errorf("the index is empty: run \"bureau ingest -c %s\" first", p.config.file)
	}
	return err
}
