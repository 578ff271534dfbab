package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tmc/langchaingo/embeddings"
	"github.com/tmc/langchaingo/llms"

	"bureau/chat"
)

// BenchmarkServe starts the server on the sample company: the time until it
// takes questions and, where the system tells, its resident memory then.
func BenchmarkServe(b *testing.B) {
	h := indexed(b)
	resident := 0.0
	for b.Loop() {
		c := start(b, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
		c.await(`http://127\.0\.0\.1:\d+`)
		b.StopTimer()
		resident = max(resident, residentMB(c.cmd.Process.Pid))
		c.signal(syscall.SIGTERM)
		if status := c.status(); status != exitDone {
			b.Fatalf("exit status %d", status)
		}
		b.StartTimer()
	}
	if resident > 0 {
		b.ReportMetric(resident, "MB-resident")
	}
}

// residentMB returns the resident memory of a process, 0 where there is no
// /proc.
func residentMB(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		return 0
	}
	kilobytes, _ := strconv.ParseFloat(string(found[1]), 64) // digits
	return kilobytes * 1024 / 1e6
}

// BenchmarkIngest takes in the sample company with the real embedder. "ratio"
// is the time of the run over the embedder's part of it.
func BenchmarkIngest(b *testing.B) {
	flags := real(b)
	total, watch, passages := time.Duration(0), &stopwatch{}, 0
	for b.Loop() {
		p := realParts(b, newHouse(b, sample), flags)
		watch.embedders(p)
		start := time.Now()
		report, err := p.ingest(b.Context(), env{stderr: io.Discard}, nil)
		if err != nil || !report.OK() {
			b.Fatalf("%+v, error %v", report, err)
		}
		total += time.Since(start)
		passages += report.Passages
	}
	b.ReportMetric(float64(total)/float64(watch.spent.Load()), "ratio")
	b.ReportMetric(float64(passages)/total.Seconds(), "passages/s")
}

// BenchmarkAnswer asks the real model a question and breaks off at the first
// word. It reports what a person waits for beside Ollama's own work on the
// same texts: until the sources are there, and until the first word.
func BenchmarkAnswer(b *testing.B) {
	h, flags := realHouse(b)
	p, watch := realParts(b, h, flags), &stopwatch{}
	watch.embedders(p)
	searcher := p.follower()
	defer searcher.close()
	answerer := p.answerer(searcher)
	answerer.Model = timedModel{p.model, watch}
	scope, err := p.scope("hanna")
	if err != nil {
		b.Fatal(err)
	}
	ask := func() (sources, first time.Duration) {
		start, before := time.Now(), watch.spent.Load()
		for event, err := range answerer.Answer(b.Context(), scope, chat.Question{Text: aboutPay[0]}) {
			if err != nil {
				b.Fatal(err)
			}
			ours := time.Since(start) - time.Duration(watch.spent.Load()-before)
			switch event.(type) {
			case chat.Sources:
				sources = ours
			case chat.Delta:
				return sources, ours
			}
		}
		b.Fatal("the answer has no word")
		return 0, 0
	}
	ask() // the first question of a scope calibrates the search
	var sources, first []time.Duration
	for b.Loop() {
		s, f := ask()
		sources, first = append(sources, s), append(first, f)
	}
	b.ReportMetric(medianMS(sources), "sources-ms")
	b.ReportMetric(medianMS(first), "first-word-ms")
}

// realParts puts the parts together that work on a house with the models that
// the flags name.
func realParts(b *testing.B, h house, flags []string) *parts {
	b.Helper()
	threads := 1
	s := settings{Config: h.config, Data: &h.data, Ollama: &flags[1], Model: &flags[3], Embedder: &flags[5], Threads: &threads}
	config, err := s.load()
	if err != nil {
		b.Fatal(err)
	}
	p, err := openParts(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := p.close(); err != nil {
			b.Error(err)
		}
	})
	return p
}

func medianMS(took []time.Duration) float64 {
	slices.Sort(took)
	return float64(took[len(took)/2].Microseconds()) / 1000
}

// A stopwatch adds up what Ollama takes, in nanoseconds.
type stopwatch struct{ spent atomic.Int64 }

func (s *stopwatch) since(start time.Time) { s.spent.Add(int64(time.Since(start))) }

// embedders has every embedder of the parts timed.
func (s *stopwatch) embedders(p *parts) {
	embedder := p.embedder
	p.embedder = func(model string) embeddings.Embedder { return timedEmbedder{embedder(model), s} }
}

// A timedEmbedder has its calls timed.
type timedEmbedder struct {
	embeddings.Embedder
	watch *stopwatch
}

func (e timedEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	defer e.watch.since(time.Now())
	return e.Embedder.EmbedDocuments(ctx, texts)
}

func (e timedEmbedder) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	defer e.watch.since(time.Now())
	return e.Embedder.EmbedQuery(ctx, text)
}

// A timedModel has the time to its first word timed.
type timedModel struct {
	llms.Model
	watch *stopwatch
}

func (m timedModel) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	var given llms.CallOptions
	for _, option := range options {
		option(&given)
	}
	start, stream, begun := time.Now(), given.StreamingFunc, false
	return m.Model.GenerateContent(ctx, messages, append(options, llms.WithStreamingFunc(func(ctx context.Context, chunk []byte) error {
		if !begun {
			begun = true
			m.watch.since(start)
		}
		return stream(ctx, chunk)
	}))...)
}
