package ingest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"bureau/retrieval"
)

// with is a generation that is wanted with an embedder.
func with(embedder string) Build {
	return Build{Engine: "sqlite", Address: "sqlite", Generation: retrieval.Generation{Embedder: embedder, Cutting: Cutting}}
}

// wantStates fails the test unless these are the generations and their states,
// as in "1 current".
func wantStates(t *testing.T, g *Generations, want ...string) {
	t.Helper()
	builds, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, b := range builds {
		got = append(got, strings.TrimPrefix(b.Name(), "generation ")+" "+string(b.State))
	}
	if !slices.Equal(got, want) {
		t.Errorf("generations %q, want %q", got, want)
	}
}

func TestFirstGenerationIsInUseFromItsBeginning(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	if _, err := g.Current(t.Context()); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("error %v, want ErrNoGeneration", err)
	}
	first, err := g.First(t.Context(), with("small"))
	if err != nil || first.Number != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := g.First(t.Context(), with("large"))
	if err != nil || again.Number != 1 || again.Generation.Embedder != "small" {
		t.Errorf("%+v, %v; want the one that there is", again, err)
	}
	wantStates(t, g, "1 current")
}

func TestGenerationIsResumedByWhoWantsTheSame(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	begin := func(want Build) (int, error) {
		b, err := g.Begin(t.Context(), want)
		return b.Number, err
	}
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if n, err := begin(with("large")); err != nil || n != 2 {
			t.Fatalf("generation %d, %v; want 2", n, err)
		}
	}
	if _, err := begin(with("other")); err == nil || !strings.Contains(err.Error(), "bureau index drop 2") {
		t.Errorf("error %v, want the way out", err)
	}
	wantStates(t, g, "1 current", "2 building")
	if err := g.Built(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if n, err := begin(with("large")); err != nil || n != 2 { // it was never in use
		t.Errorf("generation %d, %v; want 2", n, err)
	}
	if err := g.Switch(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if n, err := begin(with("small")); err != nil || n != 3 { // 1 is kept as it is
		t.Errorf("generation %d, %v; want 3", n, err)
	}
	wantStates(t, g, "1 previous", "2 current", "3 building")
}

func TestSwitchRemembersWhatWasInUseBefore(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Previous(t.Context()); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("error %v, want ErrNoGeneration", err)
	}
	if _, err := g.Begin(t.Context(), with("large")); err != nil {
		t.Fatal(err)
	}
	for _, to := range []int{2, 1, 1, 2} { // to the one in use changes nothing
		before, err := g.Current(t.Context())
		if err == nil {
			err = g.Switch(t.Context(), to)
		}
		if err != nil {
			t.Fatal(err)
		}
		now, err := g.Current(t.Context())
		if err != nil || now.Number != to || now.Switched.Before(before.Switched) {
			t.Errorf("%+v is in use, want %d, switched after %v (%v)", now, to, before.Switched, err)
		}
		if previous, err := g.Previous(t.Context()); err != nil || previous.Number == to {
			t.Errorf("the one before %d is %+v, %v", to, previous, err)
		}
	}
	if err := g.Switch(t.Context(), 7); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("error %v, want ErrNoGeneration", err)
	}
	wantStates(t, g, "1 previous", "2 current")
}

func TestNumberIsNeverGivenTwice(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	for want := 2; want < 5; want++ {
		b, err := g.Begin(t.Context(), with("large"))
		if err != nil || b.Number != want {
			t.Fatalf("generation %d, %v; want %d", b.Number, err, want)
		}
		if err := g.Drop(t.Context(), b.Number, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	wantStates(t, g, "1 current")
}

func TestDropSparesWhatIsInUse(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	never := func() error { t.Error("the data of the one in use was deleted"); return nil }
	if err := g.Drop(t.Context(), 1, never); err == nil {
		t.Error("the one in use was dropped")
	}
	if err := g.Drop(t.Context(), 7, never); !errors.Is(err, ErrNoGeneration) {
		t.Errorf("error %v, want ErrNoGeneration", err)
	}
}

// Half of a generation must not be gone back to.
func TestDropThatEndsHalfWayLeavesNothingToGoBackTo(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	b, err := g.Begin(t.Context(), with("large"))
	if err == nil {
		err = g.Switch(t.Context(), b.Number)
	}
	if err != nil {
		t.Fatal(err)
	}
	half := errors.New("half way")
	if err := g.Drop(t.Context(), 1, func() error { return half }); !errors.Is(err, half) {
		t.Errorf("error %v, want the cause", err)
	}
	wantStates(t, g, "1 building", "2 current")
	if err := g.Drop(t.Context(), 1, func() error { return nil }); err != nil {
		t.Error(err)
	}
	wantStates(t, g, "2 current")
}

func TestVectorsLeaveWithTheLastGenerationOfTheirModel(t *testing.T) {
	o := newOffice(t)
	g, vectors := o.Ledger.Generations(), o.Ledger.Vectors()
	if _, err := g.First(t.Context(), with("small")); err != nil {
		t.Fatal(err)
	}
	large, err := g.Begin(t.Context(), with("large"))
	if err == nil {
		err = g.Built(t.Context(), large.Number)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"small passage a", "large passage a", "large:latest passage a"} {
		if err := vectors.Put(t.Context(), map[string][]float32{key: {1}}); err != nil {
			t.Fatal(err)
		}
	}
	other := with("large")
	other.Engine = "qdrant"
	twin, err := g.Begin(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	wantKept := func(want ...string) {
		t.Helper()
		for _, key := range []string{"small passage a", "large passage a", "large:latest passage a"} {
			if _, kept, err := vectors.Get(t.Context(), key); err != nil || kept != slices.Contains(want, key) {
				t.Errorf("%q is kept: %v (%v)", key, kept, err)
			}
		}
	}
	for i, number := range []int{large.Number, twin.Number} {
		if err := g.Drop(t.Context(), number, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			wantKept("small passage a", "large passage a", "large:latest passage a")
		}
	}
	wantKept("small passage a", "large:latest passage a")
}

func TestDimensionsAreLearnedOnce(t *testing.T) {
	g := newOffice(t).Ledger.Generations()
	first, err := g.First(t.Context(), with("small"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{384, 512} {
		if err := g.Learn(t.Context(), first.Number, n); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := g.Current(t.Context()); err != nil || b.Generation.Dimensions != 384 {
		t.Errorf("%+v, %v", b, err)
	}
}
