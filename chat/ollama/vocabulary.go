package ollama

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/ollama/ollama/api"
)

// ErrNoVocabulary says that Ollama does not tell the vocabulary of a model, or
// how many tokens it takes. Older versions do not, nor do other servers of its
// API.
var ErrNoVocabulary = errors.New("ollama does not tell the model's vocabulary")

// maxShown is how much Ollama may say of one model, in bytes: a vocabulary of
// 260,000 pieces takes 10 MiB.
const maxShown = 64 << 20

// A Vocabulary is what an embedding model makes tokens with, in the words of
// its GGUF file, and what it takes of a text.
type Vocabulary struct {
	Kind     string    // tokenizer.ggml.model: "t5", "llama", "gpt2" or "bert", or another
	Pre      string    // tokenizer.ggml.pre: how a text is split first
	Pieces   []string  // never empty
	Scores   []float32 // one a piece, or none
	Types    []int32   // one a piece, or none
	Merges   []string  // best first, or none
	Charsmap []byte    // compiled by SentencePiece, or none
	// SpacePrefix is whether a space goes in front of a text, MergeSpaces whether
	// many count as one.
	SpacePrefix, MergeSpaces bool
	// Context is how many tokens Ollama takes of one text with the options of the
	// embedder, Added how many of these are marks that it adds, at most.
	Context, Added int
	// Prefix goes in front of every passage.
	Prefix string
}

// Vocabulary asks Ollama for the vocabulary of the model, which is some
// megabytes, and loads no model. Where Ollama answers and does not tell it, the
// error is ErrNoVocabulary.
func (e *Embedder) Vocabulary(ctx context.Context) (Vocabulary, error) {
	name := e.options.Name
	op := "ask Ollama for the vocabulary of " + name
	var told tellings
	err := e.client.short(ctx, op, name, func(ctx context.Context) (err error) {
		told, err = e.client.showAll(ctx, name)
		return err
	})
	if err != nil {
		return Vocabulary{}, err
	}
	v, err := told.vocabulary()
	if err != nil {
		return Vocabulary{}, fmt.Errorf("%s: %w", op, err)
	}
	v.Context = min(v.Context, e.options.Context)
	v.Prefix = e.prefix.passage
	return v, nil
}

// tellings are what a model says of itself, by the keys of its GGUF file.
type tellings map[string]json.RawMessage

// showAll returns all that a model says of itself. The client of Ollama's API
// would read an answer of any length.
func (c *Client) showAll(ctx context.Context, name string) (tellings, error) {
	body, err := json.Marshal(api.ShowRequest{Model: name, Verbose: true})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("api", "show").String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	limited := &io.LimitedReader{R: response.Body, N: maxShown}
	var answer struct {
		ModelInfo tellings `json:"model_info"`
		Error     string   `json:"error"`
	}
	err = json.NewDecoder(limited).Decode(&answer)
	switch {
	case response.StatusCode >= http.StatusBadRequest:
		return nil, api.StatusError{StatusCode: response.StatusCode, Status: response.Status, ErrorMessage: answer.Error}
	case err != nil && limited.N <= 0:
		return nil, fmt.Errorf("%w: it is over %d MiB", ErrNoVocabulary, maxShown>>20)
	}
	return answer.ModelInfo, err
}

// vocabulary reads the vocabulary of what was told.
func (t tellings) vocabulary() (Vocabulary, error) {
	var v Vocabulary
	var architecture string
	var charsmap json.RawMessage
	begins, ends := true, true // where nothing is said a mark may be added
	const tokenizer = "tokenizer.ggml."
	err := errors.Join(
		t.tell("general.architecture", &architecture),
		t.tell(tokenizer+"model", &v.Kind),
		t.tell(tokenizer+"pre", &v.Pre),
		t.tell(tokenizer+"tokens", &v.Pieces),
		t.tell(tokenizer+"scores", &v.Scores),
		t.tell(tokenizer+"token_type", &v.Types),
		t.tell(tokenizer+"merges", &v.Merges),
		t.tell(tokenizer+"precompiled_charsmap", &charsmap),
		t.tell(tokenizer+"add_space_prefix", &v.SpacePrefix),
		t.tell(tokenizer+"remove_extra_whitespaces", &v.MergeSpaces),
		t.tell(tokenizer+"add_bos_token", &begins),
		t.tell(tokenizer+"add_eos_token", &ends),
	)
	err = errors.Join(err, t.tell(architecture+".context_length", &v.Context), readBytes(charsmap, &v.Charsmap))
	switch {
	case err != nil:
		return Vocabulary{}, fmt.Errorf("%w: %w", ErrNoVocabulary, err)
	case v.Kind == "" || len(v.Pieces) == 0:
		return Vocabulary{}, ErrNoVocabulary
	case v.Context <= 0:
		return Vocabulary{}, fmt.Errorf("%w: how many tokens it takes is not said", ErrNoVocabulary)
	}
	for _, isAdded := range []bool{begins, ends} {
		if isAdded {
			v.Added++
		}
	}
	v.Pre = cmp.Or(v.Pre, "default")
	return v, nil
}

// tell reads what is said under a key, and leaves into as it is where nothing
// is.
func (t tellings) tell(key string, into any) error {
	raw, isThere := t[key]
	if !isThere {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	return nil
}

// readBytes reads bytes that are a text in base 64, or numbers: some files have
// them with a sign.
func readBytes(raw json.RawMessage, into *[]byte) error {
	if len(raw) == 0 {
		return nil
	}
	if raw[0] != '[' {
		return json.Unmarshal(raw, into)
	}
	var numbers []int
	err := json.Unmarshal(raw, &numbers)
	for _, n := range numbers {
		*into = append(*into, byte(n))
	}
	return err
}
