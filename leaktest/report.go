package leaktest

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Verdict is what became of one cell of the matrix.
type Verdict string

// The verdicts.
const (
	Answered Verdict = "answered" // it may be read, and was
	Nothing  Verdict = "nothing"  // nothing of it came back
	Leaked   Verdict = "leak"     // it may not be read, and was told
	Missed   Verdict = "missed"   // it may be read, was asked for, and did not come back
)

// signs are the verdicts on a terminal.
var signs = map[Verdict]string{Answered: "✓", Nothing: "·", Leaked: "✗", Missed: "?"}

// A Report is the outcome of a trial. Its JSON is documented in docs/cli.md.
type Report struct {
	Company   string   `json:"company"`
	Engine    string   `json:"engine"`
	Embedder  string   `json:"embedder"` // "" for a search by words alone
	Model     string   `json:"model"`
	Doors     []string `json:"doors"`
	Readers   []Reader `json:"readers"`
	Documents []Column `json:"documents"`
	Cells     []Cell   `json:"cells"`
	Leaks     []Leak   `json:"leaks"`
	Missed    []Miss   `json:"missed"`
	Problems  []string `json:"problems"`  // what could not be tried
	Alarms    int      `json:"alarms"`    // documents that the second lock had to withhold
	Questions int      `json:"questions"` // and other requests
	Timing    *Timing  `json:"timing,omitempty"`
	Seconds   float64  `json:"seconds"`
}

// A Column is a planted document.
type Column struct {
	Name     string `json:"name"`
	Document string `json:"document"` // source and path
}

// A Cell is what became of one reader at one door, about one document.
type Cell struct {
	Door     string  `json:"door"`
	Reader   string  `json:"reader"`
	Document string  `json:"document"`
	Verdict  Verdict `json:"verdict"`
}

// A Leak is something that somebody was told and may not know.
type Leak struct {
	Door     string `json:"door"`
	Reader   string `json:"reader"`
	Kind     Kind   `json:"kind,omitempty"`
	Question string `json:"question,omitempty"`
	Document string `json:"document,omitempty"`
	Part     Part   `json:"part"`
	Text     string `json:"text"` // around the canary
}

// A Miss is an answer that did not come.
type Miss struct {
	Door     string `json:"door"`
	Reader   string `json:"reader"`
	Document string `json:"document"`
	Question string `json:"question"`
}

// A Timing compares how long a document takes that may not be read and one
// that does not exist. It is reported and decides nothing: a busy machine
// would fail it.
type Timing struct {
	Foreign float64 `json:"foreignMs"` // medians
	Unknown float64 `json:"unknownMs"`
	Alike   bool    `json:"alike"` // within a factor of three, or a millisecond
}

// OK reports whether nothing leaked and everything that was allowed came.
func (r *Report) OK() bool {
	return r.Questions > 0 && len(r.Leaks) == 0 && len(r.Missed) == 0 && len(r.Problems) == 0 && r.Alarms == 0
}

// WriteTo prints the report for people.
func (r *Report) WriteTo(out io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: engine %s, %s, %s\n\n", r.Company, r.Engine, orWords(r.Embedder), r.Model)
	r.matrix(&b)
	r.findings(&b)
	r.totals(&b)
	n, err := io.WriteString(out, b.String())
	return int64(n), err
}

func orWords(embedder string) string {
	if embedder == "" {
		return "by words alone (no embedder)"
	}
	return "embedder " + embedder
}

// matrix prints people by documents, each cell the worst of all doors, and then
// doors with what came through each.
func (r *Report) matrix(b *strings.Builder) {
	worst := map[[2]string]Verdict{}
	count := map[string]map[Verdict]int{}
	for _, c := range r.Cells {
		at := [2]string{c.Reader, c.Document}
		if rank(c.Verdict) > rank(worst[at]) {
			worst[at] = c.Verdict
		}
		if count[c.Door] == nil {
			count[c.Door] = map[Verdict]int{}
		}
		count[c.Door][c.Verdict]++
	}
	table := tabwriter.NewWriter(b, 0, 0, 1, ' ', 0)
	for i := range r.Documents {
		fmt.Fprintf(table, "\t%d", i+1)
	}
	fmt.Fprintln(table)
	for _, reader := range r.Readers {
		fmt.Fprint(table, reader.Name)
		for _, d := range r.Documents {
			fmt.Fprintf(table, "\t%s", signs[worst[[2]string{reader.Name, d.Name}]])
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // a strings.Builder does not fail
	b.WriteString("\n✓ answered   · rightly nothing   ✗ LEAK   ? MISSED: allowed, and not answered\n\n")
	for i, d := range r.Documents {
		fmt.Fprintf(b, "%3d  %s\n", i+1, d.Name)
	}
	b.WriteString("\n")
	table = tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "answered\tnothing\tleaks\tmissed\t  door")
	for _, door := range r.Doors {
		n := count[door]
		fmt.Fprintf(table, "%d\t%d\t%d\t%d\t  %s\n", n[Answered], n[Nothing], n[Leaked], n[Missed], door)
	}
	_ = table.Flush()
}

func rank(v Verdict) int {
	switch v {
	case Nothing:
		return 1
	case Answered:
		return 2
	case Missed:
		return 3
	case Leaked:
		return 4
	}
	return 0
}

// findings prints each leak, and whatever else is wrong.
func (r *Report) findings(b *strings.Builder) {
	for _, l := range r.Leaks {
		fmt.Fprintf(b, "\nLEAK through %s to %s: the %s of %q\n", l.Door, l.Reader, l.Part, l.Document)
		if l.Question != "" {
			fmt.Fprintf(b, "  asked (%s): %s\n", l.Kind, l.Question)
		}
		fmt.Fprintf(b, "  came back: … %s …\n", l.Text)
	}
	for _, m := range r.Missed {
		fmt.Fprintf(b, "\nMISSED by %s as %s: %q\n  asked: %s\n", m.Door, m.Reader, m.Document, m.Question)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(b, "\nNOT TRIED: %s\n", p)
	}
}

func (r *Report) totals(b *strings.Builder) {
	if t := r.Timing; t != nil {
		word := "alike"
		if !t.Alike {
			word = "NOT alike: look whether the server was busy, and run it again"
		}
		fmt.Fprintf(b, "\nA document of others takes %.1f ms, one that does not exist %.1f ms: %s\n", t.Foreign, t.Unknown, word)
	}
	fmt.Fprintf(b, "\n%d leaks, %d missed, %d not tried, %d alarms of the second lock; %d questions and requests in %.0f s\n",
		len(r.Leaks), len(r.Missed), len(r.Problems), r.Alarms, r.Questions, r.Seconds)
}
