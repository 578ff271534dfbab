package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"bureau/retrieval"
)

// An embedded is a document with what makes it findable.
type embedded struct {
	entry    entry
	passages []retrieval.Embedded
}

// embedAll makes the documents findable. When a batch fails it is tried again
// document by document, so that only the one that the embedder cannot take
// fails; an embedder that is not there at all ends the run.
func (r *run) embedAll(ctx context.Context, jobs []job) (ready []embedded, failed []entry, err error) {
	ready, err = r.embed(ctx, jobs)
	if err == nil || fatal(ctx, err) {
		return ready, nil, err
	}
	for _, j := range jobs {
		one, err := r.embed(ctx, []job{j})
		if fatal(ctx, err) {
			return nil, nil, err
		}
		if err != nil {
			j.entry.reason = err.Error()
			failed = append(failed, j.entry)
			continue
		}
		ready = append(ready, one...)
	}
	return ready, failed, nil
}

// fatal reports whether no other document would fare better: the run was
// ended, or the embedder is not available.
func fatal(ctx context.Context, err error) bool {
	return err != nil && (ctx.Err() != nil || unavailable(err))
}

// unavailable reports whether the embedder says of itself that it is not
// available.
func unavailable(err error) bool {
	var who interface{ Unavailable() bool }
	return errors.As(err, &who) && who.Unavailable()
}

// embed gives every passage of the documents its vector and its terms.
func (r *run) embed(ctx context.Context, jobs []job) ([]embedded, error) {
	var texts []string
	for _, j := range jobs {
		for _, p := range j.passages {
			texts = append(texts, p.Indexed(j.entry.document.Title))
		}
	}
	vectors, err := r.vectors(ctx, texts)
	if err != nil {
		return nil, err
	}
	ready := make([]embedded, len(jobs))
	next := 0
	for i, j := range jobs {
		ready[i] = embedded{entry: j.entry, passages: make([]retrieval.Embedded, len(j.passages))}
		for k, p := range j.passages {
			ready[i].passages[k] = retrieval.Embedded{Passage: p, Vector: vectors[next], Terms: r.analyze(texts[next])}
			next++
		}
	}
	return ready, nil
}

// vectors returns the vector of each text, or nils without an embedder. What
// the ledger remembers is not embedded again, and after every batchPassages it
// remembers more, so that a long document is not begun anew after a crash.
func (r *run) vectors(ctx context.Context, texts []string) ([][]float32, error) {
	if r.Embedder == nil {
		return make([][]float32, len(texts)), nil
	}
	cached := retrieval.CachedEmbedder{Embedder: &r.embedder, Store: r.Ledger.Vectors(), Model: r.Generation.Embedder}
	var all [][]float32
	for some := range slices.Chunk(texts, batchPassages) {
		vectors, err := cached.EmbedDocuments(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("embed %d passages: %w", len(some), err)
		}
		all = append(all, vectors...)
	}
	return all, nil
}

// analyze returns the terms of a passage, as a search of this index asks for
// them.
func (r *run) analyze(text string) []retrieval.Term {
	if r.Embedder == nil {
		return retrieval.AnalyzeAlone(text)
	}
	return retrieval.Analyze(text)
}
