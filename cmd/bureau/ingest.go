package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"bureau/ingest"
)

type ingestCommand struct {
	reporting
}

// Run brings the index up to date and prints what it did. A document that
// failed is in the report and in the exit status; the others are indexed.
func (c *ingestCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	config, err := s.load()
	if err != nil {
		return err
	}
	p, err := openParts(ctx, config, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	report, err := p.ingest(ctx, e)
	if report != nil {
		if err := c.report(e.stdout, report, func(w io.Writer) { _, _ = report.WriteTo(w) }); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	if !report.OK() {
		return errSaid
	}
	return nil
}

// ingest runs the pipeline with its progress on the terminal.
func (p *parts) ingest(ctx context.Context, e env) (*ingest.Report, error) {
	if p.embedder != nil {
		if err := p.ollama.EnsureModel(ctx, p.config.models.Embedder, pulling(e, p.config.models.Embedder)); err != nil {
			return nil, err
		}
	}
	progress := ingest.Lines(e.stderr)
	if e.terminal {
		progress = ingest.Bar(e.stderr)
	}
	pipeline := ingest.Pipeline{
		Sources: p.config.sources, Policy: p.config.policy, Ledger: p.ledger, Index: p.index,
		Generation: p.generation(), Embedder: p.embedder,
		Progress: progress, Lock: filepath.Join(p.config.data, "ingest.lock"),
	}
	report, err := pipeline.Run(ctx)
	if err != nil {
		return report, fmt.Errorf("ingest: %w", err)
	}
	return report, nil
}

// pulling prints how far the download of a model is, every ten percent.
func pulling(e env, model string) func(completed, total int64, status string) {
	next := int64(0)
	return func(completed, total int64, _ string) {
		if total > 0 && completed*10/total >= next {
			fmt.Fprintf(e.stderr, "pulling %s: %d %% of %d MB\n", model, completed*100/total, total>>20)
			next = completed*10/total + 1
		}
	}
}
