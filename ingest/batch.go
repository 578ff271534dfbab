package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/tmc/langchaingo/embeddings"

	"bureau/retrieval"
)

// batchPassages is how many passages are embedded and written in one step. A
// crash costs at most the work on about two times as many.
const batchPassages = 64

// A job is one document on its way into the index.
type job struct {
	entry    entry
	markdown string
	passages []retrieval.Passage
}

// A batch is documents that are embedded together.
type batch struct {
	jobs     []job
	passages int
}

// A written is what became of a batch.
type written struct {
	indexed, passages int
	failed            []Finding
	err               error // the run cannot go on
}

// add puts a document into the batch, and sends the batch on when it is full.
func (r *run) add(ctx context.Context, j job) error {
	r.pending.jobs = append(r.pending.jobs, j)
	r.pending.passages += len(j.passages)
	if r.pending.passages < batchPassages {
		return nil
	}
	return r.flush(ctx)
}

// flush starts to embed and write the batch, after the one before it. While
// the embedder works the next documents are read: it is what a run waits for.
func (r *run) flush(ctx context.Context) error {
	if err := r.settle(); err != nil {
		return err
	}
	b := r.pending
	r.pending = batch{}
	if len(b.jobs) == 0 {
		return nil
	}
	done := make(chan written, 1)
	r.flushed = done
	go func() { done <- r.write(ctx, b.jobs) }()
	return nil
}

// settle waits for the batch that is being embedded and adds it to the report.
func (r *run) settle() error {
	if r.flushed == nil {
		return nil
	}
	w := <-r.flushed
	r.flushed = nil
	r.report.Indexed += w.indexed
	r.report.Passages += w.passages
	r.report.Failed = append(r.report.Failed, w.failed...)
	return w.err
}

// write brings documents into the index: their texts and readers to the
// ledger, their passages to the index, and then their state to the ledger.
func (r *run) write(ctx context.Context, jobs []job) (w written) {
	markdown := map[retrieval.DocumentID]string{}
	for _, j := range jobs {
		markdown[j.entry.document.ID] = j.markdown
	}
	text := func(e entry) *string { m := markdown[e.document.ID]; return &m }
	if w.err = r.Ledger.put(ctx, entriesOf(jobs), text); w.err != nil {
		return w
	}
	ready, failed, err := r.embedAll(ctx, jobs)
	if err != nil {
		w.err = err
		return w
	}
	for i := range failed {
		w.failed = append(w.failed, Finding{failed[i].document.Source, failed[i].document.Path, failed[i].reason})
	}
	if w.err = r.Index.ReplaceAll(ctx, ready); w.err != nil {
		w.err = fmt.Errorf("write to the index: %w", w.err)
		return w
	}
	done := failed
	for _, j := range jobs {
		for _, replacement := range ready {
			if replacement.Document.ID == j.entry.document.ID {
				j.entry.state = stateIndexed
				done = append(done, j.entry)
				w.indexed++
				w.passages += len(j.passages)
			}
		}
	}
	w.err = r.Ledger.put(ctx, done, keepText)
	return w
}

func entriesOf(jobs []job) []entry {
	entries := make([]entry, len(jobs))
	for i, j := range jobs {
		entries[i] = j.entry
	}
	return entries
}

// embedAll makes the documents findable. When a batch fails it is tried again
// document by document, so that only the one that the embedder cannot take
// fails; an embedder that is not there at all ends the run.
func (r *run) embedAll(ctx context.Context, jobs []job) (ready []retrieval.Replacement, failed []entry, err error) {
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
			j.entry.state, j.entry.reason = stateFailed, err.Error()
			j.entry.attempts++
			failed = append(failed, j.entry)
			continue
		}
		ready = append(ready, one...)
	}
	return ready, failed, nil
}

// fatal reports whether no other document would fare better: the run was
// ended, or the embedder says of itself that it is not available.
func fatal(ctx context.Context, err error) bool {
	var unavailable interface{ Unavailable() bool }
	return err != nil && (ctx.Err() != nil || errors.As(err, &unavailable) && unavailable.Unavailable())
}

// embed gives every passage of the documents its vector and its terms.
func (r *run) embed(ctx context.Context, jobs []job) ([]retrieval.Replacement, error) {
	var texts []string
	for _, j := range jobs {
		for _, p := range j.passages {
			texts = append(texts, p.Indexed(j.entry.document.Title))
		}
	}
	vectors := make([][]float32, len(texts)) // of nils, without an embedder
	if r.Embedder != nil {
		r.counter.Embedder = r.Embedder
		cached := retrieval.CachedEmbedder{Embedder: &r.counter, Store: r.Ledger.Vectors(), Model: r.Generation.Embedder}
		var err error
		if vectors, err = embedDocuments(ctx, cached, texts); err != nil {
			return nil, err
		}
	}
	var (
		replacements []retrieval.Replacement
		next         int
	)
	for _, j := range jobs {
		replacement := retrieval.Replacement{Document: j.entry.document}
		for _, p := range j.passages {
			replacement.Passages = append(replacement.Passages, retrieval.Embedded{
				Passage: p, Vector: vectors[next], Terms: retrieval.Analyze(texts[next]),
			})
			next++
		}
		replacements = append(replacements, replacement)
	}
	return replacements, nil
}

func embedDocuments(ctx context.Context, e embeddings.Embedder, texts []string) ([][]float32, error) {
	vectors, err := e.EmbedDocuments(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("embed %d passages: %w", len(texts), err)
	}
	if len(vectors) != len(texts) {
		return nil, fmt.Errorf("embed %d passages: %d vectors came back", len(texts), len(vectors))
	}
	return vectors, nil
}

// passageSpace is the namespace of passage ids.
var passageSpace = uuid.MustParse("6f6ea7cb-7d3c-5c1e-9b52-3a4d0f3e8f11")

// passages gives the pieces of a document their ids. An id depends only on
// where a passage stands, so that indexing again overwrites.
func (r *run) passages(d retrieval.Document, pieces []Piece) []retrieval.Passage {
	passages := make([]retrieval.Passage, len(pieces))
	for i, piece := range pieces {
		place := fmt.Appendf(nil, "%s\x00%s\x00%d\x00%s", d.Source, d.Path, i, r.generation())
		passages[i] = retrieval.Passage{
			ID: uuid.NewSHA1(passageSpace, place).String(), Document: d.ID, Ordinal: i,
			Headings: piece.Headings, Anchor: piece.Anchor, Header: piece.Header, Text: piece.Text,
			Start: piece.Start, End: piece.End, Language: piece.Language,
		}
	}
	return passages
}
