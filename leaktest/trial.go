package leaktest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Door is one way to ask.
type Door struct {
	Name string
	// Ask returns everything that the reader is given for a question, refusals
	// too. An error is a door that does not work.
	Ask func(ctx context.Context, r Reader, q Question) (reply string, err error)
	// For are the readers who can try this door; nil for all.
	For func(Reader) bool
	// Kinds are the ways to ask here.
	Kinds []Kind
	// Most is how many questions of a kind other than plain a reader asks here,
	// 0 for one about every document.
	Most int
}

// A Trial asks, and keeps what came of it. It is safe for concurrent use.
type Trial struct {
	documents []*Document
	at        time.Time

	mu       sync.Mutex
	company  *Company
	doors    []string
	readers  []Reader
	cells    map[cell]mark
	leaks    []Leak
	problems []string
	asked    int
	timing   *Timing
}

// A cell is one person at one door, asking for one document.
type cell struct {
	door, reader string
	document     *Document
}

// A mark is what is known of a cell.
type mark struct {
	leaked, answered bool
	wanted           bool   // the reader may read it, and asked for it
	question         string // that asked for it plainly
}

// NewTrial returns a trial in which nothing was asked.
func NewTrial(c *Company, documents []*Document, at time.Time) *Trial {
	return &Trial{company: c, documents: documents, at: at, cells: map[cell]mark{}}
}

// Change takes in that the configuration says something else from now on.
func (t *Trial) Change(c *Company) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.company = c
}

// atOnce is how many readers ask at a time. One asks one thing after another,
// as people do.
const atOnce = 6

// Try has every reader ask for every document through a door.
func (t *Trial) Try(ctx context.Context, d Door, readers []Reader) error {
	var group sync.WaitGroup
	room := make(chan struct{}, atOnce)
	for i, r := range readers {
		if d.For != nil && !d.For(r) {
			continue
		}
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			t.tryAs(ctx, d, r, i)
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// stride is by how many documents readers are apart who ask at a time, so that
// what one has had embedded is there for the next.
const stride = 5

// tryAs has one reader ask. Each begins at another document, also so that
// together they ask about all where one does not.
func (t *Trial) tryAs(ctx context.Context, d Door, r Reader, turn int) {
	for _, kind := range d.Kinds {
		n := len(t.documents)
		if kind != Plain && d.Most > 0 {
			n = min(n, d.Most)
		}
		for i := range n {
			if ctx.Err() != nil {
				return
			}
			q := ask(t.documents[(i+turn*max(d.Most, stride))%len(t.documents)], kind)
			reply, err := d.Ask(ctx, r, q)
			if err != nil && ctx.Err() == nil {
				t.Problem("%s as %s, %s question about %q: %v", d.Name, r.Name, kind, q.About.Name, err)
			}
			t.Take(d.Name, r, q, reply)
		}
	}
}

// Problem notes that something could not be tried, which is a failure too.
func (t *Trial) Problem(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.problems = append(t.problems, fmt.Sprintf(format, args...))
}

// Take looks for canaries in what a reader was given at a door. A plain
// question about a document that the reader may read asks for an answer.
func (t *Trial) Take(door string, r Reader, q Question, reply string) {
	reply = strings.ToLower(reply)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked++
	t.row(door, r)
	for _, d := range t.documents {
		at := cell{door, r.Name, d}
		m, may := t.cells[at], t.company.reads(r, d.Rights, t.at)
		if d == q.About && q.Kind == Plain && may && !m.wanted {
			m.wanted, m.question = true, q.Text
		}
		for _, part := range parts {
			i := strings.Index(reply, d.Canaries[part])
			switch {
			case i < 0:
			case may:
				m.answered = m.answered || part == Text || part == Table
			default:
				m.leaked = true
				t.leak(Leak{Door: door, Reader: r.Name, Kind: q.Kind, Question: q.Text, Document: d.Name, Part: part, Text: around(reply, i)})
			}
		}
		t.cells[at] = m
	}
}

// Found notes a leak that no canary shows, such as that a foreign id is
// answered otherwise than one that does not exist.
func (t *Trial) Found(l Leak) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leak(l)
}

// leak keeps the first leak of each part of a document to a reader at a door.
func (t *Trial) leak(l Leak) {
	same := func(o Leak) bool {
		return o.Door == l.Door && o.Reader == l.Reader && o.Document == l.Document && o.Part == l.Part
	}
	if !slices.ContainsFunc(t.leaks, same) {
		t.leaks = append(t.leaks, l)
	}
}

// row keeps doors and readers in the order in which they came.
func (t *Trial) row(door string, r Reader) {
	if !slices.Contains(t.doors, door) {
		t.doors = append(t.doors, door)
	}
	if !slices.ContainsFunc(t.readers, func(o Reader) bool { return o.Name == r.Name }) {
		t.readers = append(t.readers, r)
	}
}

// excerpt is how much of a reply is shown on each side of a canary, bytes.
const excerpt = 60

func around(reply string, at int) string {
	cut := reply[max(0, at-excerpt):min(len(reply), at+excerpt)]
	return strings.Join(strings.Fields(strings.ToValidUTF8(cut, "")), " ")
}

// Report returns what has come of the trial so far.
func (t *Trial) Report() *Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := &Report{Doors: slices.Clone(t.doors), Readers: slices.Clone(t.readers), Questions: t.asked, Timing: t.timing, Leaks: append([]Leak{}, t.leaks...),
		Missed: []Miss{}, Cells: []Cell{}, Problems: append([]string{}, t.problems...)}
	for _, d := range t.documents {
		r.Documents = append(r.Documents, Column{d.Name, d.Source + "/" + d.Path})
	}
	for _, door := range t.doors {
		for _, reader := range t.readers {
			for _, d := range t.documents {
				m, asked := t.cells[cell{door, reader.Name, d}]
				if !asked {
					continue
				}
				verdict := m.verdict()
				if verdict == Missed {
					r.Missed = append(r.Missed, Miss{door, reader.Name, d.Name, m.question})
				}
				r.Cells = append(r.Cells, Cell{door, reader.Name, d.Name, verdict})
			}
		}
	}
	slices.SortFunc(r.Leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(slices.Index(r.Doors, a.Door), slices.Index(r.Doors, b.Door)), cmp.Compare(a.Reader, b.Reader), cmp.Compare(a.Document, b.Document))
	})
	return r
}

func (m mark) verdict() Verdict {
	switch {
	case m.leaked:
		return Leaked
	case m.answered:
		return Answered
	case m.wanted:
		return Missed
	}
	return Nothing
}
