package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"bureau/identity/oidctest"
)

// revocationBound is what is promised: nothing of what somebody may not read any
// more is sent to them later than this after it was taken away. It is a promise
// about time, so this test has a real clock, a real process and no mercy.
const revocationBound = 5 * time.Second

// revocationsOf is how often each way of taking a right away is tried, in rounds
// of some at a time.
const (
	revocationsOf = 18
	roundOf       = 2
)

// secretPay is in every sentence that the model writes, and in no other.
const secretPay = "63,500"

// newChatter returns an Ollama whose model writes the same sentence over and
// over, in every answer, until nobody listens.
func newChatter(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/version", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"version":"1"}`) })
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"capabilities":["completion"]}`) })
	mux.HandleFunc("/api/chat", func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(500 * time.Millisecond) // many write at once, on a machine that may be slow
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
			if _, err := io.WriteString(w, `{"model":"scribe","message":{"role":"assistant","content":"The pay band of a senior engineer begins at 63,500 pounds a year.\n\n"},"done":false}`+"\n"); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

// A stream is what one connection of a person shows.
type stream struct {
	mu    sync.Mutex
	texts int       // how often something withdrawn was in it
	last  time.Time // when it was last
	over  time.Time // when it ended
	ended chan struct{}
	once  sync.Once
}

func newStream() *stream { return &stream{ended: make(chan struct{})} }

// saw notes what came, and that an answer has ended.
func (s *stream) saw(data []byte) {
	if bytes.Contains(data, []byte(secretPay)) {
		s.mu.Lock()
		s.texts, s.last = s.texts+1, time.Now()
		s.mu.Unlock()
	}
	if bytes.Contains(data, []byte(`"type":"failed"`)) {
		s.end()
	}
}

func (s *stream) end() {
	s.once.Do(func() {
		s.mu.Lock()
		s.over = time.Now()
		s.mu.Unlock()
		close(s.ended)
	})
}

func (s *stream) seen() (int, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts, s.last
}

// listenTo reads a socket to its end.
func listenTo(ws *websocket.Conn) *stream {
	s := newStream()
	go func() {
		defer s.end()
		for {
			_, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			s.saw(data)
		}
	}()
	return s
}

// A witness is a person with everything of theirs that shows answers.
type witness struct {
	way                  *way
	subject, user        string // at the provider, and on its roster
	browser              visitor
	answer, idle, script *stream // script is nil for a way that leaves tokens alone
	since                time.Time
}

// A way is one in which a right is taken away.
type way struct {
	name string
	// leavesTokens says that it ends sessions alone, and leavesSockets that an
	// idle socket stays open, with nothing in it.
	leavesTokens, leavesSockets bool
	take                        func(*revocations, []*witness)
}

func each(take func(*revocations, *witness)) func(*revocations, []*witness) {
	return func(r *revocations, people []*witness) {
		for _, w := range people {
			w.since = time.Now()
			take(r, w)
		}
	}
}

var ways = []way{
	{name: "edit of the configuration", leavesSockets: true, take: func(r *revocations, people []*witness) {
		text := read(r.h.t, r.h.config)
		for _, w := range people {
			text = strings.Replace(text, "{id: p-"+w.subject+", departments: [hr]}", "{id: p-"+w.subject+", departments: [finance]}", 1)
			w.since = time.Now()
		}
		next := r.h.config + ".next"
		if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
			r.h.t.Fatal(err)
		}
		if err := os.Rename(next, r.h.config); err != nil {
			r.h.t.Fatal(err)
		}
	}},
	{name: "bureau user disable", take: each(func(r *revocations, w *witness) { r.h.run("", "user", "disable", "sso:"+w.user) })},
	{name: "bureau session revoke", leavesTokens: true, take: each(func(r *revocations, w *witness) { r.h.run("", "session", "revoke", "sso:"+w.user) })},
	{name: "SCIM, not active", take: each(func(r *revocations, w *witness) { r.d.active(w.user, false) })},
	{name: "SCIM, out of the group", leavesSockets: true, take: each(func(r *revocations, w *witness) {
		r.d.send(204, "PATCH", "/Groups/"+r.group, `{"Operations":[{"op":"remove","path":"members[value eq \"`+w.user+`\"]"}]}`)
	})},
	{name: "the provider's logout", leavesTokens: true, take: each(func(r *revocations, w *witness) {
		response, err := r.h.browser().client.PostForm(public+"/sign-in/corp/logout", url.Values{"logout_token": {r.h.provider.Farewell(w.subject, "")}})
		if err != nil {
			r.h.t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			r.h.t.Fatalf("the logout of %s: %s", w.subject, response.Status)
		}
	})},
}

// revocations is the server that rights are taken away in.
type revocations struct {
	h     *signInHouse
	d     directoryOf
	group string
}

func newRevocations(t *testing.T) *revocations {
	t.Helper()
	people, ties := "", ""
	for i := range revocationsOf {
		people += fmt.Sprintf("  - {id: p-0-%d, departments: [hr]}\n", i)
		ties += fmt.Sprintf("u-0-%d: p-0-%d, ", i, i)
	}
	configuration := strings.NewReplacer(
		"people: [{id: finn, name: Finn Marsh, departments: [finance]}]\n", "people:\n"+people,
		"serve: {url: %q}", "serve: {url: %q, generations: 64}",
		"scim: {claim: oid, verified_addresses: true}", "scim: {claim: oid}\n      people: {"+strings.TrimSuffix(ties, ", ")+"}",
	).Replace(rosterConfiguration)
	h := &signInHouse{t: t, provider: oidctest.Start(t), vars: map[string]string{}}
	folder := t.TempDir()
	h.config = filepath.Join(folder, "bureau.yaml")
	write(t, folder, map[string]string{
		"bureau.yaml":  fmt.Sprintf(configuration, public, h.provider.Issuer()),
		"hr/bands.md":  "# Pay bands\n\nThe pay band of a senior engineer begins at 63,500 pounds a year.\n",
		"finance/a.md": "# Acquisition\n\nThe acquisition of Heron costs 12,000,000 pounds.\n",
	})
	h.run("", "ingest")
	server := startWith(t, []string{"BUREAU_SIGN_IN_SECRET_CORP=" + oidctest.Secret},
		"-c", h.config, "--ollama", newChatter(t).URL, "--model", "scribe", "--embedder", none, "serve", "--listen", "127.0.0.1:0")
	h.address = strings.TrimPrefix(server.await(`http://127\.0\.0\.1:\d+`), "http://")
	r := &revocations{h: h, d: h.directory()}
	r.group = r.d.send(201, "POST", "/Groups", `{"externalId":"8aa1a0c0","displayName":"HR"}`)
	return r
}

