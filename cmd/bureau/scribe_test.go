package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// A scribe is an Ollama with one chat model, which writes what a test dictates
// and when it does, and an embedder. Each of them can be away.
type scribe struct {
	t      *testing.T
	server *httptest.Server
	pieces chan string // "" ends an answer
	away   sync.Map    // by the name of a model
}

// scribeEmbedder is the name of its embedder.
const scribeEmbedder = "hash-64"

func newScribe(t *testing.T) *scribe {
	t.Helper()
	s := &scribe{t: t, pieces: make(chan string)}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"version":"1"}`) })
	mux.HandleFunc("/api/show", s.show)
	mux.HandleFunc("/api/chat", s.chat)
	embedder := &hashOllama{asked: map[string]int{}}
	mux.HandleFunc("/api/embed", func(w http.ResponseWriter, r *http.Request) {
		if _, away := s.away.Load(scribeEmbedder); away {
			http.Error(w, "away", http.StatusServiceUnavailable)
			return
		}
		embedder.embed(w, r)
	})
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

// show tells of a model that is there.
func (s *scribe) show(w http.ResponseWriter, r *http.Request) {
	var request struct{ Model string }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		s.t.Error(err)
	}
	if _, away := s.away.Load(request.Model); away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, `{"capabilities":["completion","embedding"]}`)
}

// chat writes an answer piece by piece. A prompt of which one token is wanted
// is only to be read.
func (s *scribe) chat(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Options struct {
			Most int `json:"num_predict"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		s.t.Error(err)
	}
	if _, away := s.away.Load("scribe"); away {
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	for request.Options.Most > 1 {
		var piece string
		select {
		case piece = <-s.pieces:
		case <-r.Context().Done():
			return
		}
		if piece == "" {
			break
		}
		fmt.Fprintf(w, `{"model":"scribe","message":{"role":"assistant","content":%q},"done":false}`+"\n", piece)
		w.(http.Flusher).Flush()
	}
	io.WriteString(w, `{"model":"scribe","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",`+
		`"prompt_eval_count":7,"prompt_eval_duration":5000000,"eval_count":2,"eval_duration":2500000}`+"\n")
}

// flags are those of a bureau whose model this is.
func (s *scribe) flags() []string {
	return []string{"--ollama", s.server.URL, "--model", "scribe", "--embedder", none}
}

// say hands pieces to the answer that is being written.
func (s *scribe) say(pieces ...string) {
	s.t.Helper()
	for _, piece := range pieces {
		select {
		case s.pieces <- piece:
		case <-s.t.Context().Done():
			s.t.Fatalf("nobody writes %q", piece)
		}
	}
}

// end ends the answer that is being written.
func (s *scribe) end() { s.say("") }
