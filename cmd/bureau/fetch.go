package main

import (
	"context"
	"errors"

	"bureau/ingest"
)

// mirrors are where what the sources' origins have is kept.
func (p *parts) mirrors() *ingest.Mirrors { return &ingest.Mirrors{Folder: mirrorsIn(p.config.data)} }

// bring does what the command is asked for.
func (c *ingestCommand) bring(ctx context.Context, e env, p *parts) (*ingest.Report, error) {
	if c.DryRun {
		return p.plan(ctx, e, e.progress())
	}
	return p.fetchAndIngest(ctx, e, c.Fetch)
}

// fetchAndIngest brings the generation in use up to date with what is here, and
// then with what is fetched: a right that is taken away does not wait for a
// slow host. now fetches what is not due too.
func (p *parts) fetchAndIngest(ctx context.Context, e env, now bool) (*ingest.Report, error) {
	mirrors := p.mirrors()
	report, err := p.ingest(ctx, e, e.progress())
	if report == nil || ctx.Err() != nil || !now && !mirrors.Due(p.config.sources) {
		return report, err
	}
	news, failed := mirrors.Fetch(ctx, p.config.sources, now)
	if ctx.Err() != nil || news == 0 {
		return report, errors.Join(err, failed)
	}
	next, err := p.ingest(ctx, e, e.progress())
	if next == nil {
		return report, errors.Join(err, failed)
	}
	return report.Then(next), errors.Join(err, failed)
}
