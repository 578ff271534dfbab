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
	"bureau/retrieval/eval"
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
	config.data, config.index = folder, engineSQLite
	b, err := newBuilder(ctx, config, filepath.Join(keep, "eval-vectors.db"))
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, cleanup())
	}
	b.whole, b.progress = c.Whole, e.stderr
	done = func() error { return errors.Join(b.close(), cleanup()) }
	options, err := b.build(ctx, set)
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, done())
	}
	return options, done, nil
}

// running asks the generation in use as the people of the configuration.
func (c *evalCommand) running(ctx context.Context, s *settings) (eval.Options, func() error, error) {
	at := time.Now()
	if c.At != "" {
		var err error
		if at, err = access.ParseFrom(c.At); err != nil {
			return eval.Options{}, nil, misuse{err}
		}
	}
	p, searcher, err := s.openSearch(ctx)
	if err != nil {
		return eval.Options{}, nil, err
	}
	g, release, err := searcher.take(ctx)
	if err == nil && c.Lexical && g.embedder != nil {
		err = errors.Join(misuse{fmt.Errorf("--lexical: %s has vectors, and its words are not analysed for a search by words alone", g.Name())}, release())
	}
	if err != nil {
		return eval.Options{}, nil, errors.Join(err, searcher.close(), p.close())
	}
	done := func() error { return errors.Join(release(), searcher.close(), p.close()) }
	return p.asPeople(g, at), done, nil
}

// asPeople asks a generation as the people of the configuration.
func (p *parts) asPeople(g *generation, at time.Time) eval.Options {
	scope := func(person string) (access.Scope, error) {
		scope, err := p.config.policy.Scope(person, at)
		if errors.Is(err, access.ErrNotInEffect) {
			return scope, nil // reads nothing, which is what the set asks about
		}
		return scope, err
	}
	return eval.Options{Searcher: g.searcher, Scope: scope}
}
