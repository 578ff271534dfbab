package loadtest

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/sqlite"
)

func open(t *testing.T, c *Company) *sqlite.Index {
	t.Helper()
	x, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), c.Generation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

func TestRunMeasuresEveryShape(t *testing.T) {
	c := small(t)
	report, err := Run(t.Context(), open(t, c), c, Options{Askers: 2, Time: 20 * time.Millisecond, Sample: 4})
	if err != nil {
		t.Fatal(err)
	}
	if report.UploadPerSecond <= 0 || len(report.Shapes) != 8 {
		t.Fatalf("%+v", report)
	}
	for _, s := range report.Shapes {
		if s.Questions == 0 || s.P50MS <= 0 || s.P99MS < s.P50MS || s.PerSecond <= 0 {
			t.Errorf("%+v", s)
		}
		if s.Passages == 0 || s.Recall10 < .99 || s.Inside > 1.0001 || s.ExactMS <= 0 {
			t.Errorf("%+v", s)
		}
	}
}

// forgetful loses the best passages of every search that is not exact.
type forgetful struct{ *sqlite.Index }

func (f forgetful) Search(ctx context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	r, err := f.Index.Search(ctx, scope, q)
	if !q.Exact && len(r.Dense) > 5 {
		r.Dense = r.Dense[5:]
	}
	return r, err
}

func TestRunTellsWhatIsLost(t *testing.T) {
	c := small(t)
	report, err := Run(t.Context(), forgetful{open(t, c)}, c, Options{Askers: 1, Time: time.Millisecond, Sample: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Shapes {
		if s.Recall10 > .51 || s.Inside > .51 || s.Outside > .51 {
			t.Errorf("%s: recall %.2f, and half of the ten nearest are lost", s.Shape, s.Recall10)
		}
	}
}

func TestOptionsAreBounded(t *testing.T) {
	for _, o := range []Options{{}, {Askers: 257, Time: time.Second}, {Askers: 1, Time: time.Hour}, {Askers: 1}, {Askers: 1, Time: time.Second, Sample: 3}} {
		if _, err := Run(t.Context(), nil, small(t), o); err == nil {
			t.Errorf("%+v was run", o)
		}
	}
}

func TestSettleWaitsForALastingRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		ready := func(context.Context) (bool, error) {
			after := time.Since(begun)
			return after < 2*time.Second || after > 10*time.Second, nil // a moment's rest at the beginning
		}
		if err := Settle(t.Context(), ready); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begun); waited < 13*time.Second || waited > 14*time.Second {
			t.Errorf("waited %s, want 13 s", waited)
		}
	})
}

func TestSettleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		never := func(context.Context) (bool, error) { asked.Add(1); return false, nil }
		if err := Settle(t.Context(), never); !errors.Is(err, errBusy) || asked.Load() < 1000 {
			t.Errorf("asked %d times, error %v", asked.Load(), err)
		}
	})
}
