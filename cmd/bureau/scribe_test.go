package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A scribe is an Ollama with one model, which writes what a test dictates and
// when it does.
type scribe struct {
	t      *testing.T
	server *httptest.Server
	pieces chan string // "" ends an answer
}

func newScribe(t *testing.T) *scribe {
	t.Helper()
	s := &scribe{t: t, pieces: make(chan string)}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"version":"1"}`) })
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"capabilities":["completion"]}`) })
	mux.HandleFunc("/api/chat", s.chat)
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
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
