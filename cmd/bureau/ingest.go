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
	DryRun        bool     `xor:"how" help:"Say what would change, and whose reading rights would, and change nothing."`
	Fetch         bool     `xor:"how" help:"Fetch every source that is no folder now, whatever its schedule says."`
	Watch         bool     `xor:"how" help:"Go on: run whenever documents or the configuration change, and every ingest.every."`
	Widen         []string `sep:"none" placeholder:"SOURCE/PATH" help:"Let these texts be read by more people than before though they have not changed; a name or a glob, again for each."`
	AllowWidening bool     `help:"Let all texts be so (ingest.allow_widening)."`
}

// Run brings the index up to date and prints what it did. A document that
// failed is in the report and in the exit status; the others are indexed.
func (c *ingestCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	if c.Watch {
		return c.watch(ctx, e, s)
	}
	config, err := c.load(s)
	if err != nil {
		return err
	}
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	report, err := c.bring(ctx, e, p)
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

// load loads the configuration and lays the command's flags over it.
func (c *ingestCommand) load(s *settings) (*config, error) {
	if err := ingest.CheckGlobs(c.Widen); err != nil {
		return nil, misuse{fmt.Errorf("--widen: %w", err)}
	}
	config, err := s.load()
	if err == nil && c.AllowWidening {
		config.ingest.AllowWidening = true
	}
	if err == nil {
		config.ingest.widen = c.Widen
	}
	return config, err
}

// ingestLock is held by what writes the generation in use, or changes which
// one that is.
func (p *parts) ingestLock() string { return filepath.Join(p.config.data, "ingest.lock") }

// ingest brings the generation in use up to date. The first ingest of all
// begins one. progress is nil for nobody.
func (p *parts) ingest(ctx context.Context, e env, progress ingest.Progress) (_ *ingest.Report, err error) {
	lock, err := ingest.TryLock(p.ingestLock())
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	b, err := p.firstOrCurrent(ctx, e)
	if err != nil {
		return nil, err
	}
	if difference := p.difference(b); difference != "" {
		fmt.Fprintf(e.stderr, "bureau: %s\n", difference)
	}
	limit, err := p.limit(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("ingest: %w", err)
	}
	index, err := p.openIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	others, err := p.openOthers(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, others.close()) }()
	pipeline := p.pipeline(b, progress)
	pipeline.Index, pipeline.Others, pipeline.Embedder = index, others.open, p.embedder(b.Generation.Embedder)
	pipeline.Limit = limit
	report, err := pipeline.Run(ctx)
	report.Behind = append(others.lost, report.Behind...)
	if report.Dimensions > 0 {
		err = errors.Join(err, p.generations.Learn(ctx, b.Number, report.Dimensions))
	}
	if err == nil {
		err = publish(ctx, index) // the first time, and where a switch could not
	}
	if err != nil {
		return report, fmt.Errorf("ingest: %w", err)
	}
	return report, nil
}

// pipeline returns a pipeline into a generation, which is yet to get its index.
func (p *parts) pipeline(b ingest.Build, progress ingest.Progress) *ingest.Pipeline {
	return &ingest.Pipeline{
		Sources: p.config.sources, Mirrors: p.mirrors(), Policy: p.config.policy, Ledger: p.ledger, Generation: b.Generation, Reader: p.reader,
		Widen: p.config.ingest.mayWiden(), Progress: progress,
	}
}

// plan says what an ingest would do. It needs no embedder, and no index where
// there is none yet.
func (p *parts) plan(ctx context.Context, _ env, progress ingest.Progress) (_ *ingest.Report, err error) {
	b, err := p.generations.Current(ctx)
	if errors.Is(err, ingest.ErrNoGeneration) {
		return p.pipeline(p.wanted(), progress).Plan(ctx)
	}
	if err != nil {
		return nil, err
	}
	index, err := p.openIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	pipeline := p.pipeline(b, progress)
	pipeline.Index = index
	return pipeline.Plan(ctx)
}

// firstOrCurrent returns the generation in use, or begins the first one, once
// its embedder is there. Its embedder is pulled where it is not.
func (p *parts) firstOrCurrent(ctx context.Context, e env) (ingest.Build, error) {
	b, err := p.generations.Current(ctx)
	switch {
	case errors.Is(err, ingest.ErrNoGeneration):
		b = p.wanted()
	case err != nil:
		return b, err
	}
	if err := understood(b); err != nil {
		return b, err
	}
	if err := p.ensureEmbedder(ctx, e, b); err != nil {
		return b, err
	}
	if b.Number > 0 {
		return b, nil
	}
	b, why, err := p.counted(ctx, b)
	if err != nil {
		return b, err
	}
	e.sayEstimated(why)
	return p.generations.First(ctx, b)
}

// ensureEmbedder sees to it that the model which a generation is embedded with
// is there.
func (p *parts) ensureEmbedder(ctx context.Context, e env, b ingest.Build) error {
	model := b.Generation.Embedder
	if model == "" {
		return nil
	}
	return p.ollama.EnsureModel(ctx, model, pulling(e, model))
}

// Others are the generations beside the one in use, open as far as they can
// be.
type others struct {
	open  []ingest.Other
	lost  []ingest.Behind
	close func() error
}

// openOthers opens every generation but one. What is deleted leaves them too.
func (p *parts) openOthers(ctx context.Context, current ingest.Build) (others, error) {
	builds, err := p.generations.List(ctx)
	if err != nil {
		return others{}, err
	}
	var o others
	var closers []func() error
	for _, b := range builds {
		if b.Number == current.Number {
			continue
		}
		index, err := p.openIndex(ctx, b)
		if err != nil {
			o.lost = append(o.lost, ingest.Behind{Generation: b.Number, Reason: err.Error()})
			continue
		}
		o.open = append(o.open, ingest.Other{Number: b.Number, Index: index})
		closers = append(closers, index.Close)
	}
	o.close = func() error {
		var errs []error
		for _, closeIndex := range closers {
			errs = append(errs, closeIndex())
		}
		return errors.Join(errs...)
	}
	return o, nil
}

// progress shows how far work has come: as a bar on a terminal, else in lines.
func (e env) progress() ingest.Progress {
	if e.terminal {
		return ingest.Bar(e.stderr)
	}
	return ingest.Lines(e.stderr)
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
