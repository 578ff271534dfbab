package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/identity/oidctest"
)

// public is the address that people reach the house of these tests at; the
// browsers here know where it is.
const public = "http://localhost:9"

// signInConfiguration is a company of two departments, whose people sign in
// with a provider and with passwords.
const signInConfiguration = `
data: data
serve: {url: %q}
departments: [{id: hr, name: Human Resources}, {id: finance}]
groups: [{id: g-hr, departments: [hr]}]
people: [{id: finn, name: Finn Marsh, departments: [finance]}]
sources:
  - {id: hr, path: hr, readers: [hr]}
  - {id: finance, path: finance, readers: [finance]}
sign_in:
  passwords: true
  providers:
    - id: corp
      name: Larkfield
      issuer: %q
      client_id: bureau
      groups: {"/HR & Payroll/人力资源": g-hr}
`

// A signInHouse is a server whose people sign in, as one process would run it.
type signInHouse struct {
	t        *testing.T
	config   string
	vars     map[string]string
	provider *oidctest.Provider
	address  string // that it listens at
}

func newSignInHouse(t *testing.T) *signInHouse {
	t.Helper()
	return newSignInHouseAt(t, public, "127.0.0.1:0")
}

// newSignInHouseAt returns one that people reach at an address of their own.
func newSignInHouseAt(t *testing.T, address, listen string) *signInHouse {
	t.Helper()
	return newSignInHouseOf(t, signInConfiguration, address, listen)
}

// newSignInHouseOf returns one with a configuration that has room for the
// address and the provider's.
func newSignInHouseOf(t *testing.T, configuration, address, listen string) *signInHouse {
	t.Helper()
	h := &signInHouse{t: t, provider: oidctest.Start(t), vars: map[string]string{"BUREAU_SIGN_IN_SECRET_CORP": oidctest.Secret}}
	folder := t.TempDir()
	h.config = filepath.Join(folder, "bureau.yaml")
	write(t, folder, map[string]string{
		"bureau.yaml":       fmt.Sprintf(configuration, address, h.provider.Issuer()),
		"hr/bands.md":       "# Pay bands\n\nThe pay band of a senior engineer begins at 63,500 pounds a year.\n",
		"finance/merger.md": "# Acquisition\n\nThe acquisition of Heron costs 12,000,000 pounds, and the pay of its engineers stays.\n",
	})
	h.run("", "ingest")
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, env{args: h.args("serve", "--listen", listen), lookup: h.lookup, stdout: writer, stderr: io.Discard})
		writer.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("serve ended with %d", status)
		}
	})
	said := make([]byte, 200)
	n, err := reader.Read(said)
	if h.address = strings.TrimPrefix(regexp.MustCompile(`http://\S+`).FindString(string(said[:n])), "http://"); h.address == "" {
		t.Fatalf("serve said %q, %v", said[:n], err)
	}
	return h
}

func (h *signInHouse) args(args ...string) []string {
	return append([]string{"-c", h.config, "--model", none, "--embedder", none}, args...)
}

func (h *signInHouse) lookup(name string) (string, bool) {
	value, ok := h.vars[name]
	return value, ok
}

// run runs a command of the shell that must succeed, as another process would.
func (h *signInHouse) run(stdin string, args ...string) string {
	h.t.Helper()
	var stdout, stderr bytes.Buffer
	if status := run(h.t.Context(), env{args: h.args(args...), lookup: h.lookup, stdout: &stdout, stderr: &stderr, stdin: strings.NewReader(stdin)}); status != exitDone {
		h.t.Fatalf("bureau %v: %d\n%s%s", args, status, &stdout, &stderr)
	}
	return stdout.String()
}

// browser returns a browser with an empty jar.
func (h *signInHouse) browser() visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return visitor{h.t, public, &http.Client{Jar: jar, Transport: &http.Transport{DialContext: h.dial}}}
}

// dial leads to the house for its public name, and elsewhere for others.
func (h *signInHouse) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if address == strings.TrimPrefix(public, "http://") {
		address = h.address
	}
	var dialer net.Dialer
	return dialer.DialContext(ctx, network, address)
}

