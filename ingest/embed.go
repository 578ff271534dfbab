package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// A maker makes documents findable in one generation: it cuts their texts,
// embeds the passages and analyses their words.
type maker struct {
	ledger     *Ledger // remembers what was embedded
	generation retrieval.Generation
	limit      Limit
	embedder   checkedEmbedder // of nil for an index without vectors
}

// newMaker returns a maker of a generation. embedder is nil where there are no
// vectors.
func newMaker(ledger *Ledger, generation retrieval.Generation, embedder embeddings.Embedder, limit Limit) *maker {
	return &maker{ledger, generation, limit, checkedEmbedder{Embedder: embedder, dimensions: generation.Dimensions}}
}

// cut cuts the text of a document, as it is extracted or was kept.
func (m *maker) cut(e entry) []Piece {
	return Cut(Extracted{Title: e.document.Title, Language: e.document.Language, Markdown: *e.markdown, Places: e.places}, m.limit)
}

// passageSpace is the namespace of passage ids.
var passageSpace = uuid.MustParse("6f6ea7cb-7d3c-5c1e-9b52-3a4d0f3e8f11")

// passages gives the pieces of a document their ids. An id depends only on
// where a passage stands and on what it was made with, so that indexing again
// overwrites.
func (m *maker) passages(d retrieval.Document, pieces []Piece) []retrieval.Passage {
	passages := make([]retrieval.Passage, len(pieces))
	for i, piece := range pieces {
		place := fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s/%s", d.Source, d.Path, i, m.generation.Embedder, m.generation.Cutting)
		passages[i] = retrieval.Passage{
			ID: uuid.NewSHA1(passageSpace, place).String(), Document: d.ID, Ordinal: i,
			Headings: piece.Headings, Anchor: piece.Anchor, Header: piece.Header, Text: piece.Text,
			Start: piece.Start, End: piece.End, Language: piece.Language,
		}
	}
	return passages
}

// An embedded is a document with what makes it findable.
type embedded struct {
	entry    entry
	passages []retrieval.Embedded
}

// replacementsOf returns what an index is given of the documents.
func replacementsOf(ready []embedded) []retrieval.Replacement {
	replacements := make([]retrieval.Replacement, len(ready))
	for i, done := range ready {
		replacements[i] = retrieval.Replacement{Document: done.entry.document, Passages: done.passages}
	}
	return replacements
}

// embedAll makes the documents findable. When a batch fails it is tried again
// document by document, so that only the one that the embedder cannot take
// fails; an embedder that is not there at all ends the run.
func (m *maker) embedAll(ctx context.Context, jobs []job) (ready []embedded, failed []entry, err error) {
	ready, err = m.embed(ctx, jobs)
	if err == nil || fatal(ctx, err) {
		return ready, nil, err
	}
	for _, j := range jobs {
		one, err := m.embed(ctx, []job{j})
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
func (m *maker) embed(ctx context.Context, jobs []job) ([]embedded, error) {
	var texts []string
	for _, j := range jobs {
		for _, p := range j.passages {
			texts = append(texts, p.Indexed(j.entry.document.Title))
		}
	}
	vectors, err := m.vectors(ctx, texts)
	if err != nil {
		return nil, err
	}
	ready := make([]embedded, len(jobs))
	next := 0
	for i, j := range jobs {
		ready[i] = embedded{entry: j.entry, passages: make([]retrieval.Embedded, len(j.passages))}
		for k, p := range j.passages {
			ready[i].passages[k] = retrieval.Embedded{Passage: p, Vector: vectors[next], Terms: m.analyze(texts[next])}
			next++
		}
	}
	return ready, nil
}

// vectors returns the vector of each text, or nils without an embedder. What
// the ledger remembers is not embedded again, and after every batchPassages it
// remembers more, so that a long document is not begun anew after a crash.
func (m *maker) vectors(ctx context.Context, texts []string) ([][]float32, error) {
	if m.embedder.Embedder == nil {
		return make([][]float32, len(texts)), nil
	}
	cached := retrieval.CachedEmbedder{Embedder: &m.embedder, Store: m.ledger.Vectors(), Model: m.generation.Embedder}
	var all [][]float32
	for some := range slices.Chunk(texts, batchPassages) {
		vectors, err := cached.EmbedDocuments(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("embed %d passages: %w", len(some), err)
		}
		if m.embedder.dimensions == 0 && len(vectors) > 0 { // all of them remembered
			m.embedder.dimensions = len(vectors[0])
		}
		all = append(all, vectors...)
	}
	return all, nil
}

// analyze returns the terms of a passage, as a search of this index asks for
// them.
func (m *maker) analyze(text string) []retrieval.Term {
	if m.embedder.Embedder == nil {
		return retrieval.AnalyzeAlone(text)
	}
	return retrieval.Analyze(text)
}
