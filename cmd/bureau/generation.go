package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/ingest"
	"bureau/retrieval"
)

// A generation is one that is open for searches, with what it is searched
// with.
type generation struct {
	ingest.Build
	index    engine
	embedder embeddings.Embedder // nil without vectors
	searcher *retrieval.Searcher // calibrates itself as it works, and so is kept
}

// openGeneration opens a generation for searches.
func (p *parts) openGeneration(ctx context.Context, b ingest.Build) (*generation, error) {
	if err := understood(b); err != nil {
		return nil, err
	}
	index, err := p.openIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	g := &generation{Build: b, index: index, embedder: p.embedder(b.Generation.Embedder)}
	g.searcher = &retrieval.Searcher{
		Index: index, Ledger: p.ledger, Embedder: g.embedder,
		Constants: retrieval.ConstantsFor(b.Generation.Embedder).Stricter(p.config.models.Evidence),
		Alarm:     func(documents int) { p.alarms.Add(int64(documents)) },
	}
	return g, nil
}

// understood refuses a generation that this program can neither search nor
// write: its passages were cut by another version.
func understood(b ingest.Build) error {
	if _, ok := ingest.CountedBy(b.Generation.Cutting); ok {
		return nil
	}
	return fmt.Errorf("%s was cut by another version of bureau (cutting %s, this one has %s): run \"bureau reindex\"",
		b.Name(), b.Generation.Cutting, ingest.Cutting)
}

// current returns the generation in use. Where there is none yet the error
// names the way on.
func (p *parts) current(ctx context.Context) (ingest.Build, error) {
	b, err := p.generations.Current(ctx)
	if errors.Is(err, ingest.ErrNoGeneration) {
		return b, p.emptyIndex()
	}
	return b, err
}

// emptyIndex says what to do about an index that nothing is in.
func (p *parts) emptyIndex() error {
	return fmt.Errorf("the index is empty: run \"bureau ingest -c %s\" first", p.config.file)
}

// wanted is what the configuration wants the next generation to be built with,
// but for what counts its tokens, which only a server knows: see counted.
func (p *parts) wanted() ingest.Build {
	return ingest.Build{
		Engine: engineOf(p.config.index), Address: p.config.index,
		Generation: retrieval.Generation{Embedder: p.config.models.Embedder, Cutting: ingest.Cutting},
	}
}

// difference says how the configuration differs from the generation in use,
// and what to do about it, or returns "".
func (p *parts) difference(b ingest.Build) string {
	want := p.wanted()
	if understood(b) == nil {
		want.Generation.Cutting = b.Generation.Cutting // another way of counting is no reason to reindex
	}
	if !b.Like(want) {
		return fmt.Sprintf("the configuration asks for %s, and %s, which is in use, has %s: run \"bureau reindex -c %s\", or change the configuration back",
			want.With(), b.Name(), b.With(), p.config.file)
	}
	return ""
}
