package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/eval"
	"bureau/store"
)

// A builder makes an index of a set's documents the way the product does: its
// cutting, its analysis, its engine.
type builder struct {
	parts    *parts
	index    *generation
	vectors  *store.DB // of earlier runs
	whole    bool
	limit    ingest.Limit // of a passage
	progress io.Writer
}

// newBuilder opens an empty index in the data folder, and the vectors of
// earlier runs.
func newBuilder(ctx context.Context, c *config, vectors string) (_ *builder, err error) {
	b := &builder{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	if b.parts, err = openParts(ctx, c); err != nil {
		return nil, err
	}
	if b.vectors, err = store.Open(ctx, vectors); err != nil {
		return nil, err
	}
	kept, err := ingest.OpenLedger(ctx, b.vectors)
	if err != nil {
		return nil, err
	}
	embedder := b.parts.embedder
	b.parts.embedder = func(model string) embeddings.Embedder {
		if model == "" {
			return nil
		}
		return retrieval.CachedEmbedder{Embedder: embedder(model), Store: kept.Vectors(), Model: model}
	}
	want, _, err := b.parts.counted(ctx, b.parts.wanted())
	if err != nil {
		return nil, err
	}
	if b.limit, err = b.parts.limit(ctx, want); err != nil {
		return nil, err
	}
	b.index, err = b.parts.openGeneration(ctx, want)
	return b, err
}

// close closes what is open.
func (b *builder) close() error {
	var errs []error
	if b.index != nil {
		errs = append(errs, b.index.index.Close())
	}
	if b.vectors != nil {
		errs = append(errs, b.vectors.Close())
	}
	if b.parts != nil {
		errs = append(errs, b.parts.close())
	}
	return errors.Join(errs...)
}

// build indexes the documents and returns how they are asked about.
func (b *builder) build(ctx context.Context, set eval.Set) (eval.Options, error) {
	rights, err := newSetRights(set)
	if err != nil {
		return eval.Options{}, err
	}
	if err := b.fill(ctx, set, rights); err != nil {
		return eval.Options{}, fmt.Errorf("index set %s: %w", set.Name, err)
	}
	b.index.searcher.Ledger = rights
	return eval.Options{Searcher: b.index.searcher, Scope: rights.scope}, nil
}

// setBatch is how many documents are embedded and written at a time.
const setBatch = 256

func (b *builder) fill(ctx context.Context, set eval.Set, rights *setRights) error {
	var batch []retrieval.Replacement
	for i, d := range set.Documents {
		batch = append(batch, b.replacement(d, rights))
		if len(batch) < setBatch && i < len(set.Documents)-1 {
			continue
		}
		if err := b.write(ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
		if (i+1)%(10*setBatch) == 0 {
			fmt.Fprintf(b.progress, "indexed %d of %d documents of %s\n", i+1, len(set.Documents), set.Name)
		}
	}
	return nil
}

// replacement cuts a document into passages.
func (b *builder) replacement(d eval.Document, rights *setRights) retrieval.Replacement {
	document := retrieval.Document{
		ID: retrieval.DocumentID(d.ID), Source: setSource, Path: d.ID, Title: d.Title, Readers: rights.readers(d.Department),
	}
	rights.byDocument[document.ID] = document.Readers
	replacement := retrieval.Replacement{Document: document}
	pieces := []ingest.Piece{{Text: d.Text, End: len(d.Text)}}
	if !b.whole {
		pieces = ingest.Cut(ingest.Extracted{Title: d.Title, Markdown: d.Text}, b.limit)
	}
	for i, piece := range pieces {
		replacement.Passages = append(replacement.Passages, retrieval.Embedded{Passage: retrieval.Passage{
			ID: fmt.Sprintf("%s/%d", d.ID, i), Document: document.ID, Ordinal: i, Headings: piece.Headings,
			Header: piece.Header, Text: piece.Text, Start: piece.Start, End: piece.End, Language: piece.Language,
		}})
	}
	return replacement
}

// setSource is the source of a set's documents.
const setSource = "set"

func (b *builder) write(ctx context.Context, batch []retrieval.Replacement) error {
	analyze := retrieval.Analyze
	if b.index.embedder == nil {
		analyze = retrieval.AnalyzeAlone
	}
	var texts []string
	for _, r := range batch {
		for i := range r.Passages {
			text := r.Passages[i].Passage.Indexed(r.Document.Title)
			r.Passages[i].Terms = analyze(text)
			texts = append(texts, text)
		}
	}
	if b.index.embedder != nil {
		vectors, err := b.index.embedder.EmbedDocuments(ctx, texts)
		if err != nil {
			return err
		}
		for _, r := range batch {
			for i := range r.Passages {
				r.Passages[i].Vector, vectors = vectors[0], vectors[1:]
			}
		}
	}
	return b.index.index.ReplaceAll(ctx, batch)
}