// watch signs a person in and has everything of theirs show answers.
func (r *revocations) watch(of *way, index, n int) *witness {
	r.h.t.Helper()
	w := &witness{way: of, subject: fmt.Sprintf("%d-%d", index, n)}
	w.user = r.d.user("u-"+w.subject, "person-"+w.subject)
	r.d.send(204, "PATCH", "/Groups/"+r.group, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+w.user+`"}]}]}`)
	r.h.signsIn(w.subject, "u-"+w.subject)
	w.browser = r.h.browser()
	if page := w.browser.get("/sign-in/corp"); !strings.Contains(page, "<bureau-chat") {
		r.h.t.Fatalf("%s is not signed in:\n%s", w.subject, page)
	}
	asking := r.h.socketOf(w.browser)
	w.answer, w.idle = listenTo(asking), listenTo(r.h.socketOf(w.browser))
	if err := asking.WriteJSON(map[string]any{"type": "ask", "id": "q", "text": aboutEngineers, "conversation": "c"}); err != nil {
		r.h.t.Fatal(err)
	}
	if !of.leavesTokens {
		owner := "sso:" + w.user
		if index == 0 {
			owner = "p-" + w.subject
		}
		w.script = r.askByToken(strings.TrimSpace(r.h.run("", "token", "create", owner, "--name", "nightly", "--service")))
	}
	return w
}

