package sqlite

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/retrieval"
)

// The benchmarks measure a company of many departments whose documents have
// the shape of real ones: words by Zipf's law, half of them Chinese bigrams,
// and vectors of a few hundred subjects in a narrow cone.
const (
	benchDepartments = 20
	benchDimensions  = 384
	benchSubjects    = 300
	passagesPerDoc   = 10
	docsPerBatch     = 100
	termsPerPassage  = 150
)

var benchGeneration = retrieval.Generation{Embedder: "bench", Dimensions: benchDimensions, Cutting: "bench"}

// A material makes documents and queries.
type material struct {
	*rand.Rand
	frequent *rand.Zipf
	subjects [][]float32
}

func newMaterial(seed uint64) *material {
	m := &material{Rand: rand.New(rand.NewPCG(7, 7))}
	for range benchSubjects {
		m.subjects = append(m.subjects, m.around(nil, 1))
	}
	m.Rand = rand.New(rand.NewPCG(seed, seed))
	m.frequent = rand.NewZipf(m.Rand, 1.07, 4, 60_000)
	return m
}

// around returns a unit vector at random around centre, or around the cone's
// axis without one.
func (m *material) around(centre []float32, spread float64) []float32 {
	v, square := make([]float32, benchDimensions), 0.0
	for i := range v {
		x := spread * m.NormFloat64() / math.Sqrt(benchDimensions)
		if centre == nil {
			x += 2 / math.Sqrt(benchDimensions)
		} else {
			x += float64(centre[i])
		}
		v[i] = float32(x)
		square += x * x
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
	}
	return v
}

func (m *material) vector() []float32 { return m.around(m.subjects[m.IntN(benchSubjects)], 0.35) }

// terms returns n terms, as Analyze would.
func (m *material) terms(n int, language string) []retrieval.Term {
	counts := map[string]int{}
	for range n {
		counts[language+fmt.Sprint(m.frequent.Uint64())]++
	}
	terms := make([]retrieval.Term, 0, len(counts))
	for text, count := range counts {
		terms = append(terms, retrieval.Term{Text: text, Count: count})
	}
	slices.SortFunc(terms, func(a, b retrieval.Term) int { return strings.Compare(a.Text, b.Text) })
	return terms
}

var languages = []string{"word", "词"}

func (m *material) document(n int) retrieval.Replacement {
	id := retrieval.DocumentID(fmt.Sprint("document-", n))
	department := access.Department(fmt.Sprint("d", n%benchDepartments))
	r := retrieval.Replacement{Document: retrieval.Document{
		ID: id, Source: "bench", Path: string(id), Title: string(id), Readers: access.Readers{Departments: []access.Department{department}},
	}}
	for i := range passagesPerDoc {
		r.Passages = append(r.Passages, retrieval.Embedded{
			Passage: retrieval.Passage{
				ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, n, i)).String(), Document: id, Ordinal: i,
				Text: strings.Repeat("as long as a passage is ", 40),
			},
			Vector: m.vector(), Terms: m.terms(termsPerPassage, languages[n/benchDepartments%2]),
		})
	}
	return r
}

func (m *material) query(k int) retrieval.Query {
	return retrieval.Query{Vector: m.vector(), Terms: m.terms(10, languages[m.IntN(2)]), K: k}
}

// benchScope returns the scope of somebody in the first n departments.
func benchScope(tb testing.TB, n int) access.Scope {
	tb.Helper()
	var yaml strings.Builder
	yaml.WriteString("departments:\n")
	var own []string
	for i := range benchDepartments {
		fmt.Fprintf(&yaml, "  - {id: d%d, name: D}\n", i)
		own = append(own, fmt.Sprint("d", i))
	}
	fmt.Fprintf(&yaml, "people:\n  - {id: reader, name: Reader, departments: [%s]}\n", strings.Join(own[:n], ", "))
	policy, err := access.Parse("bench.yaml", []byte(yaml.String()))
	if err != nil {
		tb.Fatal(err)
	}
	scope, err := policy.Scope("reader", time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	return scope
}

// batch returns so many documents from n on.
func (m *material) batch(n, documents int) []retrieval.Replacement {
	var batch []retrieval.Replacement
	for i := range documents {
		batch = append(batch, m.document(n+i))
	}
	return batch
}
