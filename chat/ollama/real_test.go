package ollama

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// real returns a client of the Ollama that BUREAU_TEST_OLLAMA names and the
// model that the variable does, and skips the test where there is none.
func real(t testing.TB, variable string) (*Client, string) {
	t.Helper()
	url, name := os.Getenv("BUREAU_TEST_OLLAMA"), os.Getenv(variable)
	if url == "" || name == "" {
		t.Skipf("BUREAU_TEST_OLLAMA and %s name no real model; `scripts/ollama.sh up --small` provides one", variable)
	}
	client, err := New(url, Deadlines{First: 2 * time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return client, name
}

func realModel(t testing.TB) *Model {
	client, name := real(t, "BUREAU_TEST_CHAT_MODEL")
	return client.Model(ModelOptions{Name: name, Threads: 1, MaxTokens: 24})
}

func realEmbedder(t testing.TB) *Embedder {
	client, name := real(t, "BUREAU_TEST_EMBEDDER")
	return client.Embedder(EmbedderOptions{Name: name, Threads: 1})
}

func TestRealStreamEndsDone(t *testing.T) {
	model := realModel(t)
	var streamed strings.Builder
	reply, err := model.GenerateContent(t.Context(), question("Say the word: hello"),
		llms.WithStreamingFunc(func(_ context.Context, piece []byte) error { streamed.Write(piece); return nil }))
	if err != nil {
		t.Fatal(err)
	}
	choice := reply.Choices[0]
	info := choice.GenerationInfo
	if choice.Content == "" || choice.Content != streamed.String() {
		t.Errorf("answer %q, streamed %q", choice.Content, streamed.String())
	}
	if info["PromptTokens"].(int) <= 0 || info["PromptSeconds"].(float64) <= 0 || info["DoneReason"] == "" {
		t.Errorf("info %v", info)
	}
}

func TestRealPromptThatDoesNotFitIsAnError(t *testing.T) {
	model := realModel(t)
	_, err := model.GenerateContent(t.Context(), question(strings.Repeat("annual leave ", model.Context())))
	if !errors.Is(err, ErrPromptTooLong) {
		t.Errorf("error %v, want ErrPromptTooLong", err)
	}
}

func TestRealStopEndsTheAnswer(t *testing.T) {
	model := realModel(t)
	enough := errors.New("enough")
	pieces := 0
	_, err := model.GenerateContent(t.Context(), question("Count from one to one hundred in words."),
		llms.WithStreamingFunc(func(context.Context, []byte) error { pieces++; return enough }))
	if !errors.Is(err, enough) || pieces != 1 {
		t.Errorf("error %v after %d pieces", err, pieces)
	}
}

func TestRealEmbeddingsMeetAcrossLanguages(t *testing.T) {
	embedder := realEmbedder(t)
	passages := []string{
		"Annual leave must be requested five working days in advance.",
		"员工应提前五个工作日申请年假。",
		"The server room is cooled by two independent air conditioners.",
	}
	vectors, err := embedder.EmbedDocuments(t.Context(), passages)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"How early must I ask for annual leave?", "年假要提前多久申请？"} {
		query, err := embedder.EmbedQuery(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		unrelated := dot(query, vectors[2])
		for i := range 2 {
			if related := dot(query, vectors[i]); related <= unrelated {
				t.Errorf("%q: %.3f to %q, %.3f to an unrelated text", text, related, passages[i], unrelated)
			}
		}
	}
}

func TestRealOverlongTextDoesNotFailTheBatch(t *testing.T) {
	embedder := realEmbedder(t)
	long := strings.Repeat("员工申请年假应当提前五个工作日通过系统提交，并由部门负责人批准。", 300)
	texts := []string{"a", "b", "c", long, "d", "e", "f", "g"}
	vectors, err := embedder.EmbedDocuments(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	if len(vectors) != len(texts) || embedder.Shortened() != 1 {
		t.Errorf("%d vectors for %d texts, %d shortened", len(vectors), len(texts), embedder.Shortened())
	}
}

func TestRealMissingModelNamesTheRemedy(t *testing.T) {
	client, _ := real(t, "BUREAU_TEST_EMBEDDER")
	_, err := client.Embedder(EmbedderOptions{Name: "no-such-model"}).EmbedQuery(t.Context(), "a")
	wantUnavailable(t, err, ErrModelMissing)
	wantWords(t, err, "ollama pull no-such-model")
}

// dot is the cosine of two vectors of length 1.
func dot(a, b []float32) (sum float32) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
