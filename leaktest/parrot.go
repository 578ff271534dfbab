package leaktest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// ParrotName is the name of the stand-in model.
const ParrotName = "leaktest-parrot"

// A Parrot is an Ollama whose one chat model repeats everything that it is
// given: the worst model there could be. Whatever leaks into a prompt leaks
// into the answer. Other models are asked of the Ollama behind it.
type Parrot struct {
	URL    string
	server *http.Server

	mu      sync.Mutex
	held    map[string]chan struct{} // by what stands in a prompt
	dictate map[string]string        // by what stands in a prompt
}

// NewParrot starts a parrot on a port of this machine. behind is the address of
// the Ollama that embeds.
func NewParrot(ctx context.Context, behind string) (*Parrot, error) {
	ollama, err := url.Parse(behind)
	if err != nil {
		return nil, fmt.Errorf("address of Ollama: %w", err)
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the stand-in model: %w", err)
	}
	p := &Parrot{URL: "http://" + listener.Addr().String(), held: map[string]chan struct{}{}, dictate: map[string]string{}}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(ollama) }}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/chat", p.chat)
	mux.HandleFunc("GET /api/version", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"version":"1"}`) })
	mux.HandleFunc("POST /api/show", func(w http.ResponseWriter, r *http.Request) { p.show(w, r, proxy) })
	mux.Handle("/", proxy)
	p.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = p.server.Serve(listener) }() // ends with Close
	return p, nil
}

// Close ends it.
func (p *Parrot) Close() error { return p.server.Close() }

// show tells about the parrot, and has the Ollama behind it tell about others.
func (p *Parrot) show(w http.ResponseWriter, r *http.Request, others http.Handler) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if strings.Contains(string(body), ParrotName) {
		_, _ = io.WriteString(w, `{"capabilities":["completion"]}`)
		return
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	others.ServeHTTP(w, r)
}

// Hold has the parrot wait, after a first word, where text stands in its
// prompt. release lets it go on.
func (p *Parrot) Hold(text string) (release func()) {
	wait := make(chan struct{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[text] = wait
	return sync.OnceFunc(func() { close(wait) })
}

// Dictate has the parrot say words instead, where text stands in its prompt.
func (p *Parrot) Dictate(text, words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dictate[text] = words
}

// chat repeats the prompt.
func (p *Parrot) chat(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Messages []struct{ Content string }
		Options  struct {
			Most int `json:"num_predict"`
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var prompt strings.Builder
	for _, m := range request.Messages {
		prompt.WriteString(m.Content + "\n\n")
	}
	words, wait := p.about(prompt.String())
	say := func(text string) {
		content, err := json.Marshal(text)
		if err == nil {
			fmt.Fprintf(w, `{"model":%q,"message":{"role":"assistant","content":%s},"done":false}`+"\n", ParrotName, content)
			_ = http.NewResponseController(w).Flush()
		}
	}
	if request.Options.Most > 1 { // a prompt of which one token is wanted is only to be read
		if wait != nil {
			say("One moment.\n\n")
			select {
			case <-wait:
			case <-r.Context().Done():
				return
			}
		}
		say(words)
	}
	fmt.Fprintf(w, `{"model":%q,"message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",`+
		`"prompt_eval_count":500,"prompt_eval_duration":1000000,"eval_count":2,"eval_duration":1000000}`+"\n", ParrotName)
}

// about returns what to say to a prompt, and what to wait for.
func (p *Parrot) about(prompt string) (words string, wait chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	words = prompt
	for text, instead := range p.dictate {
		if strings.Contains(prompt, text) {
			words = instead
		}
	}
	for text, held := range p.held {
		if strings.Contains(prompt, text) {
			wait = held
		}
	}
	return words, wait
}
