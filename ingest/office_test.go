package ingest

import (
	"context"
	"errors"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/sqlite"
	"bureau/store"
)

// company is the policy of every test.
const company = `
clearances: [internal, confidential, restricted]
departments:
  - {id: hr, name: Human Resources}
  - {id: recruiting, parent: hr, name: Recruiting}
  - {id: finance, name: Finance}
  - {id: payroll, parent: finance, name: Payroll}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
  - {id: rita, name: Rita, departments: [recruiting], clearance: confidential}
  - {id: feng, name: Feng, departments: [finance]}
  - {id: boss, name: Boss, departments: [recruiting, payroll], clearance: restricted}
`

// spring is the moment of every test.
var spring = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func policyOf(t testing.TB) *access.Policy {
	t.Helper()
	policy, err := access.Parse("bureau.yaml", []byte(company))
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

func scopeOf(t testing.TB, person string) access.Scope {
	t.Helper()
	scope, err := policyOf(t).Scope(person, spring)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

func readBy(departments ...access.Department) access.Readers {
	return access.Readers{Departments: departments}
}

// An office is a pipeline over real parts, with one source, "docs", that
// everyone reads.
type office struct {
	*Pipeline
	t        testing.TB
	folder   string // of the source
	data     string // of ledger, index and lock
	index    *sqlite.Index
	embedder *wordHash
	now      time.Time // of retries and records
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := openOffice(t, t.TempDir(), t.TempDir())
	return o
}

// openOffice opens the office whose documents and data are in these folders.
func openOffice(t testing.TB, folder, data string) *office {
	t.Helper()
	o := &office{t: t, folder: folder, data: data, embedder: &wordHash{}, now: spring}
	db, err := store.Open(t.Context(), filepath.Join(data, "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	ledger, err := OpenLedger(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	o.Pipeline = &Pipeline{
		Sources: []Source{{ID: "docs", Path: folder, Readers: readBy(access.Everyone)}},
		Policy:  policyOf(t), Ledger: ledger, Embedder: o.embedder,
		Widen: []string{"**"}, Clock: func() time.Time { return o.now },
	}
	o.openIndex("word-hash")
	t.Cleanup(func() {
		if err := errors.Join(o.index.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	return o
}

// openIndex opens the index that was built with a model; each has its own file.
func (o *office) openIndex(model string) {
	o.t.Helper()
	if o.index != nil {
		if err := o.index.Close(); err != nil {
			o.t.Fatal(err)
		}
	}
	o.Generation = retrieval.Generation{Embedder: model, Cutting: CuttingVersion}
	index, err := sqlite.Open(o.t.Context(), filepath.Join(o.data, model+".index"), o.Generation)
	if err != nil {
		o.t.Fatal(err)
	}
	o.index, o.Index = index, index
}

// loseIndex puts an empty index in place of the index.
func (o *office) loseIndex() {
	o.t.Helper()
	o.openIndex("other")
	if err := os.Remove(filepath.Join(o.data, "word-hash.index")); err != nil {
		o.t.Fatal(err)
	}
	o.openIndex("word-hash")
}

// write puts a document into the folder.
func (o *office) write(name, text string) {
	o.t.Helper()
	writeFile(o.t, filepath.Join(o.folder, name), text)
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func (o *office) remove(name string) {
	o.t.Helper()
	if err := os.Remove(filepath.Join(o.folder, name)); err != nil {
		o.t.Fatal(err)
	}
}

// run runs the pipeline and holds its counts against each other.
func (o *office) run() *Report {
	o.t.Helper()
	report, err := o.Run(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	files := 0
	for _, f := range report.Failed {
		if !o.isFolder(f.Path) {
			files++
		}
	}
	if sum := report.Unchanged + report.Indexed + report.ReadersChanged + report.Withheld + report.SetAside + files; sum != report.Seen {
		o.t.Errorf("the report's counts add up to %d of %d: %+v", sum, report.Seen, report)
	}
	return report
}

func (o *office) isFolder(name string) bool {
	info, err := os.Stat(filepath.Join(o.folder, name))
	return name == "." || err == nil && info.IsDir()
}

// finds returns the paths of the documents that a person finds, sorted.
func (o *office) finds(person, words string) []string {
	o.t.Helper()
	searcher := retrieval.Searcher{Index: o.index, Ledger: o.Ledger}
	result, err := searcher.Search(o.t.Context(), scopeOf(o.t, person), retrieval.Question{Text: words, K: 50})
	if err != nil {
		o.t.Fatal(err)
	}
	paths := []string{}
	for _, hit := range result.Hits {
		paths = append(paths, hit.Document.Path)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// wantFinds fails the test unless the person finds just these documents.
func (o *office) wantFinds(person, words string, want ...string) {
	o.t.Helper()
	if got := o.finds(person, words); !slices.Equal(got, want) {
		o.t.Errorf("%s finds %q for %q, want %q", person, got, words, want)
	}
}

// wantFailed fails the test unless just this document failed, for this reason.
func (o *office) wantFailed(report *Report, name, reason string) {
	o.t.Helper()
	if len(report.Failed) != 1 || report.Failed[0].Path != name || !strings.Contains(report.Failed[0].Reason, reason) {
		o.t.Errorf("failed %v, want %s for %q", report.Failed, name, reason)
	}
}

// wordHash is an embedder of 16 dimensions: each word adds to one of them.
type wordHash struct {
	refuse   string // texts with this word are an error
	zero     string // texts with this word get a vector that no index takes
	down     bool
	embedded []string
}

// errDown is an embedder's own word that it is not there.
type errDown struct{}

func (errDown) Error() string     { return "connection refused" }
func (errDown) Unavailable() bool { return true }

func (w *wordHash) EmbedDocuments(_ context.Context, texts []string) ([][]float32, error) {
	if w.down {
		return nil, errDown{}
	}
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if w.refuse != "" && strings.Contains(text, w.refuse) {
			return nil, errors.New("the input is too long")
		}
		if vectors[i] = hashed(text); w.zero != "" && strings.Contains(text, w.zero) {
			vectors[i] = make([]float32, 16)
		}
	}
	w.embedded = append(w.embedded, texts...)
	return vectors, nil
}

func (w *wordHash) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	return hashed(text), nil
}

func hashed(text string) []float32 {
	vector := make([]float32, 16)
	square := 0.0
	for _, word := range append(strings.Fields(text), "") {
		h := fnv.New32a()
		_, _ = h.Write([]byte(word)) // never fails
		vector[h.Sum32()%16]++
	}
	for _, x := range vector {
		square += float64(x * x)
	}
	for i := range vector {
		vector[i] /= float32(math.Sqrt(square))
	}
	return vector
}
