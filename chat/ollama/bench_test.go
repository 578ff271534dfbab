package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/llms"
)

var errFirst = errors.New("the first token is here")

// BenchmarkFirstToken measures the time to the first token through Model and
// over bare HTTP, for the same warm prompt, taking turns. "ratio" is the first
// over the second.
func BenchmarkFirstToken(b *testing.B) {
	model := realModel(b)
	prompt := question("What is the capital of France?")
	request, err := model.request(prompt, llms.CallOptions{})
	if err != nil {
		b.Fatal(err)
	}
	if err := model.Warm(b.Context(), "x"); err != nil {
		b.Fatal(err)
	}
	through := func() {
		_, err := model.GenerateContent(b.Context(), prompt, llms.WithStreamingFunc(func(context.Context, []byte) error { return errFirst }))
		if !errors.Is(err, errFirst) {
			b.Fatal(err)
		}
	}
	compare(b, through, func() { bare(b, "/api/chat", request, true) })
}

// BenchmarkEmbedBatch measures a batch of 8 texts through Embedder and over
// bare HTTP, taking turns. "ratio" is the first over the second.
func BenchmarkEmbedBatch(b *testing.B) {
	embedder := realEmbedder(b)
	texts := []string{"leave", "travel", "payroll", "security", "年假", "差旅", "工资", "安全"}
	through := func() {
		if _, err := embedder.EmbedDocuments(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
	}
	input := make([]string, len(texts))
	for i, text := range texts {
		input[i] = embedder.prefix.passage + text
	}
	compare(b, through, func() { bare(b, "/api/embed", embedder.request(input), false) })
}

// compare runs two ways of doing the same in turn, once each to warm up, and
// compares the quickest of each: what a busy machine adds is no part of either.
func compare(b *testing.B, through, bare func()) {
	through()
	bare()
	ours, theirs := time.Hour, time.Hour
	for b.Loop() {
		start := time.Now()
		through()
		ours = min(ours, time.Since(start))
		start = time.Now()
		bare()
		theirs = min(theirs, time.Since(start))
	}
	b.ReportMetric(float64(ours)/float64(theirs), "ratio")
	b.ReportMetric(float64(ours-theirs)/float64(time.Millisecond), "overhead-ms")
}

// bare posts a request and reads one line of the reply, or decodes it whole.
func bare(b *testing.B, path string, request any, oneLine bool) {
	body, err := json.Marshal(request)
	if err != nil {
		b.Fatal(err)
	}
	reply, err := http.Post(os.Getenv("BUREAU_TEST_OLLAMA")+path, "application/json", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	defer reply.Body.Close()
	var into any = new(api.EmbedResponse)
	if oneLine {
		into = new(api.ChatResponse)
	}
	if err := json.NewDecoder(reply.Body).Decode(into); err != nil {
		b.Fatal(err)
	}
}
