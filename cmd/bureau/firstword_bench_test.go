package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"
)

// BenchmarkFirstWord asks a server over a socket, with the store, the desk and the
// rendering in the path. It reports what a person waits for beside Ollama's own
// work: until the sources are there once the question is embedded, and until the
// first word. Ollama is the real one, and one that answers at once, without an
// embedder.
func BenchmarkFirstWord(b *testing.B) {
	b.Run("AtOnce", func(b *testing.B) {
		firstWord(b, indexed(b), newTalkingOllama(b).url, "--model", talkerModel, "--embedder", none)
	})
	b.Run("Ollama", func(b *testing.B) {
		h, flags := realHouse(b)
		firstWord(b, h, flags[1], flags[2:]...)
	})
}

func firstWord(b *testing.B, h house, ollama string, models ...string) {
	b.Helper()
	watch := newOllamaWatch(b, ollama)
	c := start(b, append(append([]string{"-c", h.config, "--data", h.data, "--ollama", watch.url}, models...), "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")...)
	s := signIn(b, c.await(`http://127\.0\.0\.1:\d+`), "hanna").socket()
	ask := func(i int) (sources, first time.Duration) {
		watch.reset()
		begun, answer := time.Now(), ""
		s.send(map[string]any{"type": "ask", "id": fmt.Sprint(i), "conversation": fmt.Sprint(i), "text": aboutPay[0]})
		for first == 0 {
			f, ok := s.hear()
			answer = f.Answer
			switch {
			case !ok || f.Type == "failed" || f.Type == "done":
				b.Fatalf("no word: %+v", f)
			case f.Type == "sources":
				sources = time.Since(watch.embedded(begun))
			case f.Type == "delta":
				first = time.Since(begun) - watch.spent()
			}
		}
		s.send(map[string]any{"type": "stop", "answer": answer})
		for f, _ := s.hear(); f.Type != "done"; f, _ = s.hear() {
			if f.Type == "failed" && f.Code != "no_answer" { // it may have ended by itself
				b.Fatalf("%+v", f)
			}
		}
		return sources, first
	}
	ask(0) // the first question of a scope calibrates the search
	var sources, first []time.Duration
	for i := 1; b.Loop(); i++ {
		s, f := ask(i)
		sources, first = append(sources, s), append(first, f)
	}
	b.ReportMetric(medianMS(sources), "sources-ms")
	b.ReportMetric(medianMS(first), "first-word-ms")
}

// An ollamaWatch is a proxy before Ollama that knows when it works.
type ollamaWatch struct {
	url string

	mu    sync.Mutex
	took  time.Duration // up to the first piece of an answer
	embed time.Time     // when the question was embedded
	spoke bool
}

func newOllamaWatch(b *testing.B, ollama string) *ollamaWatch {
	b.Helper()
	target, err := url.Parse(ollama)
	if err != nil {
		b.Fatal(err)
	}
	w := new(ollamaWatch)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.FlushInterval = -1
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		proxy.ServeHTTP(&firstPiece{ResponseWriter: out, came: sync.OnceFunc(func() { w.note(r.URL.Path, begun) })}, r)
	}))
	b.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// note takes the first piece of a reply.
func (w *ollamaWatch) note(path string, begun time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.spoke {
		return // it embeds sentences now
	}
	w.took += time.Since(begun)
	switch path {
	case "/api/embed":
		w.embed = time.Now()
	case "/api/chat":
		w.spoke = true
	}
}

func (w *ollamaWatch) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.took, w.embed, w.spoke = 0, time.Time{}, false
}

func (w *ollamaWatch) spent() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.took
}

// embedded returns when the question was, or otherwise where nothing is.
func (w *ollamaWatch) embedded(otherwise time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.embed.IsZero() {
		return otherwise
	}
	return w.embed
}

// firstPiece calls came before the first piece of a reply's body is sent on.
type firstPiece struct {
	http.ResponseWriter
	came func()
}

func (f *firstPiece) Write(data []byte) (int, error) {
	f.came()
	return f.ResponseWriter.Write(data)
}

// Unwrap lets a reply be flushed.
func (f *firstPiece) Unwrap() http.ResponseWriter { return f.ResponseWriter }
