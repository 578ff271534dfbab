package eval

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// A Report is what a run measured. Its JSON is stable.
type Report struct {
	Set       string `json:"set"`
	Documents int    `json:"documents,omitempty"` // 0 for a set about the running index
	Questions int    `json:"questions"`
	Runs      []Line `json:"runs"`
	// OutOfScope counts documents in any run that the asker may not read.
	// Anything but 0 is a defect.
	OutOfScope int `json:"out_of_scope"`
	// Kept is the share of the answerable questions that the evidence gate let
	// through, in [0, 1].
	Kept    float64   `json:"kept"`
	Refused []Refused `json:"refused,omitempty"` // by reason, sorted
	Search  Latency   `json:"search"`            // of the product's own search, without the embedder
	Embed   Latency   `json:"embed"`             // of the embedder
	Details []Detail  `json:"details"`           // question by question
}

// A Detail is what became of one question in the product's own search.
type Detail struct {
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"` // of an unanswerable question
	// Rank is where the first document that answers stands, from 1, or 0 where
	// none was found.
	Rank      int     `json:"rank"`
	Refused   bool    `json:"refused"`
	Score     float64 `json:"score"`     // of the evidence
	Threshold float64 `json:"threshold"` // that the score was held against
}

// A Line is one run.
type Line struct {
	Run string `json:"run"`
	Metrics
}

// Refused says how many unanswerable questions of one kind were refused.
type Refused struct {
	Reason    string `json:"reason"`
	Questions int    `json:"questions"`
	Refused   int    `json:"refused"`
}

// finish returns the means of what was counted.
func (r *runner) finish() Report {
	report := r.report
	report.Set, report.Documents, report.Questions = r.set.Name, len(r.set.Documents), len(r.set.Questions)
	for _, run := range []string{Lexical, Dense, RRF, Fused} {
		if sum := r.sums[run]; sum != nil {
			report.Runs = append(report.Runs, Line{run, sum.over(len(r.set.Questions))})
		}
	}
	report.Kept = float64(r.kept) / float64(max(1, len(r.set.Questions)))
	for _, count := range r.refused {
		report.Refused = append(report.Refused, *count)
	}
	slices.SortFunc(report.Refused, func(a, b Refused) int { return cmp.Compare(a.Reason, b.Reason) })
	report.Search, report.Embed = LatencyOf(r.search), LatencyOf(r.embed)
	return report
}

// WriteTable writes the report for people.
func (r Report) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\tR@5\tR@10\thit@5\tMRR@10\tnDCG@10\t\n", r.Set)
	for _, l := range r.Runs {
		fmt.Fprintf(t, "%s\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t\n", l.Run, l.Recall5, l.Recall10, l.Hit5, l.MRR10, l.NDCG10)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	lines := fmt.Sprintf("%d questions; out of scope: %d; answerable questions kept: %.1f %%\n", r.Questions, r.OutOfScope, 100*r.Kept)
	for _, c := range r.Refused {
		lines += fmt.Sprintf("refused (%s): %d of %d\n", cmp.Or(c.Reason, "unanswerable"), c.Refused, c.Questions)
	}
	lines += fmt.Sprintf("search %s\nembed  %s\n", r.Search, r.Embed)
	if _, err := io.WriteString(w, lines); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// String returns the percentiles for people.
func (l Latency) String() string {
	unit := 10 * time.Microsecond
	return fmt.Sprintf("p50 %v, p95 %v, p99 %v", l.P50.Round(unit), l.P95.Round(unit), l.P99.Round(unit))
}