// askByToken asks by HTTP and reads the answer to its end.
func (r *revocations) askByToken(token string) *stream {
	r.h.t.Helper()
	question, _ := json.Marshal(map[string]string{"text": aboutEngineers})
	request, err := http.NewRequestWithContext(r.h.t.Context(), http.MethodPost, public+"/api/ask", bytes.NewReader(question))
	if err != nil {
		r.h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := r.h.browser().client.Do(request) //nolint:bodyclose // it is read, and closed, beside the test
	if err != nil || response.StatusCode != http.StatusOK {
		r.h.t.Fatalf("ask by a token: %v, %v", response, err)
	}
	s := newStream()
	go func() {
		defer s.end()
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			s.saw(lines.Bytes())
		}
	}()
	return s
}

// streams are those that show an answer.
func (w *witness) streams() map[string]*stream {
	streams := map[string]*stream{"socket": w.answer, "idle socket": w.idle}
	if w.script != nil {
		streams["token"] = w.script
	}
	return streams
}

// await waits for progress, which is no verdict.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: it does not come", what)
		}
	}
}

func TestP3_WhatIsTakenAwayIsGoneWithinFiveSeconds(t *testing.T) {
	r := newRevocations(t)
	late, over := map[string][]time.Duration{}, map[string][]time.Duration{} // from the taking to the last text and to the end, by way
	for round := 0; round < revocationsOf; round += roundOf {
		people := make([][]*witness, len(ways))
		for i := range ways {
			for n := range roundOf {
				people[i] = append(people[i], r.watch(&ways[i], i, round+n))
			}
		}
		for _, w := range slices.Concat(people...) {
			for name, s := range w.streams() {
				if s != w.idle {
					await(t, "the answer of "+w.subject+" by "+name, func() bool { n, _ := s.seen(); return n > 0 })
				}
			}
		}
		for i := range ways {
			ways[i].take(r, people[i])
		}
		for _, w := range slices.Concat(people...) {
			text, end := r.lastOf(w)
			late[w.way.name], over[w.way.name] = append(late[w.way.name], text), append(over[w.way.name], end)
			r.d.active(w.user, false) // a sign-out leaves the answer itself running, and this model would never end it
		}
	}
	for _, w := range ways {
		took, ended := late[w.name], over[w.name]
		slices.Sort(took)
		slices.Sort(ended)
		t.Logf("%-26s %d times: last text after %d ms (median), %d ms (longest); all over after %d ms, %d ms", w.name, len(took),
			took[len(took)/2].Milliseconds(), took[len(took)-1].Milliseconds(), ended[len(ended)/2].Milliseconds(), ended[len(ended)-1].Milliseconds())
		if len(took) != revocationsOf {
			t.Errorf("%s was tried %d times", w.name, len(took))
		}
	}
}

// lastOf waits until nothing of a person's shows anything. It returns how long
// after the taking something withdrawn came last, and all had ended.
func (r *revocations) lastOf(w *witness) (late, over time.Duration) {
	t := r.h.t
	t.Helper()
	for name, s := range w.streams() {
		if s == w.idle && w.way.leavesSockets {
			continue
		}
		await(t, fmt.Sprintf("%s: the end of the %s of %s", w.way.name, name, w.subject), func() bool {
			select {
			case <-s.ended:
				over = max(over, s.over.Sub(w.since))
				return true
			default:
				return false
			}
		})
	}
	// The session that is left, if one is, shows nothing either.
	if status, answer := w.browser.askHTTP("", aboutEngineers); strings.Contains(answer, secretPay) || status == http.StatusOK && w.way.name != ways[0].name {
		t.Errorf("%s: %s asks again: %d %s", w.way.name, w.subject, status, answer)
	}
	for name, s := range w.streams() {
		n, last := s.seen()
		if s == w.idle {
			if n > 0 {
				t.Errorf("%s: the idle socket of %s has shown something", w.way.name, w.subject)
			}
			continue
		}
		took := max(0, last.Sub(w.since))
		if took > revocationBound {
			t.Errorf("%s: the %s of %s was shown something %v later", w.way.name, name, w.subject, took)
		}
		late = max(late, took)
	}
	return late, over
}
