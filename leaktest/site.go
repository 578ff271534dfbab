package leaktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Site is a running server, seen from outside.
type Site struct {
	URL    string
	Client *http.Client
	// Keys are what readers show to be let in, by their names. Who has none
	// shows nothing.
	Keys map[string]Key
}

// A Key is a session's cookie, as "name=value", or a token.
type Key struct{ Cookie, Bearer string }

// A Reply is what came back.
type Reply struct {
	Status int
	Body   string
}

// tries is how often a request is sent that the server wants to have later.
const tries = 50

// Do sends a request as a reader. body is JSON, or "" for none. Where the
// server wants to be asked more slowly, it is. A server that could not answer is an
// error: nothing was tried.
func (s *Site) Do(ctx context.Context, r Reader, method, path, body string) (Reply, error) {
	for try := 1; ; try++ {
		reply, err := s.once(ctx, r, method, path, body)
		switch {
		case err != nil:
			return reply, err
		case reply.Status >= http.StatusInternalServerError, reply.Status == http.StatusTooManyRequests && try == tries:
			return reply, fmt.Errorf("%s %s is answered %d: %.200s", method, path, reply.Status, reply.Body)
		case reply.Status != http.StatusTooManyRequests:
			return reply, nil
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return Reply{}, context.Cause(ctx)
		}
	}
}

func (s *Site) once(ctx context.Context, r Reader, method, path, body string) (Reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, s.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return Reply{}, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Origin", s.URL)
	s.unlock(r, request.Header)
	response, err := s.Client.Do(request)
	if err != nil {
		return Reply{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	return Reply{response.StatusCode, string(text)}, err
}

// unlock adds what a reader shows to be let in.
func (s *Site) unlock(r Reader, to http.Header) {
	key := s.Keys[r.Name]
	if key.Cookie != "" {
		to.Set("Cookie", key.Cookie)
	}
	if key.Bearer != "" {
		to.Set("Authorization", "Bearer "+key.Bearer)
	}
}

// SignIn signs a person in by choosing them, as the demonstration has it, and
// returns the cookie, "" where the server does not let them in.
func (s *Site) SignIn(ctx context.Context, person string) (string, error) {
	form := url.Values{"person": {person}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/sign-in", strings.NewReader(form))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", s.URL)
	response, err := s.Client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	for _, c := range response.Cookies() {
		if strings.HasSuffix(c.Name, "session") && c.Value != "" {
			return c.Name + "=" + c.Value, nil
		}
	}
	return "", nil
}

// An asking is the body of a question by HTTP.
type asking struct {
	ID           string   `json:"id,omitempty"`
	Type         string   `json:"type,omitempty"` // at the socket
	Text         string   `json:"text"`
	Conversation string   `json:"conversation,omitempty"`
	Departments  []string `json:"departments,omitempty"`
}

// Ask asks by HTTP and returns the whole answer.
func (s *Site) Ask(ctx context.Context, r Reader, conversation, text string) (Reply, error) {
	body, err := json.Marshal(asking{Text: text, Conversation: conversation})
	if err != nil {
		return Reply{}, err
	}
	return s.Do(ctx, r, http.MethodPost, "/api/ask", string(body))
}

// Door is the HTTP door.
func (s *Site) Door() Door {
	return Door{Name: "HTTP", Kinds: Kinds, Most: 6, Ask: func(ctx context.Context, r Reader, q Question) (string, error) {
		reply, err := s.Ask(ctx, r, "", q.Text)
		return reply.Body, err
	}}
}

// Pages is the door of documents' pages. id returns the id of a document, ""
// for one that is in no index.
func (s *Site) Pages(id func(*Document) string) Door {
	return Door{
		Name: "document page", Kinds: []Kind{Plain}, For: func(r Reader) bool { return !r.Token },
		Ask: func(ctx context.Context, r Reader, q Question) (string, error) {
			shown := ""
			for _, path := range []string{"/documents/%s", "/documents/%s?passage=0-200", "/api/documents/%s"} {
				reply, err := s.Do(ctx, r, http.MethodGet, fmt.Sprintf(path, url.PathEscape(id(q.About))), "")
				if err != nil {
					return "", err
				}
				shown += reply.Body
			}
			return shown, nil
		},
	}
}
