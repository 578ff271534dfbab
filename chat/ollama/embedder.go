package ollama

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/embeddings"
)

// EmbedderOptions choose an embedding model and how it is run. A zero field
// takes its default.
type EmbedderOptions struct {
	Name string // as Ollama knows it, such as "bge-m3"
	// Batch is how many texts are sent at once, 32 by default.
	Batch int
	// Context is how many tokens one text may have, 2048 by default; a model
	// with a smaller limit keeps its own.
	Context int
	// Threads is how many processor threads the model uses; 0 leaves it to
	// Ollama, which takes one a core. As with Context, one value for all who
	// use the model: Ollama loads it anew whenever either changes.
	Threads int
	// KeepAlive is how long the model stays in memory unused, 30 min by default.
	KeepAlive time.Duration
}

// An Embedder turns texts into vectors with an embedding model of Ollama. It is
// an embeddings.Embedder, and safe for concurrent use.
//
// Queries and passages get the prefixes that the model was trained with. All
// vectors have length 1 and as many dimensions as the first.
type Embedder struct {
	client     *Client
	options    EmbedderOptions
	prefix     prefix
	dimensions atomic.Int64 // of the first vector; 0 before it
	shortened  atomic.Int64
}

var _ embeddings.Embedder = (*Embedder)(nil)

// Embedder returns the embedding model that o names. It does not call Ollama.
func (c *Client) Embedder(o EmbedderOptions) *Embedder {
	o.Batch = cmp.Or(o.Batch, 32)
	o.Context = cmp.Or(o.Context, 2048)
	o.KeepAlive = cmp.Or(o.KeepAlive, 30*time.Minute)
	return &Embedder{client: c, options: o, prefix: prefixOf(o.Name)}
}

// Name is the model's name in Ollama.
func (e *Embedder) Name() string { return e.options.Name }

// Shortened counts the texts so far that the model could only take the
// beginning of.
func (e *Embedder) Shortened() int64 { return e.shortened.Load() }

// EmbedDocuments returns a vector for each text, in order: len(texts) rows of
// as many dimensions as the model has. texts is not changed.
//
// A text that is too long for the model is represented by its beginning, and
// counted in [Embedder.Shortened]. Other errors end the work.
func (e *Embedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, 0, len(texts))
	for batch := range slices.Chunk(texts, e.options.Batch) {
		fitted, err := e.fit(ctx, e.prefix.passage, batch)
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, fitted...)
	}
	return vectors, nil
}

// EmbedQuery returns the vector of a question, to be compared with those of
// passages by their dot product.
func (e *Embedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	vectors, err := e.fit(ctx, e.prefix.query, []string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// Dimensions returns how many dimensions a vector has, by embedding a word
// unless it is known.
func (e *Embedder) Dimensions(ctx context.Context) (int, error) {
	if n := e.dimensions.Load(); n > 0 {
		return int(n), nil
	}
	vector, err := e.EmbedQuery(ctx, "a")
	return len(vector), err
}

// embed makes one call and checks what came back.
func (e *Embedder) embed(ctx context.Context, prefix string, texts []string) ([][]float32, error) {
	input := make([]string, len(texts))
	for i, text := range texts {
		input[i] = prefix + text
	}
	op := "embed with " + e.options.Name
	var response *api.EmbedResponse
	err := e.client.within(ctx, e.client.deadlines.Embed, op, e.options.Name, func(ctx context.Context) (err error) {
		response, err = e.client.api.Embed(ctx, e.request(input))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(response.Embeddings) != len(texts) {
		return nil, fmt.Errorf("%s: %d vectors came back for %d texts", op, len(response.Embeddings), len(texts))
	}
	for i, vector := range response.Embeddings {
		if err := e.check(vector); err != nil {
			return nil, fmt.Errorf("%s: text %d of %d: %w", op, i+1, len(texts), err)
		}
	}
	return response.Embeddings, nil
}

// request does not let Ollama cut a text that is too long: it would say
// nothing, and still refuse the batch for some.
func (e *Embedder) request(input []string) *api.EmbedRequest {
	no := false
	options := map[string]any{"num_ctx": e.options.Context}
	if e.options.Threads > 0 {
		options["num_thread"] = e.options.Threads
	}
	return &api.EmbedRequest{
		Model:     e.options.Name,
		Input:     input,
		Truncate:  &no,
		KeepAlive: &api.Duration{Duration: e.options.KeepAlive},
		Options:   options,
	}
}
