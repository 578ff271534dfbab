package sqlite

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/retrieval"
)

func TestEstimateIsNearTheCosine(t *testing.T) {
	m := newMaterial(21)
	centre := m.around(nil, 0)
	square, n := 0.0, 2000
	for range n {
		q, v := m.vector(), m.vector()
		c := newCode(v, centre)
		off := newProbe(q, centre).estimate(c.signs, c.factors) - dot(q, encodeVector(v))
		square += off * off
	}
	if rms := math.Sqrt(square / float64(n)); rms > 0.02 {
		t.Errorf("estimates are off by %.4f in the mean, want 0.02 at most", rms)
	}
}

func TestVectorAtItsCentreIsEstimatedExactly(t *testing.T) {
	m := newMaterial(22)
	q, v := m.vector(), m.vector()
	c := newCode(v, v)
	if got, want := newProbe(q, v).estimate(c.signs, c.factors), dot(q, encodeVector(v)); math.Abs(got-want) > 1e-6 {
		t.Errorf("estimate %f, want %f", got, want)
	}
}

func TestDimensionsThatFillNoWord(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, dimensions := range []int{1, 3, 63, 64, 65, 100} {
		q, v := make([]float32, dimensions), make([]float32, dimensions)
		for i := range q {
			q[i], v[i] = float32(random.NormFloat64()), float32(2*random.IntN(2)-1)
		}
		c := newCode(v, nil) // all dimensions are equally large: the signs lose nothing
		got, want := newProbe(q, nil).estimate(c.signs, c.factors), 0.0
		low, high := slices.Min(q), slices.Max(q)
		for i := range q {
			want += float64(q[i]) * float64(v[i])
		}
		if most := float64(high-low) / 15 / 2 * float64(dimensions); math.Abs(got-want) > most+1e-5 {
			t.Errorf("%d dimensions: estimate %f, want %f within the rounding of the question, %f", dimensions, got, want, most)
		}
	}
}

// A scope of more passages than are scored exactly must still find the nearest.
func TestNearestOfALargeScopeAreFound(t *testing.T) {
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), benchGeneration)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	m := newMaterial(23)
	batch := m.batch(0, 2*docsPerBatch)
	if err := x.ReplaceAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	scope, hits, queries := benchScope(t, benchDepartments), 0, 20
	for range queries {
		q := retrieval.Query{Vector: m.vector(), K: 10}
		var cosines []float64
		for _, d := range batch {
			for _, p := range d.Passages {
				cosines = append(cosines, dot(q.Vector, encodeVector(p.Vector)))
			}
		}
		slices.Sort(cosines)
		r, err := x.Search(t.Context(), scope, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range r.Dense {
			if h.Score >= cosines[len(cosines)-10] {
				hits++
			}
		}
	}
	if recall := float64(hits) / float64(10*queries); recall < 0.99 {
		t.Errorf("found %.3f of the ten nearest, want 0.99", recall)
	}
}

func FuzzTerms(f *testing.F) {
	f.Add(encodeTerms([]retrieval.Term{{Text: "leave", Count: 2}, {Text: "休假", Count: 1}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		terms, err := decodeTerms(data)
		if err != nil {
			return
		}
		again, err := decodeTerms(encodeTerms(terms))
		if diff := cmp.Diff(terms, again); diff != "" || err != nil {
			t.Errorf("terms changed on the way, %v:\n%s", err, diff)
		}
	})
}

func FuzzPostings(f *testing.F) {
	f.Add(int64(3), encodePostings([]posting{{3 * blockSize, 1}, {3*blockSize + 7, 200}}))
	f.Fuzz(func(t *testing.T, block int64, data []byte) {
		block &= 1<<20 - 1
		var first, again []posting
		into := func(list *[]posting) func(number, count int) bool {
			return func(number, count int) bool {
				*list = append(*list, posting{number, count})
				return true
			}
		}
		if err := eachPosting(block, data, into(&first)); err != nil {
			return
		}
		for _, p := range first {
			if p.number/blockSize != int(block) || p.count < 1 {
				t.Errorf("%v is no posting of block %d", p, block)
			}
		}
		if err := eachPosting(block, encodePostings(first), into(&again)); err != nil || !slices.Equal(first, again) {
			t.Errorf("%v became %v, %v", first, again, err)
		}
	})
}
