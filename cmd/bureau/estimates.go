package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"bureau/access"
	"bureau/retrieval/eval"
)

type estimatesCommand struct {
	reporting
	Questions int `default:"20" placeholder:"N" help:"How many questions for each shape of scope, half of them about documents outside it."`
}

// Run holds what the index in use finds by estimates against exact search, for
// every scope of the company's people. A shape that loses too much is a failure.
func (c *estimatesCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	if c.Questions < 2 || c.Questions > 1000 {
		return misuse{fmt.Errorf("--questions %d must be from 2 to 1000", c.Questions)}
	}
	p, searcher, err := s.openSearch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	g, release, err := searcher.take(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	if g.embedder == nil {
		return c.report(e.stdout, eval.Audit{Shapes: []eval.ShapeAudit{}}, func(w io.Writer) {
			fmt.Fprintf(w, "%s has no vectors: it searches by words alone, and estimates nothing\n", g.Name())
		})
	}
	audit, err := p.estimates(ctx, e, g, c.Questions)
	if err != nil {
		return err
	}
	if err := c.report(e.stdout, audit, func(w io.Writer) { err = audit.WriteTable(w) }); err != nil {
		return err
	}
	if audit.Alarms > 0 {
		return fmt.Errorf("audit of %s: in %d of %d shapes of scope less than %.0f %% of the nearest passages were found: "+
			"raise qdrant.exact_below in %s above their passages, or choose another quantization",
			g.Name(), audit.Alarms, len(audit.Shapes), 100*eval.AlarmBelow, p.config.file)
	}
	return err
}

// estimates audits a generation for the scopes that the people have now.
func (p *parts) estimates(ctx context.Context, e env, g *generation, questions int) (eval.Audit, error) {
	documents, err := g.index.Documents(ctx)
	if err != nil {
		return eval.Audit{}, err
	}
	scopes, err := p.scopes(time.Now())
	if err != nil {
		return eval.Audit{}, err
	}
	auditor := eval.Auditor{
		Index: g.index, Documents: documents, Embed: g.embedder.EmbedQuery, Questions: questions,
		Progress: func(done, all int) {
			if done%10 == 0 {
				fmt.Fprintf(e.stderr, "audited %d of %d shapes of scope\n", done, all)
			}
		},
	}
	return auditor.Run(ctx, scopes)
}

// scopes returns what the people in effect at a moment read.
func (p *parts) scopes(at time.Time) ([]access.Scope, error) {
	var scopes []access.Scope
	for _, person := range p.config.policy.People() {
		scope, err := p.config.policy.Scope(person.ID, at)
		switch {
		case err == nil:
			scopes = append(scopes, scope)
		case !errors.Is(err, access.ErrNotInEffect):
			return nil, err
		}
	}
	if len(scopes) == 0 {
		return nil, errors.New("the configuration lists nobody who reads anything now, so nothing is audited: add somebody of each group to people")
	}
	return scopes, nil
}
