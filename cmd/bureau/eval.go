package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"bureau/access"
	"bureau/ingest"
	"bureau/retrieval"
	"bureau/retrieval/eval"
	"bureau/store"
)

type evalCommand struct {
	reporting
	Set     string `required:"" placeholder:"DIR" help:"Folder with queries.jsonl, qrels.tsv and corpus.jsonl (layout of BEIR). Without corpus.jsonl the questions are about the running index."`
	Lexical bool   `help:"Search by words alone, without the embedder."`
	Whole   bool   `help:"Index each document as one passage instead of cutting it, as published figures do. The embedder sees the beginning of a long one."`
	At      string `placeholder:"DATE" help:"Ask as of this day, for documents and people with dates of effect."`
}

// Run measures and prints the report. A single result out of scope is a
// failure.
func (c *evalCommand) Run(ctx context.Context, e env, s *settings) error {
	set, err := eval.Read(os.DirFS(c.Set), filepath.Base(filepath.Clean(c.Set)))
	if err != nil {
		return misuse{fmt.Errorf("read set %s: %w", c.Set, err)}
	}
	if c.Lexical {
		words := none
		s.Embedder = &words
	}
	options, done, err := c.options(ctx, e, s, set)
	if err != nil {
		return err
	}
	report, err := eval.Run(ctx, set, options)
	if err = errors.Join(err, done()); err != nil {
		return err
	}
	if err := c.report(e.stdout, report, func(w io.Writer) { err = report.WriteTable(w) }); err != nil {
		return err
	}
	if report.OutOfScope > 0 {
		return fmt.Errorf("eval %s: %d results were out of scope", set.Name, report.OutOfScope)
	}
	return err
}

// options puts together what the set is asked of: the running index, or one
// that is built from the set's documents for this run. done closes it.
func (c *evalCommand) options(ctx context.Context, e env, s *settings, set eval.Set) (_ eval.Options, done func() error, err error) {
	if len(set.Documents) == 0 {
		return c.running(ctx, s)
	}
	config, err := s.loadModels()
	if err != nil {
		return eval.Options{}, nil, err
	}
	folder, err := os.MkdirTemp("", "bureau-eval-")
	if err != nil {
		return eval.Options{}, nil, fmt.Errorf("make a folder for the index: %w", err)
	}
	cleanup := func() error { return os.RemoveAll(folder) }
	keep := config.data
	config.data = folder
	p, err := openParts(ctx, config, false)
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, cleanup())
	}
	vectors, err := store.Open(ctx, filepath.Join(keep, "eval-vectors.db"))
	done = func() error { return errors.Join(p.close(), vectors.Close(), cleanup()) }
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, p.close(), cleanup())
	}
	b := builder{parts: p, whole: c.Whole, progress: e.stderr}
	options, err := b.build(ctx, set, vectors)
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, done())
	}
	return options, done, nil
}

// running asks the running index as the people of the configuration.
func (c *evalCommand) running(ctx context.Context, s *settings) (eval.Options, func() error, error) {
	at := time.Now()
	if c.At != "" {
		var err error
		if at, err = access.ParseFrom(c.At); err != nil {
			return eval.Options{}, nil, misuse{err}
		}
	}
	p, err := s.openParts(ctx)
	if err != nil {
		return eval.Options{}, nil, err
	}
	scope := func(person string) (access.Scope, error) {
		scope, err := p.config.policy.Scope(person, at)
		if errors.Is(err, access.ErrNotInEffect) {
			return scope, nil // reads nothing, which is what the set asks about
		}
		return scope, err
	}
	return eval.Options{Searcher: p.searcher(), Scope: scope}, p.close, nil
}

// A builder makes an index of a set's documents the way the product does: its
// cutting, its analysis, its engine.
type builder struct {
	parts    *parts
	whole    bool
	progress io.Writer
}

// build indexes the documents and returns how they are asked about. The
// vectors are kept in vectors for the next run.
func (b *builder) build(ctx context.Context, set eval.Set, vectors *store.DB) (eval.Options, error) {
	ledger, err := ingest.OpenLedger(ctx, vectors)
	if err != nil {
		return eval.Options{}, err
	}
	if b.parts.embedder != nil {
		b.parts.embedder = retrieval.CachedEmbedder{
			Embedder: b.parts.embedder, Store: ledger.Vectors(), Model: b.parts.config.models.Embedder,
		}
	}
	rights, err := newSetRights(set)
	if err != nil {
		return eval.Options{}, err
	}
	if err := b.index(ctx, set, rights); err != nil {
		return eval.Options{}, fmt.Errorf("index set %s: %w", set.Name, err)
	}
	searcher := b.parts.searcher()
	searcher.Ledger = rights
	return eval.Options{Searcher: searcher, Scope: rights.scope}, nil
}

// setBatch is how many documents are embedded and written at a time.
const setBatch = 256

func (b *builder) index(ctx context.Context, set eval.Set, rights *setRights) error {
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
		pieces = ingest.Cut(ingest.Extracted{Title: d.Title, Markdown: d.Text}, ingest.Limit{})
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
	if b.parts.embedder == nil {
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
	if b.parts.embedder != nil {
		vectors, err := b.parts.embedder.EmbedDocuments(ctx, texts)
		if err != nil {
			return err
		}
		for _, r := range batch {
			for i := range r.Passages {
				r.Passages[i].Vector, vectors = vectors[0], vectors[1:]
			}
		}
	}
	return b.parts.index.ReplaceAll(ctx, batch)
}
