package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// leave is a document that everybody reads, of one passage for each vector.
func leave(id retrieval.DocumentID, vectors ...[]float32) retrieval.Replacement {
	r := retrieval.Replacement{Document: retrieval.Document{
		ID: id, Source: "shelf", Path: string(id) + ".md", Readers: access.Readers{Departments: []access.Department{access.Everyone}},
	}}
	for i, v := range vectors {
		r.Passages = append(r.Passages, retrieval.Embedded{
			Passage: retrieval.Passage{ID: string(id) + "#" + string(rune('a'+i)), Document: id, Ordinal: i, Text: "leave"},
			Vector:  v, Terms: []retrieval.Term{{Text: "leave", Count: 1}},
		})
	}
	return r
}

// axis returns a unit vector along one of n dimensions.
func axis(n, dimension int) []float32 {
	v := make([]float32, n)
	v[dimension] = 1
	return v
}

func TestAnotherGenerationIsRefusedWithItsRemedy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	built := retrieval.Generation{Embedder: "small", Dimensions: 4, Cutting: "1"}
	x, err := Open(t.Context(), path, built)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []retrieval.Generation{
		{Embedder: "large", Dimensions: 4, Cutting: "1"},
		{Embedder: "small", Dimensions: 8, Cutting: "1"},
		{Embedder: "small", Dimensions: 4, Cutting: "2"},
		{Cutting: "1"},
	} {
		_, err := Open(t.Context(), path, want)
		if !errors.Is(err, retrieval.ErrGeneration) {
			t.Errorf("opened for %v: %v, want ErrGeneration", want, err)
			continue
		}
		for _, part := range []string{path, "small", "bureau reindex"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q does not say %q", err, part)
			}
		}
	}
	x, err = Open(t.Context(), path, retrieval.Generation{Embedder: "small", Cutting: "1"})
	if err != nil {
		t.Fatalf("opened with dimensions left to the index: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}

func TestFirstVectorDecidesTheDimensions(t *testing.T) {
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), retrieval.Generation{Embedder: "small", Cutting: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	uneven := leave("uneven", axis(4, 0), axis(5, 0))
	if err := x.Replace(t.Context(), uneven.Document, uneven.Passages); err == nil {
		t.Error("a document with vectors of two lengths was written")
	}
	none := leave("none", nil)
	if err := x.Replace(t.Context(), none.Document, none.Passages); err == nil {
		t.Error("a passage without a vector was written beside an embedder")
	}
	d := leave("leave", axis(8, 0)) // what was refused has decided nothing
	if err := x.Replace(t.Context(), d.Document, d.Passages); err != nil {
		t.Fatal(err)
	}
	scope := benchScope(t, 1)
	if r, err := x.Search(t.Context(), scope, retrieval.Query{Vector: axis(8, 0), K: 5}); err != nil || len(r.Dense) != 1 {
		t.Errorf("found %v, %v", r.Dense, err)
	}
	if _, err := x.Search(t.Context(), scope, retrieval.Query{Vector: axis(4, 0), K: 5}); err == nil {
		t.Error("a question of other dimensions was answered")
	}
}

func TestIndexWithoutEmbedderSearchesByWords(t *testing.T) {
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), retrieval.Generation{Cutting: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	batch := []retrieval.Replacement{leave("a", nil, nil), leave("b", nil)}
	if err := x.ReplaceAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if err := x.SetReaders(t.Context(), map[retrieval.DocumentID]access.Readers{"b": {Departments: []access.Department{"d1"}}}); err != nil {
		t.Fatal(err)
	}
	q := retrieval.Query{Terms: batch[0].Passages[0].Terms, K: 5}
	if r, err := x.Search(t.Context(), benchScope(t, 1), q); err != nil || len(r.Lexical) != 2 || len(r.Dense) != 0 {
		t.Errorf("found %v, %v; want two passages by words", r, err)
	}
}

func TestDamagedFileIsNamedWithItsRemedy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not an index ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), path, benchGeneration)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "bureau ingest") {
		t.Errorf("error %v, want the file and the remedy", err)
	}
}
