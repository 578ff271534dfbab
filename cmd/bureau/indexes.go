package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"bureau/ingest"
	"bureau/retrieval"
)

// An indexCommand is the commands about the generations of the index.
type indexCommand struct {
	List     indexListCommand     `cmd:"" help:"List the generations of the index."`
	Switch   indexSwitchCommand   `cmd:"" help:"Put a generation in use."`
	Rollback indexRollbackCommand `cmd:"" help:"Go back to the generation that was in use before."`
	Drop     indexDropCommand     `cmd:"" help:"Delete a generation that is not in use."`
	Audit    estimatesCommand     `cmd:"" help:"Hold what estimates find against exact search, for every scope of the people."`
}

type indexListCommand struct {
	reporting
}

// A buildReport is one generation in what "bureau index list --json" prints.
type buildReport struct {
	Number     int              `json:"number"`
	State      ingest.State     `json:"state"`
	Engine     string           `json:"engine"`
	Embedder   string           `json:"embedder"`
	Dimensions int              `json:"dimensions"`
	Cutting    string           `json:"cutting"`
	Created    time.Time        `json:"created"`
	Switched   *time.Time       `json:"switched,omitempty"`
	Counts     retrieval.Counts `json:"counts"`
	Problem    string           `json:"problem,omitempty"` // why there are no counts
}

// Run lists the generations. One that cannot be opened is listed with the
// reason, and is a failure.
func (c *indexListCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		builds, err := p.generations.List(ctx)
		if err != nil {
			return err
		}
		reports, ok := []buildReport{}, true
		for _, b := range builds {
			r := p.describe(ctx, b)
			ok = ok && r.Problem == ""
			reports = append(reports, r)
		}
		if err := c.report(e.stdout, reports, func(w io.Writer) { writeBuilds(w, reports) }); err != nil {
			return err
		}
		if !ok {
			return errSaid
		}
		return nil
	})
}

// describe looks into a generation.
func (p *parts) describe(ctx context.Context, b ingest.Build) buildReport {
	r := buildReport{
		Number: b.Number, State: b.State, Engine: b.Engine, Embedder: b.Generation.Embedder,
		Dimensions: b.Generation.Dimensions, Cutting: b.Generation.Cutting, Created: b.Created,
	}
	if !b.Switched.IsZero() {
		r.Switched = &b.Switched
	}
	index, err := p.openIndex(ctx, b)
	if err == nil {
		r.Counts, err = index.Counts(ctx)
		err = errors.Join(err, index.Close())
	}
	if err != nil {
		r.Problem = err.Error()
	}
	return r
}

func writeBuilds(w io.Writer, builds []buildReport) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "generation\tstate\tengine\tembedder\tdimensions\tcutting\tdocuments\tpassages\tMB\tbegun")
	for _, b := range builds {
		embedder := b.Embedder
		if embedder == "" {
			embedder = none
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%.1f\t%s\n", b.Number, b.State, b.Engine, embedder, b.Dimensions, b.Cutting,
			b.Counts.Documents, b.Counts.Passages, float64(b.Counts.Bytes)/1e6, b.Created.Format(time.DateOnly))
	}
	_ = t.Flush() // as with every report for people, nobody is left to tell
	for _, b := range builds {
		if b.Problem != "" {
			fmt.Fprintf(w, "generation %d: %s\n", b.Number, b.Problem)
		}
	}
}

type indexSwitchCommand struct {
	reporting
	Number int  `arg:"" help:"The generation, as listed."`
	Force  bool `help:"Also one that is still being built: what it lacks is not found until the next ingest adds it."`
}

// Run puts a generation in use.
func (c *indexSwitchCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		b, err := p.generations.Get(ctx, c.Number)
		if err != nil {
			return err
		}
		if b.State == ingest.Building && !c.Force {
			return fmt.Errorf("%s is still being built: run \"bureau reindex\" to finish it, or switch with --force", b.Name())
		}
		return p.switchTo(ctx, e, b, c.reporting)
	})
}

type indexRollbackCommand struct {
	reporting
}

// Run goes back to the generation that was in use before.
func (c *indexRollbackCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		b, err := p.generations.Previous(ctx)
		if errors.Is(err, ingest.ErrNoGeneration) {
			return errors.New("there is no generation to go back to; \"bureau index list\" shows those that there are")
		}
		if err != nil {
			return err
		}
		return p.switchTo(ctx, e, b, c.reporting)
	})
}

// A switchReport is what "bureau index switch --json" prints.
type switchReport struct {
	Generation int `json:"generation"`
	Lacks      int `json:"lacks"` // documents that the next ingest adds
}

// switchTo puts a generation in use, after it has lost what was deleted or
// revoked since it was written. What it lacks the next ingest adds.
func (p *parts) switchTo(ctx context.Context, e env, b ingest.Build, r reporting) (err error) {
	if err := understood(b); err != nil {
		return err
	}
	free, err := p.lockAll(ctx, e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, free()) }()
	if b, err = p.generations.Get(ctx, b.Number); err != nil { // dropped meanwhile
		return err
	}
	index, err := p.openIndex(ctx, b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	report := switchReport{Generation: b.Number}
	if b.State == ingest.Current {
		return r.report(e.stdout, report, func(w io.Writer) { fmt.Fprintf(w, "%s is in use already\n", b.Name()) })
	}
	if report.Lacks, err = p.ledger.Align(ctx, index); err != nil {
		return fmt.Errorf("bring %s up to date: %w", b.Name(), err)
	}
	if err := p.use(ctx, b, index); err != nil {
		return err
	}
	return r.report(e.stdout, report, func(w io.Writer) {
		fmt.Fprintf(w, "%s is in use\n", b.Name())
		if report.Lacks > 0 {
			fmt.Fprintf(w, "it lacks %d documents, which the next ingest adds: bureau ingest -c %s\n", report.Lacks, p.config.file)
		}
	})
}

type indexDropCommand struct {
	Number int  `arg:"" help:"The generation, as listed."`
	Force  bool `help:"Also one whose server has not got it any more: what may be left of it elsewhere stays there."`
}

// Run deletes a generation with its data.
func (c *indexDropCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) (err error) {
		b, err := p.generations.Get(ctx, c.Number)
		if err != nil {
			return err
		}
		free, err := p.lockAll(ctx, e)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, free()) }()
		if err := p.generations.Drop(ctx, b.Number, func() error { return p.dropIndex(ctx, b, c.Force) }); err != nil {
			return err
		}
		fmt.Fprintf(e.stdout, "%s is deleted\n", b.Name())
		return nil
	})
}

// lockAll keeps away who builds a generation and who writes the one in use.
func (p *parts) lockAll(ctx context.Context, e env) (free func() error, err error) {
	building, err := ingest.TryLock(p.reindexLock())
	if err != nil {
		return nil, fmt.Errorf("a generation is being built: %w", err)
	}
	writing, err := p.waitForIngest(ctx, e)
	if err != nil {
		return nil, errors.Join(err, building.Release())
	}
	return func() error { return errors.Join(writing.Release(), building.Release()) }, nil
}

// withParts loads the configuration and does something with the parts.
func withParts(ctx context.Context, s *settings, do func(*parts) error) (err error) {
	config, err := s.load()
	if err != nil {
		return err
	}
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return do(p)
}