// ask asks by HTTP, as a page does or, with a token, as a program.
func (v visitor) askHTTP(token, text string) (status int, body string) {
	v.t.Helper()
	question, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		v.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.address+"/api/ask", bytes.NewReader(question))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token == "" {
		request.Header.Set("Origin", v.address)
	} else {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// socketOf opens the socket of a browser that has signed in.
func (h *signInHouse) socketOf(v visitor) *websocket.Conn {
	h.t.Helper()
	at, err := url.Parse(public)
	if err != nil {
		h.t.Fatal(err)
	}
	header := http.Header{"Origin": {public}}
	for _, c := range v.client.Jar.Cookies(at) {
		header.Add("Cookie", c.String())
	}
	dialer := websocket.Dialer{NetDialContext: h.dial}
	ws, response, err := dialer.DialContext(h.t.Context(), "ws"+strings.TrimPrefix(public, "http")+"/socket", header)
	if err != nil {
		h.t.Fatal(err)
	}
	response.Body.Close()
	h.t.Cleanup(func() { ws.Close() })
	if err := ws.WriteJSON(map[string]any{"type": "hello", "version": 1}); err != nil {
		h.t.Fatal(err)
	}
	if _, frame, err := ws.ReadMessage(); err != nil || !strings.Contains(string(frame), `"ready"`) {
		h.t.Fatalf("hello: %s, %v", frame, err)
	}
	return ws
}

// ends waits until a socket is closed because its session has ended, and
// returns how long that took.
func ends(t *testing.T, ws *websocket.Conn, since time.Time) time.Duration {
	t.Helper()
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, 4501) {
				t.Errorf("closed with %v", err)
			}
			return time.Since(since)
		}
	}
}

const aboutEngineers = "What is the pay of a senior engineer?"

func TestAFullSignInWithAProvider(t *testing.T) {
	h := newSignInHouse(t)
	h.provider.Set(func(p *oidctest.Provider) {
		p.Person = oidctest.Claims{"sub": "0001", "name": "Hanna Reed", "groups": []string{"/HR & Payroll/人力资源", "/Finance"}, "sid": "s1"}
	})
	b := h.browser()
	if page := b.get("/"); !strings.Contains(page, `href="/sign-in/corp"`) || !strings.Contains(page, "Larkfield") || strings.Contains(page, "Finn") {
		t.Fatalf("sign-in page: %s", page)
	}
	if page := b.get("/sign-in/corp"); !strings.Contains(page, "<bureau-chat") || !strings.Contains(page, "Hanna Reed") {
		t.Fatalf("after the sign-in: %s", page)
	}
	if status, answer := b.askHTTP("", aboutEngineers); status != http.StatusOK || !strings.Contains(answer, "63,500") || strings.Contains(answer, "Heron") {
		t.Errorf("%d %s", status, answer)
	}
	sessions := decodeLines[[]sessionReport](t, h.run("", "session", "list", "--json"))
	if len(sessions) != 1 || sessions[0].Provider != "corp" || !strings.HasPrefix(sessions[0].Person, "sso:") {
		t.Fatalf("sessions %+v", sessions)
	}
	person := sessions[0].Person
	if users := decodeLines[[]userReport](t, h.run("", "user", "list", "--json")); len(users) != 1 || users[0].Subject != "0001" || users[0].State != "active" {
		t.Errorf("users %+v", users)
	}

	// Another process ends the session: the socket is closed, and nothing opens.
	ws, since := h.socketOf(b), time.Now()
	h.run("", "session", "revoke", person)
	if took := ends(t, ws, since); took > 5*time.Second {
		t.Errorf("the socket of a revoked session stayed open for %v", took)
	} else {
		t.Logf("the socket closed after %v", took)
	}
	if status, _ := b.askHTTP("", aboutEngineers); status != http.StatusUnauthorized {
		t.Errorf("a revoked session asks: %d", status)
	}

	// A token of hers lives while she may read, and no longer.
	b.get("/sign-in/corp")
	token := strings.TrimSpace(h.run("", "token", "create", person, "--name", "nightly", "--departments", "hr"))
	program := h.browser()
	if status, answer := program.askHTTP(token, aboutEngineers); status != http.StatusOK || !strings.Contains(answer, "63,500") {
		t.Errorf("by token: %d %s", status, answer)
	}
	ws = h.socketOf(b)
	h.run("", "user", "disable", person)
	ends(t, ws, time.Now())
	if status, answer := program.askHTTP(token, aboutEngineers); status != http.StatusUnauthorized || strings.Contains(answer, "63,500") {
		t.Errorf("by token of somebody who is shut out: %d %s", status, answer)
	}
	if page := b.get("/sign-in/corp"); !strings.Contains(page, "access has been ended") {
		t.Errorf("somebody who is shut out signs in: %s", page)
	}
	h.run("", "user", "enable", person)
	if status, _ := program.askHTTP(token, aboutEngineers); status != http.StatusOK {
		t.Errorf("by token of somebody who is let in again: %d", status)
	}
	tokens := decodeLines[[]tokenReport](t, h.run("", "token", "list", "--json"))
	if len(tokens) != 1 || tokens[0].Owner != person || tokens[0].Used.IsZero() || strings.Contains(fmt.Sprint(tokens), token) {
		t.Fatalf("tokens %+v", tokens)
	}
	h.run("", "token", "revoke", tokens[0].ID)
	if status, _ := program.askHTTP(token, aboutEngineers); status != http.StatusUnauthorized {
		t.Errorf("by a token that has ended: %d", status)
	}
}

