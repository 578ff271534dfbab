package ollama

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"unicode/utf8"

	"github.com/ollama/ollama/api"
)

// leastRunes is the length below which a text that Ollama refuses is not too
// long: something else is wrong.
const leastRunes = 16

// fit embeds texts, of which Ollama may refuse some as too long. It refuses
// the whole batch for one of them, and does not say which: halving finds it.
func (e *Embedder) fit(ctx context.Context, prefix string, texts []string) ([][]float32, error) {
	vectors, err := e.embed(ctx, prefix, texts)
	if !refused(err) {
		return vectors, err
	}
	if len(texts) == 1 {
		return e.shorten(ctx, prefix, texts[0], err)
	}
	middle := len(texts) / 2
	left, err := e.fit(ctx, prefix, texts[:middle])
	if err != nil {
		return nil, err
	}
	right, err := e.fit(ctx, prefix, texts[middle:])
	return append(left, right...), err
}

// shorten embeds as much of the beginning of text as Ollama takes, a fifth less
// at each try. A refusal is quick: it comes before the model runs.
func (e *Embedder) shorten(ctx context.Context, prefix, text string, err error) ([][]float32, error) {
	for refused(err) {
		n := utf8.RuneCountInString(text) * 4 / 5
		if n < leastRunes {
			return nil, err
		}
		text = firstRunes(text, n)
		var vectors [][]float32
		if vectors, err = e.embed(ctx, prefix, []string{text}); err == nil {
			e.shortened.Add(1)
			return vectors, nil
		}
	}
	return nil, err
}

// firstRunes returns the first n characters of text, which has more.
func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// refused says whether Ollama rejected a request for what is in it.
func refused(err error) bool {
	var status api.StatusError
	return errors.As(err, &status) && status.StatusCode == http.StatusBadRequest
}

// check gives vector the length 1 and compares its dimensions with those of
// the first.
func (e *Embedder) check(vector []float32) error {
	if len(vector) == 0 {
		return errors.New("the vector is empty")
	}
	if first := int64(len(vector)); !e.dimensions.CompareAndSwap(0, first) && e.dimensions.Load() != first {
		return fmt.Errorf("the vector has %d dimensions where earlier ones had %d", first, e.dimensions.Load())
	}
	var sum float64
	for _, x := range vector {
		sum += float64(x) * float64(x)
	}
	length := math.Sqrt(sum)
	if length == 0 || math.IsNaN(length) || math.IsInf(length, 0) {
		return errors.New("the vector has no direction")
	}
	for i, x := range vector {
		vector[i] = float32(float64(x) / length)
	}
	return nil
}
