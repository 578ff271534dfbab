package retrieval_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/retrieval"
)

// shelf is a store of vectors in memory.
type shelf map[string][]float32

func (s shelf) Get(_ context.Context, key string) ([]float32, bool, error) {
	v, known := s[key]
	return v, known, nil
}

func (s shelf) Put(_ context.Context, vectors map[string][]float32) error {
	for key, v := range vectors {
		s[key] = v
	}
	return nil
}

func TestCachedEmbedderEmbedsATextOnce(t *testing.T) {
	inner := wordHash{embedded: new(int)}
	cached := retrieval.CachedEmbedder{Embedder: inner, Store: shelf{}, Model: "word-hash"}
	texts := []string{"annual leave", "travel", "budget"}
	want, err := inner.EmbedDocuments(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	*inner.embedded = 0
	if _, err := cached.EmbedDocuments(t.Context(), texts[1:2]); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := cached.EmbedDocuments(t.Context(), texts)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("vectors differ (-embedder +cache):\n%s", diff)
		}
	}
	if *inner.embedded != 3 {
		t.Errorf("%d texts embedded, want 3", *inner.embedded)
	}
}

func TestCachedEmbedderTellsQuestionsFromPassages(t *testing.T) {
	inner := wordHash{embedded: new(int)}
	cached := retrieval.CachedEmbedder{Embedder: inner, Store: shelf{}, Model: "word-hash"}
	if _, err := cached.EmbedDocuments(t.Context(), []string{"leave"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := cached.EmbedQuery(t.Context(), "leave"); err != nil {
			t.Fatal(err)
		}
	}
	if *inner.embedded != 2 {
		t.Errorf("%d texts embedded, want the passage and the question", *inner.embedded)
	}
}
