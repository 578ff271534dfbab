package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// serve runs a house on a loopback listener and returns its address.
func serve(t *testing.T, h *house) string {
	t.Helper()
	server := httptest.NewServer(h.Handler())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(h.desk.Close(ctx), h.Shutdown(ctx)); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		server.Close()
	})
	return server.URL
}

// A reply is what a browser gets.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends JSON as a page of the server does.
func (h *house) send(t *testing.T, method, url, person, body string, changes ...func(*http.Request)) reply {
	t.Helper()
	return h.request(t, method, url, person, func(r *http.Request) {
		r.Header.Set("Origin", "http://"+r.URL.Host)
		r.Header.Set("Content-Type", "application/json")
		r.Body = readCloser{strings.NewReader(body)}
		r.ContentLength = int64(len(body))
		for _, change := range changes {
			change(r)
		}
	})
}

// request sends a request as a person, or as nobody for "".
func (h *house) request(t *testing.T, method, url, person string, change func(*http.Request)) reply {
	t.Helper()
	r, err := http.NewRequest(method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if person != "" {
		r.AddCookie(h.cookie(h.sessionCookie(), h.token(person), 60))
	}
	if change != nil {
		change(r)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	response.Header.Del("Date")
	return reply{response.StatusCode, response.Header, string(body)}
}

// A peer is a browser's end of a socket.
type peer struct {
	*websocket.Conn
	t     *testing.T
	ready map[string]any // the frame that answered hello
}

// dial opens a socket at an http address with the token of a session.
func dial(t *testing.T, url, token string) *peer {
	t.Helper()
	header := http.Header{"Origin": {url}, "Cookie": {plainCookie + "=" + token}}
	ws, response, err := websocket.DefaultDialer.Dial("ws"+url[len("http"):]+"/socket", header)
	if err != nil {
		t.Fatalf("dial: %v (%v)", err, response)
	}
	response.Body.Close()
	t.Cleanup(func() { ws.Close() })
	return &peer{Conn: ws, t: t}
}

// visitAs opens a socket as a person and says hello.
func (h *house) visitAs(t *testing.T, url, person string) *peer {
	t.Helper()
	p := dial(t, url, h.token(person))
	p.put(`{"type":"hello","version":1,"language":"en"}`)
	if p.ready = p.next(); p.ready["type"] != "ready" {
		t.Fatalf("hello of %s: %v", person, p.ready)
	}
	return p
}

// put sends a frame.
func (p *peer) put(frame string) {
	p.t.Helper()
	if err := p.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		p.t.Fatalf("send %s: %v", frame, err)
	}
}

// next returns the next frame of an answer, or about a frame of the peer's own.
func (p *peer) next() map[string]any {
	p.t.Helper()
	for {
		if f := p.any(); f["type"] != "changed" && f["type"] != "health" {
			return f
		}
	}
}

// told returns the next of the news.
func (p *peer) told() map[string]any {
	p.t.Helper()
	for {
		if f := p.any(); f["type"] == "changed" || f["type"] == "health" {
			return f
		}
	}
}

// any returns the next frame.
func (p *peer) any() map[string]any {
	p.t.Helper()
	p.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, data, err := p.ReadMessage()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	var frame map[string]any
	if err := json.Unmarshal(data, &frame); err != nil {
		p.t.Fatalf("frame %s: %v", data, err)
	}
	return frame
}

// until returns the frames up to the first of a type, that one last.
func (p *peer) until(kind string) []map[string]any {
	p.t.Helper()
	for frames := []map[string]any(nil); ; {
		frames = append(frames, p.next())
		if last := frames[len(frames)-1]; last["type"] == kind {
			return frames
		} else if last["type"] == "failed" {
			p.t.Fatalf("failed while waiting for %s: %v", kind, last)
		}
	}
}

// closed reads to the end and returns the close code.
func (p *peer) closed() int {
	p.t.Helper()
	p.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		if _, _, err := p.ReadMessage(); err != nil {
			if closed := new(websocket.CloseError); errors.As(err, &closed) {
				return closed.Code
			}
			p.t.Fatalf("closed without a code: %v", err)
		}
	}
}

// A pipe is a listener whose connections are in memory, so that a server over
// it lives inside the virtual time of testing/synctest.
type pipe struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipe() *pipe { return &pipe{make(chan net.Conn), make(chan struct{})} }

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipe) Close() error   { close(p.done); return nil }
func (p *pipe) Addr() net.Addr { return loopback }

// dial connects to the listener.
func (p *pipe) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- local{server}
	return client, nil
}

// loopback is the address that connections of a pipe say they are at.
var loopback = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}

// A local connection says that it is at a loopback address.
type local struct{ net.Conn }

func (local) LocalAddr() net.Addr { return loopback }
