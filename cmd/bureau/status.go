package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"bureau/ingest"
)

type statusCommand struct {
	reporting
	All bool `help:"List every document that is not in the index, and not only the first of each kind."`
}

// listed is how many documents of a kind are listed for people.
const listed = 20

// A statusReport is what "bureau status --json" prints.
type statusReport struct {
	ingest.Status
	Oldest      *time.Time           `json:"oldestWait,omitempty"` // since when the first of the waiting waits
	Generations []generationStatus   `json:"generations"`
	Fetches     []ingest.FetchStatus `json:"fetches"`       // of the sources that are no folders
	Run         *runStatus           `json:"run,omitempty"` // the last one, or the one under way
}

// A generationStatus is how far one generation of the index has come.
type generationStatus struct {
	Number    int          `json:"number"`
	State     ingest.State `json:"state"`
	Embedder  string       `json:"embedder"`
	Documents int          `json:"documents"`         // in it
	Of        int          `json:"of"`                // that the documents in use are
	Problem   string       `json:"problem,omitempty"` // why it could not be looked into
}

// A runStatus is a run with what follows from its record.
type runStatus struct {
	ingest.RunRecord
	PassagesPerSecond float64 `json:"passagesPerSecond"`
	SecondsLeft       float64 `json:"secondsLeft,omitempty"` // estimate for one that is under way
}

// Run says how far the documents have come. It changes nothing.
func (c *statusCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		report, err := p.status(ctx)
		if err != nil {
			return err
		}
		return c.report(e.stdout, report, func(w io.Writer) { report.write(w, c.All) })
	})
}

func (p *parts) status(ctx context.Context) (*statusReport, error) {
	documents, err := p.ledger.Status(ctx)
	if err != nil {
		return nil, err
	}
	report := &statusReport{Status: documents, Generations: []generationStatus{}, Fetches: p.mirrors().Status(p.config.sources)}
	if len(documents.Waiting) > 0 && !documents.Waiting[0].Since.IsZero() {
		report.Oldest = &documents.Waiting[0].Since
	}
	counts, err := p.ledger.Counts(ctx)
	if err != nil {
		return nil, err
	}
	builds, err := p.generations.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range builds {
		d := p.describe(ctx, b)
		report.Generations = append(report.Generations, generationStatus{b.Number, b.State, d.Embedder, d.Counts.Documents, counts.Indexed, d.Problem})
	}
	last, ok, err := p.ledger.LastRun(ctx)
	if err == nil && ok {
		report.Run = &runStatus{last, last.PassagesPerSecond(), last.Left().Seconds()}
	}
	return report, err
}

// write prints the status for people.
func (r *statusReport) write(w io.Writer, all bool) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "source\tindexed\twaiting\tfailed\twithheld\tpassages")
	for _, s := range r.Sources {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t%d\n", s.Source, s.Indexed, s.Waiting, s.Failed, s.Withheld, s.Passages)
	}
	_ = t.Flush() // as with every report for people, nobody is left to tell
	for _, g := range r.Generations {
		fmt.Fprintf(w, "generation %d is %s, embedder %s: %d of %d documents", g.Number, g.State, cmp.Or(g.Embedder, none), g.Documents, g.Of)
		if g.Problem != "" {
			fmt.Fprintf(w, "; %s", g.Problem)
		}
		fmt.Fprintln(w)
	}
	writeFetches(w, r.Fetches)
	r.Run.write(w)
	if r.Oldest != nil {
		fmt.Fprintf(w, "the oldest wait began at %s\n", r.Oldest.Format(time.RFC3339))
	}
	writeUnfinished(w, "failed", r.Failed, all)
	writeUnfinished(w, "waiting", r.Waiting, all)
	writeUnfinished(w, "withheld", r.Withheld, all)
}

// write prints how the last run went, or goes.
func (r *runStatus) write(w io.Writer) {
	switch {
	case r == nil:
		fmt.Fprintln(w, "no ingest has run yet")
	case r.Ended.IsZero():
		fmt.Fprintf(w, "a run began at %s and has not ended: it is under way, or was killed; at %s it had read %d of %d documents, %.1f passages a second, %s left\n",
			r.Started.Format(time.RFC3339), r.Seen.Format(time.RFC3339), r.Done, r.Documents, r.PassagesPerSecond, r.Left().Round(time.Second))
	default:
		fmt.Fprintf(w, "the last run began at %s and took %s, %.1f passages a second\n",
			r.Started.Format(time.RFC3339), r.Ended.Sub(r.Started).Round(time.Millisecond), r.PassagesPerSecond)
		if r.Problem != "" {
			fmt.Fprintf(w, "  it could not go on: %s\n", r.Problem)
		}
		fmt.Fprintf(w, "  %s\n", r.Report.Summary())
		for _, c := range r.Report.Readers {
			if c.Asked != nil {
				fmt.Fprintf(w, "  not opened: %s/%s: %s\n", c.Source, c.Path, &c)
			}
		}
	}
}

// writeUnfinished lists documents that are not in the index.
func writeUnfinished(w io.Writer, label string, documents []ingest.Unfinished, all bool) {
	for i, d := range documents {
		if i == listed && !all {
			fmt.Fprintf(w, "%s: and %d more, listed with --all\n", label, len(documents)-listed)
			return
		}
		fmt.Fprintf(w, "%s: %s/%s: %s\n  to mend it: %s\n", label, d.Source, d.Path, d.Reason, d.Remedy)
	}
}