func TestBrowserSignsInWithAProvider(t *testing.T) {
	if os.Getenv("BUREAU_TEST_BROWSER") == "" {
		t.Skip("BUREAU_TEST_BROWSER is not set: \"make test\" finds a browser and names it")
	}
	// A browser and a provider must know the port beforehand.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := listener.Addr().String()
	listener.Close()
	h := newSignInHouseAt(t, "http://"+free, free)
	h.provider.Set(func(p *oidctest.Provider) {
		p.Person = oidctest.Claims{"sub": "0001", "name": "Hanna Reed", "groups": []string{"/HR & Payroll/人力资源"}}
	})
	tb := openTab(t, "http://"+free)
	tb.open("/")
	tb.picture("sign-in-provider")
	tb.do(chromedp.Click(chromedp.CSS(".provider a")))
	tb.await(`chat && one(".chips .chip") && document.querySelector(".who .name")?.innerText === "Hanna Reed"`)
	tb.ask(aboutEngineers)
	if !strings.Contains(tb.text(), "63,500") {
		t.Error("the answer is not from her department")
	}
	tb.do(chromedp.Click(chromedp.CSS(".who button")))
	tb.await(`document.querySelector(".provider a")`)
	tb.mu.Lock()
	defer tb.mu.Unlock()
	for _, fault := range tb.faults {
		if !strings.Contains(fault, "request to "+h.provider.Issuer()+"/authorize") {
			t.Error(fault)
		}
	}
}

