package loadtest

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// A Report is what a run measured. Its JSON is stable.
type Report struct {
	Engine      string `json:"engine"` // as the caller names it
	Passages    int    `json:"passages"`
	Documents   int    `json:"documents"`
	Dimensions  int    `json:"dimensions"`
	Departments int    `json:"departments"`
	Askers      int    `json:"askers"`
	// UploadPerSecond is how many passages were written a second, in two streams.
	UploadPerSecond float64 `json:"uploadPerSecond"`
	// ReadySeconds is how long the engine then worked on before it came to rest.
	ReadySeconds float64       `json:"readySeconds"`
	Shapes       []ShapeReport `json:"shapes"`
}

// A ShapeReport is what was measured for one shape of scope.
type ShapeReport struct {
	Shape     string  `json:"shape"`
	Passages  int     `json:"passages"`  // that the scope reads
	Estimated bool    `json:"estimated"` // else every passage was scored
	Questions int     `json:"questions"` // timed
	PerSecond float64 `json:"perSecond"` // questions answered
	P50MS     float64 `json:"p50Ms"`     // of a search and the reading of ten passages
	P95MS     float64 `json:"p95Ms"`
	P99MS     float64 `json:"p99Ms"`
	// Recall10 is the share of the ten nearest passages that were found, over a
	// sample of questions; Inside of those about what the scope reads, Outside of
	// those about anything.
	Recall10 float64 `json:"recall@10"`
	Inside   float64 `json:"inside"`
	Outside  float64 `json:"outside"`
	ExactMS  float64 `json:"exactMs"` // mean of a search that scores everything, alone
}

// WriteTable writes the report for people.
func (r Report) WriteTable(w io.Writer) error {
	fmt.Fprintf(w, "%s: %d passages of %d dimensions in %d departments; written at %.0f passages/s, settled after %.0f s; %d askers\n",
		r.Engine, r.Passages, r.Dimensions, r.Departments, r.UploadPerSecond, r.ReadySeconds, r.Askers)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "passages\tby\tp50 ms\tp95 ms\tp99 ms\tquestions/s\trecall@10\tinside\toutside\texact ms\t  scope")
	for _, s := range r.Shapes {
		by := "exact search"
		if s.Estimated {
			by = "estimates"
		}
		fmt.Fprintf(t, "%d\t%s\t%.1f\t%.1f\t%.1f\t%.0f\t%.3f\t%.3f\t%.3f\t%.1f\t  %s\n", s.Passages, by, s.P50MS, s.P95MS, s.P99MS, s.PerSecond,
			s.Recall10, s.Inside, s.Outside, s.ExactMS, s.Shape)
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}
