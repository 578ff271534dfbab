package eval_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/eval"
	"bureau/retrieval/loadtest"
	"bureau/retrieval/qdrant"
	"bureau/retrieval/qdrant/qdranttest"
	"bureau/retrieval/sqlite"
	"bureau/store"
)

// audited is a company in an index, with the scopes of its people.
type audited struct {
	index     loadtest.Engine
	documents map[retrieval.DocumentID]retrieval.Document
	scopes    []access.Scope
	vectors   map[string][]float32 // of a passage, by its document's title
}

// fill writes a company of 1,200 passages into an index.
func fill(t *testing.T, open func(*loadtest.Company) loadtest.Engine) audited {
	t.Helper()
	company, err := loadtest.NewCompany(loadtest.Size{Passages: 1200, Dimensions: 64, Departments: 12})
	if err != nil {
		t.Fatal(err)
	}
	a := audited{index: open(company), vectors: map[string][]float32{}}
	if _, err := loadtest.Upload(t.Context(), a.index, company); err != nil {
		t.Fatal(err)
	}
	if a.documents, err = a.index.Documents(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, d := range company.Batch(0, company.Documents()) {
		a.vectors[d.Document.Title] = d.Passages[0].Vector
	}
	for _, shape := range company.Shapes() {
		a.scopes = append(a.scopes, shape.Scope)
	}
	return a
}

func inSQLite(t *testing.T) audited {
	return fill(t, func(c *loadtest.Company) loadtest.Engine {
		x, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), c.Generation())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { x.Close() })
		return x
	})
}

func inQdrant(t *testing.T) audited {
	host, port, err := net.SplitHostPort(qdranttest.Shared(t))
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	server, err := qdrant.Connect(qdrant.Address{Host: host, Port: number}, qdrant.Deadlines{})
	if err != nil {
		t.Fatal(err)
	}
	register, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "register.db"))
	if err != nil {
		t.Fatal(err)
	}
	return fill(t, func(c *loadtest.Company) loadtest.Engine {
		x, err := qdrant.Open(t.Context(), server, register, qdrant.Options{
			Collection: "audit-" + uuid.NewString(), Generation: c.Generation(), Settings: qdrant.Settings{ExactBelow: 200},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { errors.Join(x.Drop(context.Background()), register.Close(), server.Close()) })
		return x
	})
}

// audit audits an index for the scopes of a company.
func (a audited) audit(t *testing.T, index retrieval.Index) eval.Audit {
	t.Helper()
	auditor := eval.Auditor{
		Index: index, Documents: a.documents, Questions: 8,
		Embed: func(_ context.Context, title string) ([]float32, error) { return a.vectors[title], nil },
	}
	audit, err := auditor.Run(t.Context(), slices.Concat(a.scopes, a.scopes))
	if err != nil {
		t.Fatal(err)
	}
	return audit
}

// shape returns the audit of one shape.
func shape(t *testing.T, audit eval.Audit, name string) eval.ShapeAudit {
	t.Helper()
	for _, s := range audit.Shapes {
		if s.Shape == name {
			return s
		}
	}
	t.Fatalf("no shape %q in %+v", name, audit.Shapes)
	return eval.ShapeAudit{}
}

func TestAuditOfASoundIndexIsQuiet(t *testing.T) {
	for name, open := range map[string]func(*testing.T) audited{"sqlite": inSQLite, "qdrant": inQdrant} {
		t.Run(name, func(t *testing.T) {
			a := open(t)
			audit := a.audit(t, a.index)
			if audit.Alarms != 0 {
				t.Errorf("%d alarms: %+v", audit.Alarms, audit.Shapes)
			}
			if few := shape(t, audit, "several small departments"); len(few.Departments) != 5 || few.Questions != 8 || few.Recall10 < 0.99 {
				t.Errorf("several small departments: %+v", few)
			}
			if small := shape(t, audit, "one small department"); small.Estimated || small.Documents > 8 {
				t.Errorf("one small department: %+v", small)
			}
			if all := shape(t, audit, "all that one person reads"); !all.Estimated || all.Passages != 1200 || all.Documents != 120 {
				t.Errorf("all that one person reads: %+v", all)
			}
		})
	}
}

// losing is an index that loses hits where a scope has several departments, as
// a graph of islands does.
type losing struct{ retrieval.Index }

func (l losing) Search(ctx context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	r, err := l.Index.Search(ctx, scope, q)
	if len(scope.Departments()) > 1 && !q.Exact {
		r.Dense = slices.DeleteFunc(r.Dense, func(h retrieval.Hit) bool { return h.Passage[0]%8 == 0 })
	}
	return r, err
}

func TestAuditRaisesTheAlarmWhereHitsAreLost(t *testing.T) {
	a := inSQLite(t)
	audit := a.audit(t, losing{a.index})
	// Of the eight scopes, each given twice, some are among the four that are
	// audited always.
	if n := len(audit.Shapes); n < 8 || n > 10 {
		t.Errorf("%d shapes, want each scope once: %+v", n, audit.Shapes)
	}
	for _, s := range audit.Shapes {
		if lost := len(s.Departments) > 1; s.Alarm != lost {
			t.Errorf("%s of %v: alarm %t, recall %.3f", s.Shape, s.Departments, s.Alarm, s.Recall10)
		}
	}
	var table bytes.Buffer
	if err := audit.WriteTable(&table); err != nil || strings.Count(table.String(), "ALARM") != audit.Alarms {
		t.Errorf("%d alarms, error %v, in:\n%s", audit.Alarms, err, &table)
	}
}

func TestAuditWithOneQuestionIsRefused(t *testing.T) {
	if _, err := (&eval.Auditor{Questions: 1}).Run(t.Context(), nil); err == nil {
		t.Error("it was made, with nothing from outside the scope")
	}
}
