package retrieval_test

import (
	"cmp"
	"context"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// company is the policy of the tests.
const company = `
departments:
  - {id: hr, name: Human Resources}
  - {id: finance, name: Finance}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
  - {id: felix, name: Felix, departments: [finance]}
`

// scopeOf returns what a person of the company reads.
func scopeOf(t *testing.T, person string) access.Scope {
	t.Helper()
	policy, err := access.Parse("company.yaml", []byte(company))
	if err != nil {
		t.Fatal(err)
	}
	scope, err := policy.Scope(person, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

// memory is an exact index over a few passages, and a ledger of their readers.
type memory struct {
	passages []retrieval.Found
	embedder wordHash
	touched  int                           // searches and loads
	leak     bool                          // forgets the scope, as a broken engine would
	withheld map[retrieval.DocumentID]bool // unknown to the ledger
}

// add puts a document of one passage into the index.
func (m *memory) add(id, text string, readers ...access.Department) {
	d := retrieval.Document{ID: retrieval.DocumentID(strings.SplitN(id, "#", 2)[0]), Readers: access.Readers{Departments: readers}}
	m.passages = append(m.passages, retrieval.Found{Passage: retrieval.Passage{ID: id, Document: d.ID, Text: text}, Document: d})
}

func (m *memory) readable(scope access.Scope) []retrieval.Found {
	return slices.DeleteFunc(slices.Clone(m.passages), func(f retrieval.Found) bool {
		return !m.leak && !scope.Allows(f.Document.Readers)
	})
}

func (m *memory) Search(ctx context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	m.touched++
	var r retrieval.Rankings
	readable := m.readable(scope)
	s := retrieval.Statistics{Passages: len(readable), Frequency: make(map[string]int)}
	terms := make([][]retrieval.Term, len(readable))
	for i, f := range readable {
		terms[i] = retrieval.Analyze(f.Passage.Text)
		s.AverageLength += float64(retrieval.Length(terms[i])) / float64(len(readable))
		for _, t := range terms[i] {
			s.Frequency[t.Text]++
		}
	}
	for i, f := range readable {
		hit := retrieval.Hit{Passage: f.Passage.ID, Document: f.Document.ID}
		if hit.Score = retrieval.BM25(q.Terms, terms[i], retrieval.Length(terms[i]), s) / retrieval.Ceiling(q.Terms, s); hit.Score > 0 {
			r.Lexical = append(r.Lexical, hit)
		}
		if q.Vector != nil {
			v, err := m.embedder.EmbedQuery(ctx, f.Passage.Text)
			if err != nil {
				return retrieval.Rankings{}, err
			}
			hit.Score = cosine(v, q.Vector)
			r.Dense = append(r.Dense, hit)
		}
	}
	r.Lexical, r.Dense = best(r.Lexical, q.K), best(r.Dense, q.K)
	if len(r.Dense) > 0 {
		r.DenseFloor = r.Dense[len(r.Dense)-1].Score
	}
	return r, ctx.Err()
}

func (m *memory) Load(_ context.Context, scope access.Scope, ids []string) ([]retrieval.Found, error) {
	m.touched++
	var found []retrieval.Found
	for _, id := range ids {
		for _, f := range m.readable(scope) {
			if f.Passage.ID == id {
				found = append(found, f)
			}
		}
	}
	return found, nil
}

func (m *memory) Readers(_ context.Context, documents []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, f := range m.passages {
		if slices.Contains(documents, f.Document.ID) && !m.withheld[f.Document.ID] {
			readers[f.Document.ID] = f.Document.Readers
		}
	}
	return readers, nil
}

func best(hits []retrieval.Hit, k int) []retrieval.Hit {
	slices.SortFunc(hits, func(a, b retrieval.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Passage, b.Passage))
	})
	return hits[:min(k, len(hits))]
}

// wordHash embeds a text as the words it has, each hashed to a direction, so
// that texts are near when they share words. It counts what it embeds and
// fails with err, if set.
type wordHash struct {
	embedded *int
	err      error
}

const dimensions = 256

func (w wordHash) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	if w.err != nil {
		return nil, w.err
	}
	if w.embedded != nil {
		*w.embedded++
	}
	v := make([]float32, dimensions)
	for _, t := range retrieval.Analyze(text) {
		h := fnv.New32a()
		h.Write([]byte(t.Text))
		v[h.Sum32()%dimensions] += float32(t.Count)
	}
	length := 0.0
	for _, x := range v {
		length += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(max(1e-9, math.Sqrt(length)))
	}
	return v, nil
}

func (w wordHash) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	var vectors [][]float32
	for _, text := range texts {
		v, err := w.EmbedQuery(ctx, text)
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

func cosine(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
