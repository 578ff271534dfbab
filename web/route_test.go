package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// echo is a door of another room that says what body it was given.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusTeapot)
	}
	_, _ = w.Write(body)
}

func TestMountsStandBehindTheGuards(t *testing.T) {
	h := newHouse(t)
	h.config.Mounts = []Mount{{Pattern: "/scim/v2/", Callers: Directories, Changes: true, Body: 100, Handler: http.HandlerFunc(echo)}}
	url := serve(t, h)
	byDirectory := func(r *http.Request) {
		r.Header.Set("Origin", "https://directory.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
	}
	got := h.send(t, "PUT", url+"/scim/v2/Users/1", "", "word", byDirectory)
	if got.status != http.StatusOK || got.body != "word" || got.header.Get("Cache-Control") != "no-store" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%+v", got)
	}
	if got := h.send(t, "PUT", url+"/scim/v2/Users/1", "", strings.Repeat("x", 101), byDirectory); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body over the limit: %d", got.status)
	}
	alone := httptest.NewServer(h.HandlerOf(Mount{Pattern: "POST /slack/events", Callers: Slack, Changes: true, Handler: http.HandlerFunc(echo)}))
	defer alone.Close()
	if got := h.send(t, "POST", alone.URL+"/slack/events", "", "word"); got.body != "word" || got.header.Get("Content-Security-Policy") == "" {
		t.Errorf("%+v", got)
	}
	if got := h.request(t, "GET", alone.URL+"/sign-in", "", nil); got.status != http.StatusNotFound {
		t.Errorf("a listener of its own serves what is not its: %d", got.status)
	}
}

func TestAMountForWhomItsHandlerIsNotToldOfIsRefused(t *testing.T) {
	c := newHouse(t).config
	for _, callers := range []Callers{"", SignedIn, SignedInOrHeld} {
		c.Mounts = []Mount{{Pattern: "GET /x", Callers: callers, Handler: http.HandlerFunc(echo)}}
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), "GET /x") {
			t.Errorf("a mount for %q: %v", callers, err)
		}
	}
}

// A body that trickles in is given up after its time, whether it was wanted or
// not, and no handler has seen any of it.
func TestABodyThatDoesNotComeIsGivenUp(t *testing.T) {
	for name, c := range map[string]struct {
		callers Callers
		status  string
	}{"Wanted": {Slack, "408"}, "Refused": {"", "404"}} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { trickles(t, c.callers, c.status) }) })
	}
}

// trickles sends a body byte by byte to a route for some callers.
func trickles(t *testing.T, callers Callers, status string) {
	called := false
	s := newHouse(t).Server
	listener := newPipe()
	server := http.Server{IdleTimeout: time.Hour, Handler: s.at(route{pattern: "POST /x", callers: callers, changes: true, body: 100, serve: func(http.ResponseWriter, *http.Request, caller) error {
		called = true
		return nil
	}, fails: func(_ *Server, w http.ResponseWriter, _ *http.Request, err error) { w.WriteHeader(explain(err).status) }})}
	go server.Serve(listener)
	there, err := listener.dial(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	began, sent := time.Now(), make(chan struct{})
	go func() {
		defer close(sent)
		_, err := io.WriteString(there, "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n")
		for err == nil {
			time.Sleep(bodyTime / 3)
			_, err = io.WriteString(there, "x")
		}
	}()
	reply, err := io.ReadAll(there)
	if took := time.Since(began); err != nil || !strings.HasPrefix(string(reply), "HTTP/1.1 "+status) || called || took < bodyTime || took > bodyTime+time.Second {
		t.Errorf("%q, %v, after %s, handler called: %t", reply, err, took, called)
	}
	there.Close()
	server.Close()
	<-sent
}

func TestRoutesForARoleAdmitWhoHasItNow(t *testing.T) {
	h := newHouse(t)
	h.rights.policy.Store(parsed(t, officers))
	for _, c := range []struct {
		person  string
		callers Callers
		want    error
	}{
		{"admin", Administrators, nil}, {"auditor", Administrators, errNoRole}, {"hanna", Administrators, errNoRole}, {"nele", Administrators, errSignedOut}, {"", Administrators, errSignedOut},
		{"auditor", Auditors, nil}, {"admin", Auditors, errNoRole}, {"hanna", Auditors, errNoRole}, {"", Auditors, errSignedOut},
		{"admin", "", errNoPage}, {"admin", "another", errNoPage},
	} {
		r := httptest.NewRequest(http.MethodGet, "/x", http.NoBody)
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, loopback))
		r.Host = "localhost"
		if c.person != "" {
			h.withSession(h.token(c.person))(r)
		}
		if _, err := h.admit(r, route{pattern: "GET /x", callers: c.callers}); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%q at a route for %q: %v", c.person, c.callers, err)
		}
	}
}
