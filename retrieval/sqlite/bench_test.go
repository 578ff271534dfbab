package sqlite

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// fixtures are indexes by their number of passages, built once a run.
var fixtures = struct {
	sync.Mutex
	folder string
	paths  map[int]string
}{paths: map[int]string{}}

// removeFixtures ends the run's fixtures.
func removeFixtures() error {
	if fixtures.folder == "" {
		return nil
	}
	return os.RemoveAll(fixtures.folder)
}

// fixture returns the file of an index of so many passages.
func fixture(b *testing.B, passages int) string {
	b.Helper()
	fixtures.Lock()
	defer fixtures.Unlock()
	if path := fixtures.paths[passages]; path != "" {
		return path
	}
	if fixtures.folder == "" {
		folder, err := os.MkdirTemp("", "index-bench-")
		if err != nil {
			b.Fatal(err)
		}
		fixtures.folder = folder
	}
	path := filepath.Join(fixtures.folder, fmt.Sprint(passages), "index.db")
	x, err := Open(b.Context(), path, benchGeneration)
	if err != nil {
		b.Fatal(err)
	}
	fill(b, x, passages)
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	fixtures.paths[passages] = path
	return path
}

// fill writes passages in batches of 100 documents.
func fill(b *testing.B, x *Index, passages int) {
	m := newMaterial(1)
	for n := 0; n < passages/passagesPerDoc; n += docsPerBatch {
		if err := x.ReplaceAll(b.Context(), m.batch(n, docsPerBatch)); err != nil {
			b.Fatal(err)
		}
	}
}

// sizes are the numbers of passages that are measured; -short leaves out the
// large one.
func sizes() []int {
	if testing.Short() {
		return []int{10_000}
	}
	return []int{10_000, 100_000}
}

func BenchmarkSearch(b *testing.B) {
	for _, passages := range sizes() {
		for _, departments := range []int{1, 3, benchDepartments} {
			b.Run(fmt.Sprintf("passages=%d/departments=%d", passages, departments), func(b *testing.B) {
				x, err := Open(b.Context(), fixture(b, passages), benchGeneration)
				if err != nil {
					b.Fatal(err)
				}
				defer x.Close()
				benchmarkSearch(b, x, benchScope(b, departments))
			})
		}
	}
}

func benchmarkSearch(b *testing.B, x *Index, scope access.Scope) {
	m := newMaterial(2)
	if _, err := x.Search(b.Context(), scope, m.query(100)); err != nil { // fills the memory
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		q := m.query(100)
		start := time.Now()
		if _, err := x.Search(b.Context(), scope, q); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkOpen opens an index and searches it once, and reports the memory
// that stays in use.
func BenchmarkOpen(b *testing.B) {
	for _, passages := range sizes() {
		b.Run(fmt.Sprintf("passages=%d", passages), func(b *testing.B) {
			path, scope, q := fixture(b, passages), benchScope(b, 1), newMaterial(3).query(10)
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				x, err := Open(b.Context(), path, benchGeneration)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := x.Search(b.Context(), scope, q); err != nil {
					b.Fatal(err)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				if err := x.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/1e6, "MB-heap")
		})
	}
}

// BenchmarkReplace replaces one document of an index, as the ingestion of a
// changed file does.
func BenchmarkReplace(b *testing.B) {
	x := openCopy(b, 10_000)
	m := newMaterial(4)
	for b.Loop() {
		d := m.document(m.IntN(1000))
		if err := x.Replace(b.Context(), d.Document, d.Passages); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(passagesPerDoc*b.N)/b.Elapsed().Seconds(), "passages/s")
}

// BenchmarkReplaceAll writes new documents to an index of 10,000 passages, in
// batches about as large as an ingestion's and larger ones.
func BenchmarkReplaceAll(b *testing.B) {
	for _, documents := range []int{6, 200} {
		b.Run(fmt.Sprintf("passages=%d", documents*passagesPerDoc), func(b *testing.B) {
			x := openCopy(b, 10_000)
			m, n := newMaterial(6), 10_000/passagesPerDoc
			for b.Loop() {
				b.StopTimer()
				batch := m.batch(n, documents)
				n += documents
				b.StartTimer()
				if err := x.ReplaceAll(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(documents*passagesPerDoc*b.N)/b.Elapsed().Seconds(), "passages/s")
		})
	}
}

// openCopy opens a copy of a fixture, to be written to.
func openCopy(b *testing.B, passages int) *Index {
	b.Helper()
	folder := b.TempDir()
	if err := os.CopyFS(folder, os.DirFS(filepath.Dir(fixture(b, passages)))); err != nil {
		b.Fatal(err)
	}
	x, err := Open(b.Context(), filepath.Join(folder, "index.db"), benchGeneration)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := x.Close(); err != nil {
			b.Error(err)
		}
	})
	return x
}

// BenchmarkRecall reports the share of the 10 and the 100 nearest passages
// that a search finds among all departments: the part that codes may lose.
func BenchmarkRecall(b *testing.B) {
	for _, passages := range sizes() {
		b.Run(fmt.Sprintf("passages=%d", passages), func(b *testing.B) {
			x, err := Open(b.Context(), fixture(b, passages), benchGeneration)
			if err != nil {
				b.Fatal(err)
			}
			defer x.Close()
			benchmarkRecall(b, x, passages)
		})
	}
}

func benchmarkRecall(b *testing.B, x *Index, passages int) {
	all, near := newMaterial(1), newMaterial(5)
	vectors := make([][]byte, 0, passages)
	for n := range passages / passagesPerDoc {
		for _, p := range all.document(n).Passages {
			vectors = append(vectors, encodeVector(p.Vector))
		}
	}
	scope, found10, found100, queries := benchScope(b, benchDepartments), 0, 0, 0
	for b.Loop() {
		q := retrieval.Query{Vector: near.vector(), K: 100}
		cosines := make([]float64, passages)
		for i, v := range vectors {
			cosines[i] = dot(q.Vector, v)
		}
		slices.SortFunc(cosines, func(a, b float64) int { return int(math.Copysign(1, b-a)) })
		r, err := x.Search(b.Context(), scope, q)
		if err != nil {
			b.Fatal(err)
		}
		queries++
		for i, h := range r.Dense {
			if h.Score >= cosines[99] {
				found100++
			}
			if i < 10 && h.Score >= cosines[9] {
				found10++
			}
		}
	}
	b.ReportMetric(float64(found10)/float64(10*queries), "recall@10")
	b.ReportMetric(float64(found100)/float64(100*queries), "recall@100")
}
