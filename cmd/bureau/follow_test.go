package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/tmc/langchaingo/embeddings"

	"bureau/chat"
	"bureau/retrieval"
)

func TestSwitchUnderLoadMixesNothing(t *testing.T) { switchUnderLoad(t, engineSQLite) }

// Askers, and how many questions each of them has.
const (
	askers    = 8
	questions = 40
)

// switchUnderLoad switches back and forth while people ask, and holds every
// result against what each generation finds alone.
func switchUnderLoad(t *testing.T, index string) {
	l := newLibrary(t, index)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1")
	p := l.parts("hash-32")
	p.embedder = withNames(p.embedder)
	want := map[string][]retrieval.Match{}
	for _, number := range []int{1, 2} {
		b, err := p.generations.Get(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		want[b.Generation.Embedder] = alone(t, p, number)
	}
	if different(want["hash-16"], want["hash-32"]) == "" {
		t.Fatal("the two generations find the same, so nothing would show")
	}
	searcher := p.follower()
	scope, err := p.scope("hanna")
	if err != nil {
		t.Fatal(err)
	}
	var people sync.WaitGroup
	var seen sync.Map
	for range askers {
		people.Go(func() {
			for range questions {
				result, err := searcher.Search(t.Context(), scope, asked)
				if err != nil || result.Degraded != nil {
					t.Errorf("error %v, degraded %v", err, result.Degraded)
					return
				}
				model := result.Embedder.(namedEmbedder).name
				seen.Store(model, true)
				if diff := different(want[model], result.Hits); diff != "" {
					t.Errorf("of %s (-alone +found):\n%s", model, diff)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { people.Wait(); close(done) }()
	switches := 0
	for asking := true; asking || switches < 2; switches++ {
		number := 1 + switches%2
		if b, err := p.generations.Get(t.Context(), number); err != nil || p.switchTo(t.Context(), env{stdout: io.Discard, stderr: io.Discard}, b, reporting{}) != nil {
			t.Errorf("switch to %d: %v", number, err)
		}
		select {
		case <-done:
			asking = false
		default:
		}
	}
	for model := range want {
		if _, ok := seen.Load(model); !ok {
			t.Errorf("in %d switches nobody was answered by %s", switches, model)
		}
	}
	if open := len(searcher.open); open > 1 {
		t.Errorf("%d generations are open and nobody asks", open)
	}
	if err := searcher.close(); err != nil {
		t.Error(err)
	}
}

// asked is what everybody asks.
var asked = retrieval.Question{Text: "word31 of the holiday", K: 30}

// different compares results. The spread of an embedder, by which they are
// weighed, is a sum in any order.
func different(want, got []retrieval.Match) string {
	return cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9))
}

// alone returns what a generation finds when there is no other.
func alone(t *testing.T, p *parts, number int) []retrieval.Match {
	t.Helper()
	b, err := p.generations.Get(t.Context(), number)
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.openGeneration(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	defer g.index.Close()
	scope, err := p.scope("hanna")
	if err != nil {
		t.Fatal(err)
	}
	result, err := g.searcher.Search(t.Context(), scope, asked)
	if err != nil || len(result.Hits) == 0 {
		t.Fatalf("%d hits, %v", len(result.Hits), err)
	}
	return result.Hits
}

// A namedEmbedder knows its model.
type namedEmbedder struct {
	embeddings.Embedder
	name string
}

func withNames(embedder func(string) embeddings.Embedder) func(string) embeddings.Embedder {
	return func(model string) embeddings.Embedder { return namedEmbedder{embedder(model), model} }
}

// An interrupting embedder lets something happen between the question's vector
// and the search with it.
type interrupting struct {
	embeddings.Embedder
	happen func()
}

func (i interrupting) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	v, err := i.Embedder.EmbedQuery(ctx, text)
	if text == asked.Text {
		i.happen()
	}
	return v, err
}

// The files go from under the question. What is open of them lasts; where it is
// not enough, the generation in use by then answers. Either way it is one.
func TestQuestionIsAnsweredThroughASwitchAndADrop(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1", "--no-switch")
	p := l.parts("hash-32")
	first, second := alone(t, p, 1), alone(t, p, 2)
	embedder, once := p.embedder, sync.Once{}
	p.embedder = func(model string) embeddings.Embedder {
		return interrupting{embedder(model), func() {
			once.Do(func() {
				l.must("hash-32", "index", "switch", "2")
				l.must("hash-32", "index", "drop", "1")
			})
		}}
	}
	searcher := p.follower()
	defer searcher.close()
	scope, err := p.scope("hanna")
	if err != nil {
		t.Fatal(err)
	}
	result, err := searcher.Search(t.Context(), scope, asked)
	if diff := different(second, result.Hits); err != nil || diff != "" && different(first, result.Hits) != "" {
		t.Errorf("%v, and neither the first generation nor (-second +found):\n%s", err, diff)
	}
	result, err = searcher.Search(t.Context(), scope, asked)
	if diff := different(second, result.Hits); err != nil || diff != "" {
		t.Errorf("the next question: %v (-alone +found):\n%s", err, diff)
	}
	if searcher.open[1] != nil {
		t.Error("the generation that was dropped is still open")
	}
}

func TestSearchThatFailsIsRepeatedOnTheGenerationInUseByThen(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1", "--no-switch")
	p := l.parts("hash-32")
	want := alone(t, p, 2)
	var searcher *follower
	var switching atomic.Bool
	embedder := p.embedder
	p.embedder = func(model string) embeddings.Embedder {
		return interrupting{embedder(model), func() {
			if model != "hash-16" {
				return
			}
			if switching.Load() {
				l.must("hash-32", "index", "switch", "2")
			}
			g, err := searcher.open[1].get()
			if err == nil {
				err = g.index.Close() // it fails from now on
			}
			if err != nil {
				t.Error(err)
			}
		}}
	}
	scope, err := p.scope("hanna")
	if err != nil {
		t.Fatal(err)
	}
	searcher = p.follower()
	if _, err := searcher.Search(t.Context(), scope, asked); err == nil {
		t.Error("a search of a broken index, which is still in use, was no error")
	}
	switching.Store(true)
	searcher = p.follower()
	result, err := searcher.Search(t.Context(), scope, asked)
	if diff := different(want, result.Hits); err != nil || diff != "" {
		t.Errorf("%v (-alone +found):\n%s", err, diff)
	}
	if err := searcher.close(); err != nil {
		t.Error(err)
	}
}

// An answer compares its sentences by the embedder that found its sources.
func TestAnswerFollowsTheGeneration(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	p := l.parts("hash-16")
	searcher := p.follower()
	defer searcher.close()
	answerer := p.answerer(searcher)
	scope, err := p.scope("hanna")
	if err != nil {
		t.Fatal(err)
	}
	ask := func() (mode chat.Mode) {
		t.Helper()
		for event, err := range answerer.Answer(t.Context(), scope, chat.Question{Text: asked.Text}) {
			if err != nil {
				t.Fatal(err)
			}
			if done, ok := event.(chat.Done); ok {
				mode = done.Mode
			}
		}
		return mode
	}
	before := ask()
	l.must("hash-32", "reindex", "--share", "1")
	l.must("hash-32", "index", "drop", "1")
	asks := l.ollama.asked["hash-16"]
	if after := ask(); after == "" || before == "" {
		t.Errorf("answered %q and %q", before, after)
	}
	if l.ollama.asked["hash-16"] != asks {
		t.Error("the embedder of the generation that was dropped is still asked")
	}
	if _, err := searcher.Search(t.Context(), scope, asked); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
