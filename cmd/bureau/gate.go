package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bureau/ingest"
	"bureau/retrieval/eval"
)

// A gate keeps a generation from use that is worse than the one before it.
type gate struct {
	set    eval.Set
	margin float64 // how much a figure may fall
}

// readGate reads the question set of a gate; "" is no gate.
func readGate(folder string, margin float64) (*gate, error) {
	if folder == "" {
		return nil, nil
	}
	set, err := eval.Read(os.DirFS(folder), filepath.Base(filepath.Clean(folder)))
	if err != nil {
		return nil, misuse{fmt.Errorf("read set %s: %w", folder, err)}
	}
	if len(set.Documents) > 0 {
		return nil, misuse{fmt.Errorf("set %s brings its own documents: a gate asks about the running index", folder)}
	}
	return &gate{set, margin}, nil
}

// A verdict is what a gate has found.
type verdict struct {
	Before  eval.Report `json:"before"` // of the generation in use
	After   eval.Report `json:"after"`  // of the new one
	Refused string      `json:"refused,omitempty"`
}

// judge measures a generation against the one in use. Where there is none, or
// no gate, there is no verdict.
func (r reindexing) judge(ctx context.Context, b ingest.Build) (*verdict, error) {
	if r.gate == nil {
		return nil, nil
	}
	current, err := r.generations.Current(ctx)
	if errors.Is(err, ingest.ErrNoGeneration) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	at, v := time.Now(), &verdict{}
	if v.Before, err = r.measure(ctx, current, at); err != nil {
		return nil, err
	}
	if v.After, err = r.measure(ctx, b, at); err != nil {
		return nil, err
	}
	v.Refused = r.gate.refuse(v.Before, v.After)
	return v, nil
}

// measure puts the questions of the gate to a generation.
func (r reindexing) measure(ctx context.Context, b ingest.Build, at time.Time) (report eval.Report, err error) {
	g, err := r.openGeneration(ctx, b)
	if err == nil {
		report, err = eval.Run(ctx, r.gate.set, r.asPeople(g, at))
		err = errors.Join(err, g.index.Close())
	}
	if err != nil {
		return report, fmt.Errorf("measure %s at the gate: %w; what was built is kept: run \"bureau reindex\" again, or without --gate", b.Name(), err)
	}
	return report, nil
}

// refuse says why a generation is not good enough, or "".
func (g *gate) refuse(before, after eval.Report) string {
	var reasons []string
	if after.OutOfScope > 0 {
		reasons = append(reasons, fmt.Sprintf("%d results were out of scope", after.OutOfScope))
	}
	old, fresh := fused(before), fused(after)
	for _, figure := range []struct {
		name          string
		before, after float64
	}{{"recall@10", old.Recall10, fresh.Recall10}, {"nDCG@10", old.NDCG10, fresh.NDCG10}} {
		if figure.before-figure.after > g.margin {
			reasons = append(reasons, fmt.Sprintf("%s fell from %.3f to %.3f, by more than %.3f", figure.name, figure.before, figure.after, g.margin))
		}
	}
	return strings.Join(reasons, "; ")
}

// fused returns the figures of the product's own search.
func fused(r eval.Report) eval.Metrics {
	if i := slices.IndexFunc(r.Runs, func(l eval.Line) bool { return l.Run == eval.Fused }); i >= 0 {
		return r.Runs[i].Metrics
	}
	return eval.Metrics{}
}

// write prints both tables for people, and why the gate has refused.
func (v *verdict) write(w io.Writer) {
	for _, side := range []struct {
		title  string
		report eval.Report
	}{{"in use", v.Before}, {"new", v.After}} {
		fmt.Fprintf(w, "\n%s:\n", side.title)
		_ = side.report.WriteTable(w) // as with the lines around it, nobody is left to tell
	}
	fmt.Fprintln(w)
	if v.Refused != "" {
		fmt.Fprintf(w, "the gate refuses: %s\n", v.Refused)
	}
}
