package leaktest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// frameWait is how long a frame may be waited for.
const frameWait = 30 * time.Second

// A visit is one open socket of a reader.
type visit struct {
	ws    *websocket.Conn
	ready string // the frame that answered hello, or what came instead
}

// open opens a socket and greets. One that is refused has no ws, and in ready
// what was said.
func (s *Site) open(ctx context.Context, r Reader) (*visit, error) {
	header := http.Header{"Origin": {s.URL}}
	s.unlock(r, header)
	ws, response, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+"/socket", header)
	if response != nil && response.Body != nil {
		defer func() { _ = response.Body.Close() }() // the socket is what matters
	}
	if err != nil {
		if response != nil {
			return &visit{ready: response.Status}, nil
		}
		return nil, err
	}
	v := &visit{ws: ws}
	if err := v.put(map[string]any{"type": "hello", "version": 1}); err != nil {
		return v.refused(err), nil
	}
	if v.ready, err = v.next(); err != nil {
		return v.refused(err), nil
	}
	var head struct{ Type string }
	if json.Unmarshal([]byte(v.ready), &head) != nil || head.Type != "ready" {
		return v.refused(errors.New(v.ready)), nil
	}
	return v, nil
}

// refused is a visit that was not let in, with what was said instead.
func (v *visit) refused(err error) *visit {
	_ = v.ws.Close() // it is of no use
	return &visit{ready: err.Error()}
}

func (v *visit) close() {
	if v.ws != nil {
		_ = v.ws.Close() // nothing is lost
	}
}

func (v *visit) put(frame any) error {
	if err := v.ws.SetWriteDeadline(time.Now().Add(frameWait)); err != nil {
		return err
	}
	return v.ws.WriteJSON(frame)
}

func (v *visit) next() (string, error) {
	if err := v.ws.SetReadDeadline(time.Now().Add(frameWait)); err != nil {
		return "", err
	}
	_, frame, err := v.ws.ReadMessage()
	return string(frame), err
}

// until returns the frames up to one of a type, or to a failed one.
func (v *visit) until(types ...string) (frames string, code string, err error) {
	for {
		frame, err := v.next()
		if err != nil {
			return frames, "", err
		}
		frames += frame + "\n"
		var head struct{ Type, Code string }
		if err := json.Unmarshal([]byte(frame), &head); err != nil {
			return frames, "", fmt.Errorf("a frame that is not JSON: %w", err)
		}
		if head.Type == "failed" || slices.Contains(types, head.Type) {
			return frames, head.Code, nil
		}
	}
}

// Sockets is the door of the socket. Each reader keeps one open.
func (s *Site) Sockets(prefix string) (d Door, end func()) {
	var mu sync.Mutex
	open := map[string]*visit{}
	of := func(ctx context.Context, r Reader) (*visit, error) {
		mu.Lock()
		v := open[r.Name]
		mu.Unlock()
		if v != nil {
			return v, nil
		}
		v, err := s.open(ctx, r)
		if err == nil {
			mu.Lock()
			open[r.Name] = v
			mu.Unlock()
		}
		return v, err
	}
	end = func() {
		for _, v := range open {
			v.close()
		}
	}
	n := 0
	return Door{
		Name: "socket", Kinds: []Kind{Plain, Injected}, Most: 4, For: func(r Reader) bool { return !r.Token },
		Ask: func(ctx context.Context, r Reader, q Question) (string, error) {
			v, err := of(ctx, r)
			if err != nil || v.ws == nil {
				return "", err
			}
			for {
				mu.Lock()
				n++
				id := fmt.Sprint(prefix, n)
				mu.Unlock()
				if err := v.put(asking{Type: "ask", ID: id, Text: q.Text, Conversation: "socket"}); err != nil {
					return "", err
				}
				frames, code, err := v.until("done")
				if err != nil || code != "too_fast" && code != "busy" {
					return frames, err
				}
				select { // the server wants to be asked more slowly
				case <-time.After(200 * time.Millisecond):
				case <-ctx.Done():
					return "", context.Cause(ctx)
				}
			}
		},
	}, end
}

// Greeting is what a reader is offered before asking: departments to choose,
// and questions that are suggested. A department that the reader is not in is a
// leak, whatever it holds.
func (t *Trial) Greeting(ctx context.Context, s *Site, readers []Reader) {
	const door = "greeting and suggestions"
	for _, r := range readers {
		if r.Token {
			continue
		}
		v, err := s.open(ctx, r)
		if err != nil {
			t.Problem("%s as %s: %v", door, r.Name, err)
			continue
		}
		v.close()
		page, err := s.Do(ctx, r, http.MethodGet, "/", "")
		if err != nil {
			t.Problem("%s as %s: %v", door, r.Name, err)
		}
		t.Take(door, r, Question{}, v.ready+page.Body)
		var ready struct{ Departments []struct{ ID string } }
		if v.ws == nil || json.Unmarshal([]byte(v.ready), &ready) != nil {
			continue
		}
		for _, d := range ready.Departments {
			if !t.reads(r, Rights{Departments: []string{d.ID}}) {
				t.Found(Leak{Door: door, Reader: r.Name, Part: "department", Document: d.ID, Text: v.ready})
			}
		}
	}
}

// reads reports whether a reader may read what rights describe, as the
// configuration is now.
func (t *Trial) reads(r Reader, rights Rights) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.company.reads(r, rights, t.at)
}
