package ollama

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ollama/ollama/api"
	"pgregory.net/rapid"
)

// An embeddingServer gives each text a vector that tells its length, and
// refuses a batch with a text of more than limit runes, as Ollama does.
type embeddingServer struct {
	limit  int
	inputs [][]string
}

func (s *embeddingServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var request struct{ Input []string }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		panic(err)
	}
	s.inputs = append(s.inputs, request.Input)
	reply := api.EmbedResponse{}
	for _, text := range request.Input {
		if utf8.RuneCountInString(text) > s.limit {
			refuse(http.StatusBadRequest, "the input length exceeds the context length")(w, r)
			return
		}
		reply.Embeddings = append(reply.Embeddings, []float32{3, float32(utf8.RuneCountInString(text))})
	}
	json.NewEncoder(w).Encode(reply)
}

// runes reads a text's length back from its vector.
func runes(vector []float32) int { return int(math.Round(float64(3 * vector[1] / vector[0]))) }

func TestOverlongTextsAreShortenedAndTheBatchLives(t *testing.T) {
	server := &embeddingServer{limit: 100}
	embedder := serve(t, map[string]http.HandlerFunc{"/api/embed": server.ServeHTTP}).Embedder(EmbedderOptions{Name: "unknown", Batch: 8})
	rapid.Check(t, func(rt *rapid.T) {
		lengths := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(1, 100), rapid.IntRange(101, 2000)), 0, 20).Draw(rt, "lengths")
		texts := make([]string, len(lengths))
		long := 0
		for i, n := range lengths {
			texts[i] = strings.Repeat("假", n)
			if n > server.limit {
				long++
			}
		}
		before, copied := embedder.Shortened(), slices.Clone(texts)
		vectors, err := embedder.EmbedDocuments(t.Context(), texts)
		if err != nil {
			rt.Fatal(err)
		}
		if len(vectors) != len(texts) || !slices.Equal(texts, copied) {
			rt.Fatalf("%d vectors for %d texts, or the texts were changed", len(vectors), len(texts))
		}
		for i, vector := range vectors {
			got, want := runes(vector), min(lengths[i], server.limit)
			if got > want || got < want*3/4 {
				rt.Errorf("text of %d characters was embedded as %d", lengths[i], got)
			}
		}
		if got := embedder.Shortened() - before; got != int64(long) {
			rt.Errorf("%d counted as shortened, want %d", got, long)
		}
	})
}

func TestTextsGoInBatches(t *testing.T) {
	server := &embeddingServer{limit: 100}
	embedder := serve(t, map[string]http.HandlerFunc{"/api/embed": server.ServeHTTP}).Embedder(EmbedderOptions{Name: "multilingual-e5-small", Batch: 2})
	if _, err := embedder.EmbedDocuments(t.Context(), []string{"a", "b", "c"}); err != nil {
		t.Fatal(err)
	}
	if _, err := embedder.EmbedQuery(t.Context(), "d"); err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"passage: a", "passage: b"}, {"passage: c"}, {"query: d"}}
	if got := fmt.Sprint(server.inputs); got != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

func TestEmbeddingRequestNeverLetsOllamaTruncate(t *testing.T) {
	var sent api.EmbedRequest
	client := serve(t, map[string]http.HandlerFunc{"/api/embed": capture(t, &sent, lines(`{"embeddings":[[3,4]]}`))})
	vector, err := client.Embedder(EmbedderOptions{Name: "m", Threads: 1}).EmbedQuery(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if *sent.Truncate || sent.Options["num_ctx"] != 2048.0 || sent.Options["num_thread"] != 1.0 || sent.KeepAlive == nil {
		t.Errorf("sent %+v", sent)
	}
	if vector[0] != 0.6 || vector[1] != 0.8 {
		t.Errorf("vector %v, want it of length 1", vector)
	}
}

func TestWrongVectorsAreErrors(t *testing.T) {
	for name, reply := range map[string]string{
		"TooFew":  `{"embeddings":[[1,0]]}`,
		"TooMany": `{"embeddings":[[1,0],[1,0],[1,0]]}`,
		"Zero":    `{"embeddings":[[1,0],[0,0]]}`,
		"Empty":   `{"embeddings":[[1,0],[]]}`,
		"Uneven":  `{"embeddings":[[1,0],[1,0,0]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, map[string]http.HandlerFunc{"/api/embed": lines(reply)})
			vectors, err := client.Embedder(EmbedderOptions{Name: "m"}).EmbedDocuments(t.Context(), []string{"a", "b"})
			if err == nil || vectors != nil {
				t.Errorf("vectors %v, error %v", vectors, err)
			}
		})
	}
}

func TestRefusalOfAShortTextIsAnError(t *testing.T) {
	client := serve(t, map[string]http.HandlerFunc{"/api/embed": refuse(http.StatusBadRequest, "this model does not embed")})
	_, err := client.Embedder(EmbedderOptions{Name: "m"}).EmbedDocuments(t.Context(), []string{strings.Repeat("a", 5000), "b"})
	var unavailable *Error
	if err == nil || errors.As(err, &unavailable) {
		t.Errorf("error %v, want one that is no *Error", err)
	}
}

func TestEmbedderErrorsAreUnavailable(t *testing.T) {
	for name, c := range map[string]struct {
		route http.HandlerFunc
		kind  error
	}{
		"Missing": {refuse(http.StatusNotFound, "model not found"), ErrModelMissing},
		"Crashed": {refuse(http.StatusInternalServerError, "runner stopped"), ErrFailed},
		"Cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte(`{"embeddings":[[1`))
		}, ErrCut},
	} {
		t.Run(name, func(t *testing.T) {
			client := serve(t, map[string]http.HandlerFunc{"/api/embed": c.route})
			_, err := client.Embedder(EmbedderOptions{Name: "m"}).EmbedQuery(t.Context(), "a")
			wantUnavailable(t, err, c.kind)
		})
	}
}

func TestPrefixesAreTheModelsOwn(t *testing.T) {
	for model, want := range map[string]prefix{
		"multilingual-e5-small":                       {"query: ", "passage: "},
		"jeffh/intfloat-multilingual-e5-large:f16":    {"query: ", "passage: "},
		"someone/multilingual-e5-large-instruct:q8_0": {"Instruct: " + retrieve + "\nQuery: ", ""},
		"bge-m3:latest":                               {},
		"quentinz/bge-large-zh-v1.5":                  {"为这个句子生成表示以用于检索相关文章：", ""},
		"bge-large":                                   {represent, ""},
		"embeddinggemma:300m":                         {"task: search result | query: ", "title: none | text: "},
		"Qwen3-Embedding:0.6b":                        {"Instruct: " + retrieve + "\nQuery:", ""},
		"nomic-embed-text":                            {"search_query: ", "search_document: "},
		"granite-embedding:278m":                      {},
		"snowflake-arctic-embed2":                     {"query: ", ""},
		"":                                            {},
	} {
		if got := prefixOf(model); got != want {
			t.Errorf("prefixOf(%q) = %q, want %q", model, got, want)
		}
	}
	for _, p := range prefixes {
		if got := prefixOf(strings.ReplaceAll(p.pattern, "*", "")); got != p.prefix {
			t.Errorf("an earlier pattern hides %q, or it is malformed", p.pattern)
		}
	}
}