func TestAnAccountSignsInAndLeavesWithItsPerson(t *testing.T) {
	const password = "correct horse battery"
	h := newSignInHouse(t)
	h.run(password+"\n", "user", "add", "finn")
	b := h.browser()
	enter := func(password string) string {
		form := url.Values{"person": {"finn"}, "password": {password}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, public+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return b.do(request)
	}
	if page := enter(password + "!"); !strings.Contains(page, "do not belong together") {
		t.Errorf("a wrong password: %s", page)
	}
	if page := enter(password); !strings.Contains(page, "<bureau-chat") {
		t.Fatalf("the right password: %s", page)
	}
	if status, answer := b.askHTTP("", "What does the acquisition cost?"); status != http.StatusOK || !strings.Contains(answer, "12,000,000") || strings.Contains(answer, "63,500") {
		t.Errorf("%d %s", status, answer)
	}
	// The configuration drops him while his socket is open, and then gives his id
	// to somebody else.
	ws := h.socketOf(b)
	was := read(t, h.config)
	write(t, filepath.Dir(h.config), map[string]string{"bureau.yaml": strings.Replace(was, "id: finn, name: Finn Marsh", "id: flora, name: Flora", 1)})
	ends(t, ws, time.Now())
	write(t, filepath.Dir(h.config), map[string]string{"bureau.yaml": strings.Replace(was, "Finn Marsh", "Another Finn", 1)})
	if users := decodeLines[[]userReport](t, h.run("", "user", "list", "--json")); len(users) != 1 || users[0].State != "gone" {
		t.Errorf("the account of the one before: %+v", users)
	}
	if page := enter(password); !strings.Contains(page, "do not belong together") {
		t.Errorf("the password of the one before: %s", page)
	}
}

func TestL11_WhoIsDisabledIsNobodyInSlack(t *testing.T) {
	data := t.TempDir()
	config, err := (&settings{Config: sample, Data: &data}).load()
	if err != nil {
		t.Fatal(err)
	}
	p, err := openParts(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	policy := newLivePolicy(config, config.auditor())
	directory, err := p.directory(t.Context(), policy.current.Load)
	if err != nil {
		t.Fatal(err)
	}
	people, now := slackPeople{policy, directory}, time.Now()
	read := func(want bool) {
		t.Helper()
		alone, aloneErr := people.Scope("hanna", now)
		all, allErr := people.Audience([]string{"feng", "hanna"}, false, now)
		if want != (aloneErr == nil && !alone.IsZero()) || want != (allErr == nil && !all.IsZero()) {
			t.Errorf("alone %v, %v; in a channel %v, %v", alone.Departments(), aloneErr, all.Departments(), allErr)
		}
	}
	read(true)
	if err := directory.Disable(t.Context(), "hanna", now); err != nil {
		t.Fatal(err)
	}
	read(false)
	_, alone := people.Scope("hanna", now)
	_, together := people.Audience([]string{"hanna"}, false, now)
	if !errors.Is(alone, access.ErrNotInEffect) || !errors.Is(together, access.ErrNotInEffect) { // which Slack has words for
		t.Errorf("%v, %v", alone, together)
	}
	if scope, err := people.Audience([]string{"feng"}, false, now); err != nil || scope.IsZero() {
		t.Errorf("others: %v", err)
	}
}

func TestMistakesInTheSignInAreNamedWithTheirLine(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": `departments: [{id: hr}]
groups: [{id: g-hr, departments: [hr]}]
serve: {url: "http://bureau.example.com/chat"}
sign_in:
  idle: -1h
  providers:
    - {id: Corp, issuer: "https://login.example.com", client_id: bureau}
    - id: other
      issuer: login.example.com
      client_id: bureau
      groups: {"/HR": g-hrr}
      people: {"0001": hanna}
    - {id: other, issuer: "https://login.example.com"}
`})
	config := filepath.Join(folder, "bureau.yaml")
	got := program(t.Context(), nil, "-c", config, "status")
	for _, want := range []string{
		"serve.url", "sign_in: idle", ":7: provider Corp: its id", ":8: provider other: issuer \"login.example.com\"",
		"\"/HR\" stands for group \"g-hrr\"", "\"0001\" stands for person \"hanna\"", ":13: provider other: its id", "client_id is missing",
	} {
		if got.status != exitMisused || !strings.Contains(got.stderr, want) {
			t.Errorf("%d: %q is not in\n%s", got.status, want, got.stderr)
		}
	}
	write(t, folder, map[string]string{"bureau.yaml": "sign_in:\n  providers:\n    - {id: corp, issuer: x, secret: \"never here\"}\n"})
	if got := program(t.Context(), nil, "-c", config, "status"); got.status != exitMisused || !strings.Contains(got.stderr, "bureau.yaml:3: unknown key \"secret\"") {
		t.Errorf("%+v", got)
	}
}

func TestTheDemonstrationsSignInIsNowhereElse(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": "sign_in: {passwords: true}\nsources: [{id: all, path: ., readers: [everyone]}]\n"})
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"BesideASignIn":   {[]string{"-c", filepath.Join(folder, "bureau.yaml"), "serve", "--demo-sign-in"}, "leave the flags of the demonstration out"},
		"InAContainerToo": {[]string{"-c", filepath.Join(folder, "bureau.yaml"), "serve", "--insecure-demo-sign-in-on-any-address"}, "leave the flags"},
	} {
		if got := program(t.Context(), nil, c.args...); got.status != exitMisused || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, c := range map[string]struct {
		door  doors
		serve serveConfig
		ok    bool
	}{
		"DemoOpen":       {doors{demo: true}, serveConfig{Listen: "0.0.0.0:0"}, false},
		"DemoOpenTLS":    {doors{demo: true}, serveConfig{Listen: "0.0.0.0:0", URL: "https://bureau.example.com"}, false},
		"DemoLoopback":   {doors{demo: true}, serveConfig{Listen: "127.0.0.1:0"}, true},
		"InTheClear":     {doors{}, serveConfig{Listen: "0.0.0.0:0"}, false},
		"LocalURL":       {doors{}, serveConfig{Listen: "0.0.0.0:0", URL: "http://localhost:8080"}, false},
		"SignInLoopback": {doors{}, serveConfig{Listen: "127.0.0.1:0"}, true},
	} {
		listener, err := c.door.listen(t.Context(), c.serve)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			listener.Close()
		}
	}
}

// decodeLines decodes what a command printed as JSON.
func decodeLines[T any](t *testing.T, text string) (value T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}
