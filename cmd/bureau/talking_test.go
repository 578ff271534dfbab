package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// talk is what the model of a talkingOllama says, piece by piece.
var talk = []string{
	"Employees ", "may carry ", "over days ", "of annual ", "leave. ", "They have ", "to be taken ", "by the end ", "of March. ",
	"**Ask** ", "your manager ", "first.\n\n", "- One ", "thing\n", "- Another ", "thing\n\n", "That ", "is ", "all.",
}

// talkerModel is the name of its model.
const talkerModel = "talker"

// A talkingOllama is an Ollama with a chat model that always says the same.
type talkingOllama struct {
	url string

	mu      sync.Mutex
	onPiece func(n int) // called before each piece of an answer; nil for nothing
}

func newTalkingOllama(t testing.TB) *talkingOllama {
	t.Helper()
	o := new(talkingOllama)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"version": "0.17.4"}`) })
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"capabilities": ["completion"]}`) })
	mux.HandleFunc("/api/chat", o.chat)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// before has a function called before each piece of an answer.
func (o *talkingOllama) before(call func(n int)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.onPiece = call
}

func (o *talkingOllama) chat(w http.ResponseWriter, r *http.Request) {
	var request struct{ Messages []struct{ Role string } }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.mu.Lock()
	call := o.onPiece
	o.mu.Unlock()
	for i, piece := range talk {
		if len(request.Messages) < 2 { // it is being warmed
			break
		}
		if call != nil {
			call(i)
		}
		fmt.Fprintf(w, `{"model":"talker","message":{"role":"assistant","content":%q},"done":false}`+"\n", piece)
		w.(http.Flusher).Flush()
	}
	fmt.Fprint(w, `{"model":"talker","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":7,"prompt_eval_duration":500000000}`+"\n")
}
