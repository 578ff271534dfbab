package ollama

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ollama/ollama/api"
	"github.com/tmc/langchaingo/llms"
)

// serve returns a client of a server that answers by path. It knows every
// model, none of which thinks, unless routes say otherwise.
func serve(t testing.TB, routes map[string]http.HandlerFunc) *Client {
	t.Helper()
	mux := http.NewServeMux()
	if routes["/api/show"] == nil {
		mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"capabilities":["completion"]}`) })
	}
	for path, route := range routes {
		mux.HandleFunc(path, route)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client, err := New(server.URL, Deadlines{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// refuse answers with a status and Ollama's form of an error.
func refuse(status int, words string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q}`, words)
	}
}

// token is a line of a streamed answer.
func token(text string) string {
	return fmt.Sprintf(`{"model":"m","message":{"role":"assistant","content":%q},"done":false}`+"\n", text)
}

// end is its last line.
const end = `{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",` +
	`"prompt_eval_count":7,"prompt_eval_duration":500000000,"eval_count":2,"eval_duration":250000000}` + "\n"

// lines streams each line at once.
func lines(all ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, line := range all {
			io.WriteString(w, line)
			w.(http.Flusher).Flush()
		}
	}
}

// capture keeps the request that it passes on.
func capture[T any](t *testing.T, into *T, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(into); err != nil {
			t.Error(err)
		}
		next(w, r)
	}
}

func question(text string) []llms.MessageContent {
	return []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
}

// A pipe is a server without a network, for tests whose time is virtual. The
// script writes the body of a chat; the end of the request closes it, as a
// connection would.
type pipe func(ctx context.Context, body io.Writer)

func (script pipe) RoundTrip(r *http.Request) (*http.Response, error) {
	reply := &http.Response{StatusCode: http.StatusOK, Request: r, Body: io.NopCloser(strings.NewReader(`{}`))}
	if r.URL.Path != "/api/chat" {
		return reply, nil
	}
	read, write := io.Pipe()
	context.AfterFunc(r.Context(), func() { write.CloseWithError(r.Context().Err()) })
	go func() {
		script(r.Context(), write)
		write.Close()
	}()
	reply.Body = read
	return reply, nil
}

// piped returns the client of a server without a network.
func piped(t *testing.T, server http.RoundTripper, d Deadlines) *Client {
	t.Helper()
	client, err := New("http://ollama.test", d)
	if err != nil {
		t.Fatal(err)
	}
	base, _ := url.Parse(client.url)
	client.api = api.NewClient(base, &http.Client{Transport: server})
	return client
}
