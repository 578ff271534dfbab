package retrieval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/tmc/langchaingo/embeddings"
)

// A VectorStore keeps vectors by key.
type VectorStore interface {
	// Get returns the vector of key, or false if there is none.
	Get(ctx context.Context, key string) ([]float32, bool, error)
	// Put keeps vectors under their keys.
	Put(ctx context.Context, vectors map[string][]float32) error
}

// A CachedEmbedder embeds each text once. It is for work that runs again
// and again over the same texts, as an evaluation does.
type CachedEmbedder struct {
	Embedder embeddings.Embedder
	Store    VectorStore
	Model    string // part of the key: name and version of what Embedder is
}

var _ embeddings.Embedder = CachedEmbedder{}

// EmbedDocuments returns a vector for each text, asking the embedder only for
// those that the store has not.
func (c CachedEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	var missing []string
	var places []int
	for i, text := range texts {
		v, known, err := c.Store.Get(ctx, c.key("passage", text))
		if err != nil {
			return nil, fmt.Errorf("read a cached vector: %w", err)
		}
		if vectors[i] = v; !known {
			missing, places = append(missing, text), append(places, i)
		}
	}
	if len(missing) == 0 {
		return vectors, nil
	}
	fresh, err := c.Embedder.EmbedDocuments(ctx, missing)
	if err != nil {
		return nil, err
	}
	if len(fresh) != len(missing) {
		return nil, fmt.Errorf("embed %d texts: %d vectors came back", len(missing), len(fresh))
	}
	kept := make(map[string][]float32, len(fresh))
	for i, v := range fresh {
		vectors[places[i]] = v
		kept[c.key("passage", missing[i])] = v
	}
	if err := c.Store.Put(ctx, kept); err != nil {
		return nil, fmt.Errorf("cache vectors: %w", err)
	}
	return vectors, nil
}

// EmbedQuery returns the vector of one question.
func (c CachedEmbedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	key := c.key("query", text)
	v, known, err := c.Store.Get(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("read a cached vector: %w", err)
	}
	if known {
		return v, nil
	}
	if v, err = c.Embedder.EmbedQuery(ctx, text); err != nil {
		return nil, err
	}
	if err := c.Store.Put(ctx, map[string][]float32{key: v}); err != nil {
		return nil, fmt.Errorf("cache a vector: %w", err)
	}
	return v, nil
}

// key names a text under the model. Questions and passages are told apart,
// since models embed the two differently.
func (c CachedEmbedder) key(kind, text string) string {
	sum := sha256.Sum256([]byte(text))
	return c.Model + " " + kind + " " + hex.EncodeToString(sum[:])
}
