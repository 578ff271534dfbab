package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"bureau/audit"
	"bureau/ingest"
)

type reindexCommand struct {
	reporting
	Gate     string  `placeholder:"DIR" help:"Measure both generations on this question set, and switch only if the new one is as good. The set asks about the running index, as in examples/company/eval."`
	Margin   float64 `default:"0.02" help:"How much recall@10 and nDCG@10 may fall at the gate."`
	Share    float64 `default:"0.5" help:"Share of the time that is worked; the rest is left to those who ask."`
	NoSwitch bool    `name:"no-switch" help:"Leave the new generation built and not in use."`
}

// A reindexReport is what "bureau reindex --json" prints.
type reindexReport struct {
	Generation int    `json:"generation"`
	Engine     string `json:"engine"`
	Embedder   string `json:"embedder"`
	ingest.Reindexed
	Gate     *verdict `json:"gate,omitempty"`
	Switched bool     `json:"switched"`
	Seconds  float64  `json:"seconds"`
}

// Run builds the next generation beside the one in use, from the texts that
// are kept, and switches to it.
func (c *reindexCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	if c.Share <= 0 || c.Share > 1 {
		return misuse{fmt.Errorf("--share %v must be over 0 and up to 1", c.Share)}
	}
	if c.Margin < 0 || c.Margin >= 1 {
		return misuse{fmt.Errorf("--margin %v must be from 0 to under 1", c.Margin)}
	}
	gate, err := readGate(c.Gate, c.Margin)
	if err != nil {
		return err
	}
	config, err := s.load()
	if err != nil {
		return err
	}
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := giveWay(); err != nil {
		fmt.Fprintf(e.stderr, "bureau: those who ask may wait for a processor: %v\n", err)
	}
	work := reindexing{parts: p, env: e, gate: gate, share: c.Share, stay: c.NoSwitch}
	report, err := work.run(ctx)
	if err != nil {
		return err
	}
	if err := c.report(e.stdout, report, report.write); err != nil {
		return err
	}
	if len(report.Failed) > 0 || report.Gate != nil && report.Gate.Refused != "" {
		return errSaid
	}
	return nil
}

// A reindexing is one reindex under way.
type reindexing struct {
	*parts
	env   env
	gate  *gate // nil without one
	share float64
	stay  bool // do not switch
}

// run builds a generation, measures it at the gate, and puts it in use.
func (r reindexing) run(ctx context.Context) (_ *reindexReport, err error) {
	lock, err := ingest.TryLock(r.reindexLock())
	if err != nil {
		return nil, fmt.Errorf("reindex: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	start := time.Now()
	want := r.wanted()
	if err := r.ensureEmbedder(ctx, r.env, want); err != nil {
		return nil, err
	}
	want, why, err := r.counted(ctx, want)
	if err != nil {
		return nil, err
	}
	r.env.sayEstimated(why)
	b, err := r.generations.Begin(ctx, want)
	if err != nil {
		return nil, err
	}
	limit, err := r.limit(ctx, b)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(r.env.stderr, "building %s with %s\n", b.Name(), b.With())
	index, err := r.openIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	filling := &ingest.Reindex{
		Ledger: r.ledger, Target: index, Generation: b.Generation, Embedder: r.embedder(b.Generation.Embedder), Limit: limit,
		Share: r.share, Progress: r.env.progress(),
	}
	report := &reindexReport{Generation: b.Number, Engine: b.Engine, Embedder: b.Generation.Embedder}
	if err := r.fill(ctx, b, filling, report); err != nil {
		return nil, fmt.Errorf("reindex: %w; what is done is kept: run \"bureau reindex\" again to go on", err)
	}
	if report.Gate, err = r.judge(ctx, b); err != nil {
		return nil, err
	}
	if !r.stay && (report.Gate == nil || report.Gate.Refused == "") {
		if err := r.finish(ctx, b, index, filling, report); err != nil {
			return nil, err
		}
	}
	report.Seconds = time.Since(start).Seconds()
	return report, nil
}

// fill brings the generation to what the ledger says.
func (r reindexing) fill(ctx context.Context, b ingest.Build, filling *ingest.Reindex, report *reindexReport) (err error) {
	report.Reindexed, err = filling.Run(ctx)
	if report.Dimensions > 0 {
		err = errors.Join(err, r.generations.Learn(ctx, b.Number, report.Dimensions))
	}
	if err != nil {
		return err
	}
	return r.generations.Built(ctx, b.Number)
}

// finish takes in what has changed meanwhile and puts the generation in use,
// while no ingest runs.
func (r reindexing) finish(ctx context.Context, b ingest.Build, index engine, filling *ingest.Reindex, report *reindexReport) (err error) {
	lock, err := r.waitForIngest(ctx, r.env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	filling.Share = 1 // an ingest is waiting
	if err := r.fill(ctx, b, filling, report); err != nil {
		return err
	}
	if err := r.use(ctx, b, index); err != nil {
		return err
	}
	report.Switched = true
	return nil
}

// use puts a generation in use.
func (p *parts) use(ctx context.Context, b ingest.Build, index engine) error {
	switched := audit.IndexSwitched{After: b.Number}
	if before, err := p.generations.Current(ctx); err == nil {
		switched.Before = before.Number
	}
	if err := p.record(ctx, byShell(), "", switched); err != nil {
		return err
	}
	if err := p.generations.Switch(ctx, b.Number); err != nil {
		return err
	}
	if err := publish(ctx, index); err != nil {
		return fmt.Errorf("%s is in use, and other tools were not told: %w", b.Name(), err)
	}
	return nil
}

// reindexLock is held by what builds or drops a generation.
func (p *parts) reindexLock() string { return filepath.Join(p.config.data, "reindex.lock") }

// waitForIngest takes the lock of ingest, and says so where it has to wait.
func (p *parts) waitForIngest(ctx context.Context, e env) (*ingest.Lock, error) {
	return ingest.WaitLock(ctx, p.ingestLock(), func(err error) {
		fmt.Fprintf(e.stderr, "waiting until nothing is ingested: %v\n", err)
	})
}

// reindexWhereOutdated reindexes where the configuration asks for another
// generation than the one in use, which the sample company does after an
// update.
func (p *parts) reindexWhereOutdated(ctx context.Context, e env) error {
	b, err := p.generations.Current(ctx)
	if errors.Is(err, ingest.ErrNoGeneration) {
		return nil
	}
	if err != nil || p.difference(b) == "" {
		return err
	}
	_, err = reindexing{parts: p, env: e, share: 1}.run(ctx)
	return err
}

// write prints the report for people.
func (r *reindexReport) write(w io.Writer) {
	fmt.Fprintf(w, "generation %d: %d documents and %d passages written, %d embedded, %d failed, %.1f s\n",
		r.Generation, r.Documents, r.Passages, r.Embedded, len(r.Failed), r.Seconds)
	for _, f := range r.Failed {
		fmt.Fprintf(w, "  failed: %s/%s: %s\n", f.Source, f.Path, f.Reason)
	}
	if r.Gate != nil {
		r.Gate.write(w)
	}
	if r.Switched {
		fmt.Fprintf(w, "generation %d is in use; \"bureau index rollback\" goes back\n", r.Generation)
		return
	}
	fmt.Fprintf(w, "generation %d is built and not in use: \"bureau index switch %d\" puts it in use, \"bureau index drop %d\" gives it up\n",
		r.Generation, r.Generation, r.Generation)
}
