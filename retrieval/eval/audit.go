package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// AlarmBelow is the recall@10 under which an audit raises the alarm: one in
// twenty of the nearest passages is lost.
const AlarmBelow = 0.95

// An Auditor holds what an index finds by its estimates against what it finds
// by scoring every passage of the scope.
type Auditor struct {
	Index retrieval.Index
	// Documents are those of the index. Questions are made of their titles.
	Documents map[retrieval.DocumentID]retrieval.Document
	// Embed returns the vector of a question.
	Embed func(ctx context.Context, question string) ([]float32, error)
	// Questions is how many are asked for each shape of scope, at most: the first
	// half about documents of the scope, the other half about those outside.
	Questions int
	// Progress, if set, is told after each shape how many of all are done.
	Progress func(done, all int)
}

// An Audit is what an auditor found.
type Audit struct {
	Shapes []ShapeAudit `json:"shapes"`
	Alarms int          `json:"alarms"` // shapes that lose too much
}

// A ShapeAudit is the audit of one shape of scope.
type ShapeAudit struct {
	Shape       string              `json:"shape"`
	Departments []access.Department `json:"departments"`
	Clearances  []access.Clearance  `json:"clearances"`
	Documents   int                 `json:"documents"` // that the scope reads
	Passages    int                 `json:"passages"`
	// Estimated says that the index used estimates; else it scored every passage
	// anyway.
	Estimated bool `json:"estimated"`
	Questions int  `json:"questions"`
	// Recall10 is the mean over all questions; Inside and Outside are its halves,
	// 1 where no question was of that half.
	Recall10 float64 `json:"recall@10"`
	Inside   float64 `json:"inside"`
	Outside  float64 `json:"outside"`
	MeanMS   float64 `json:"meanMs"`  // of a search as it is in use
	ExactMS  float64 `json:"exactMs"` // of one that scores everything
	Alarm    bool    `json:"alarm"`   // one of the halves is under AlarmBelow
}

// Run audits the scopes, each with the same key once, and always those that
// graph indexes have been seen to fail at, made by narrowing them: one small
// department, several small ones together, the largest, and all that one person
// reads. Scopes that read no document are left out.
func (a *Auditor) Run(ctx context.Context, scopes []access.Scope) (Audit, error) {
	if a.Questions < 2 {
		return Audit{}, errors.New("audit: at least 2 questions are needed, one about documents inside the scope and one about others")
	}
	r := auditing{
		Auditor: a, classes: classesOf(a.Documents), vectors: map[string][]float32{},
		// Ids say nothing about their documents, so that this is no order of theirs.
		order: slices.Sorted(maps.Keys(a.Documents)),
	}
	shapes := shapesOf(r.classes, scopes)
	var audit Audit
	for i, s := range shapes {
		line, err := r.shape(ctx, s)
		if err != nil {
			return Audit{}, fmt.Errorf("audit %s: %w", s.name, err)
		}
		audit.Shapes = append(audit.Shapes, line)
		if line.Alarm {
			audit.Alarms++
		}
		if a.Progress != nil {
			a.Progress(i+1, len(shapes))
		}
	}
	return audit, nil
}

// An auditing is one run of an auditor.
type auditing struct {
	*Auditor
	classes []class
	order   []retrieval.DocumentID // in which documents are asked about
	vectors map[string][]float32   // of the questions asked so far
}

// shape audits one shape.
func (r auditing) shape(ctx context.Context, s auditShape) (ShapeAudit, error) {
	line := ShapeAudit{
		Shape: s.name, Departments: s.scope.Departments(), Clearances: s.scope.Clearances(), Documents: read(r.classes, s.scope),
	}
	inside, outside := r.titles(s.scope)
	var recall [2]float64
	var search, exact time.Duration
	for half, titles := range [][]string{inside, outside} {
		for _, title := range titles {
			v, err := r.vector(ctx, title)
			if err != nil {
				return line, err
			}
			c, err := Compare(ctx, r.Index, s.scope, retrieval.Query{Vector: v, K: depth})
			if err != nil {
				return line, err
			}
			recall[half] += c.Recall10
			search, exact = search+c.Search, exact+c.Exact
			line.Passages, line.Estimated = c.Passages, line.Estimated || c.Estimated
		}
	}
	line.Questions = len(inside) + len(outside)
	line.Recall10 = mean(recall[0]+recall[1], line.Questions)
	line.Inside, line.Outside = mean(recall[0], len(inside)), mean(recall[1], len(outside))
	line.Alarm = min(line.Inside, line.Outside) < AlarmBelow
	n := float64(max(1, line.Questions))
	line.MeanMS, line.ExactMS = search.Seconds()*1000/n, exact.Seconds()*1000/n
	return line, nil
}

// mean returns the mean recall of n questions, 1 of none: nothing was lost.
func mean(sum float64, n int) float64 {
	if n == 0 {
		return 1
	}
	return sum / float64(n)
}

// titles returns titles of documents that the scope reads and of such that it
// does not, each once, half of the questions each. They are always the same for
// the same documents, and mostly the same for different scopes.
func (r auditing) titles(scope access.Scope) (inside, outside []string) {
	half := r.Questions / 2
	seen := map[string]bool{"": true}
	for _, id := range r.order {
		d, list := r.Documents[id], &outside
		if scope.Allows(d.Readers) {
			list = &inside
		}
		if seen[d.Title] || len(*list) == half {
			continue
		}
		seen[d.Title] = true
		if *list = append(*list, d.Title); len(inside) == half && len(outside) == half {
			break
		}
	}
	return inside, outside
}

// vector returns the vector of a question, which is embedded once.
func (r auditing) vector(ctx context.Context, title string) ([]float32, error) {
	if v, ok := r.vectors[title]; ok {
		return v, nil
	}
	v, err := r.Embed(ctx, title)
	if err != nil {
		return nil, fmt.Errorf("embed a question: %w", err)
	}
	r.vectors[title] = v
	return v, nil
}

// WriteTable writes the audit for people.
func (a Audit) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "documents\tpassages\tby\tquestions\trecall@10\tinside\toutside\tms\texact ms\t  scope")
	for _, s := range a.Shapes {
		by, alarm := "exact search", ""
		if s.Estimated {
			by = "estimates"
		}
		if s.Alarm {
			alarm = "ALARM "
		}
		fmt.Fprintf(t, "%d\t%d\t%s\t%d\t%.3f\t%.3f\t%.3f\t%.1f\t%.1f\t  %s%s: %s\n", s.Documents, s.Passages, by, s.Questions,
			s.Recall10, s.Inside, s.Outside, s.MeanMS, s.ExactMS, alarm, s.Shape, s.departments())
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// departments names the first departments of a shape.
func (s ShapeAudit) departments() string {
	const most = 6
	var names []string
	for _, d := range s.Departments[:min(most, len(s.Departments))] {
		names = append(names, string(d))
	}
	list := strings.Join(names, ", ")
	if more := len(s.Departments) - most; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}
