package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"strings"
	"testing"

	"bureau/identity/oidctest"
)

// looksSecret are lines as libraries may log them, with what no log may have.
var looksSecret = []struct{ line, secret string }{
	{`Get "https://idp.example/callback?code=a1b2c3d4&state=x": EOF`, "a1b2c3d4"},
	{`Post "https://idp.example/token?client_secret=hunter2hunter2": EOF`, "hunter2hunter2"},
	{`unexpected status 401 with "Authorization: Bearer abcdefgh12345678"`, "abcdefgh12345678"},
	{`authorization=Basic YnVyZWF1OmEgc2VjcmV0`, "YnVyZWF1OmEgc2VjcmV0"},
	{`clone https://deploy:ghp_0123456789@git.example/handbook: denied`, "ghp_0123456789"},
	{`Cookie: __Host-bureau_session=Zm9vYmFyYmF6; theme=dark`, "Zm9vYmFyYmF6"},
	{`cookie bureau_sign_in=eyJQcm92aWRlciI6ImNvcnAi refused`, "eyJQcm92aWRlciI6ImNvcnAi"},
	{`token bureau_Qk3vN0pYt5uW8xZ2aB4cD6eF8gH0iJ2k is not known`, "bureau_Qk3vN0pYt5uW8xZ2aB4cD6eF8gH0iJ2k"},
	{`slack: auth.test with xoxb-1234567890-abcdefghij: invalid_auth`, "xoxb-1234567890-abcdefghij"},
	{`slack: xapp-1-A0123-9876543210-abcdef0123`, "9876543210"},
	{`oidc: malformed jwt eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`, "eyJzdWIiOiIxIn0"},
	{`GET https://bucket.example/a?X-Amz-Credential=AKIA123%2F2026&X-Amz-Signature=0f0f0f0f`, "0f0f0f0f"},
	{`qdrant: api_key known-by-its-name refused`, "known-by-its-name"},
}

func TestNoLineOfALogHasASecret(t *testing.T) {
	var out bytes.Buffer
	secrets := newRedactor([]string{"BUREAU_QDRANT_API_KEY=known-by-its-name", "HOME=/home/bureau", "EMPTY_SECRET="})
	log := slog.New(slog.NewTextHandler(secrets.over(&out), nil))
	for _, l := range looksSecret {
		if got := secrets.clean(l.line); strings.Contains(got, l.secret) || !strings.Contains(got, redacted) {
			t.Errorf("%s\nbecomes %s", l.line, got)
		}
		log.Error("request", "error", fmt.Errorf("wrapped: %w", errors.New(l.line)), slog.Group("of", "line", l.line))
		if strings.Contains(out.String(), l.secret) {
			t.Errorf("slog prints %s", out.String())
		}
		out.Reset()
	}
	for _, plain := range []string{
		`request method=GET pattern="GET /documents/{id}" error="read document: no such table"`,
		`https://bureau.example.com/documents/abc?passage=1-20 under /home/bureau`,
		`the API key of Qdrant and the texts travel in the clear: use qdrants://`,
		`bureau_test was chosen; the bearer of this letter`,
	} {
		if got := secrets.clean(plain); got != plain {
			t.Errorf("%q becomes %q", plain, got)
		}
	}
}

// The whole program, as talkative as it can be: sign-ins that go well and
// badly, tokens, cookies and a provider that fails. None of the secrets that were
// sent or given is in what it printed.
func TestTheProgramPrintsNoSecret(t *testing.T) {
	const clientSecret, password, wrong = oidctest.Secret, "a long enough password", "a wrong but long password"
	provider := oidctest.Start(t)
	provider.Set(func(p *oidctest.Provider) { p.Person = oidctest.Claims{"sub": "1", "name": "Hanna Reed"} })
	listen := freeAddress(t)
	address := "http://" + listen
	h := smallHouse(t, fmt.Sprintf("serve: {url: %q}\n", address))
	configuration := strings.Replace(read(t, h.config), "sign_in: {passwords: true}", fmt.Sprintf(
		"sign_in: {passwords: true, providers: [{id: corp, issuer: %q, client_id: bureau, people: {'1': hanna}}]}", provider.Issuer()), 1)
	if err := os.WriteFile(h.config, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	h.account("hanna", password)
	token := strings.TrimSpace(h.mustRun("token", "create", "hanna", "--name", "nightly"))

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := startIn(t, []string{"BUREAU_SIGN_IN_SECRET_CORP=" + clientSecret}, self,
		"-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "--verbose", "serve", "--listen", listen)
	c.await("answers at")

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var sent []string // all that is secret
	watched := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		for _, name := range []string{"code", "state", "nonce", "code_challenge"} {
			if value := r.URL.Query().Get(name); value != "" {
				sent = append(sent, value)
			}
		}
		return nil
	}}
	b := visitor{t, address, watched}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	cookies := func() {
		for _, cookie := range jar.Cookies(at) {
			sent = append(sent, cookie.Value)
		}
	}
	b.form("/sign-in", url.Values{"person": {"hanna"}, "password": {wrong}})
	b.form("/sign-in", url.Values{"person": {"hanna"}, "password": {password}})
	cookies()
	b.get("/sign-in/corp") // there and back
	cookies()
	begun := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visitor{t, address, begun}.get("/sign-in/corp") // there, and not back
	cookies()
	b.get("/sign-in/corp/callback?code=made-up-code-12345&state=made-up-state-67890")
	for _, secret := range []string{token, "bureau_made_up_token_0123456789abcdefghij"} {
		b.askHTTP(secret, "How many days of leave are there?")
	}
	// A provider that quotes what it was sent, and then is away.
	provider.Set(func(p *oidctest.Provider) { p.Change = func(c oidctest.Claims) { c["aud"] = "somebody else" } })
	b.get("/sign-in/corp")
	provider.Set(func(p *oidctest.Provider) { p.Before = func(*http.Request) bool { return false } })
	b.get("/sign-in/corp")
	b.form("/sign-in/corp/logout", url.Values{"logout_token": {"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.x"}})
	c.signal(os.Interrupt)
	c.status()

	said := c.said.String()
	if strings.Count(said, "ERROR request") < 2 {
		t.Errorf("the failures are not in the log, which proves nothing then:\n%s", said)
	}
	sent = append(sent, clientSecret, password, wrong, token, "made-up-code-12345", "made-up-state-67890", "bureau_made_up_token_0123456789abcdefghij", "eyJzdWIiOiIxIn0")
	if len(sent) < 14 {
		t.Errorf("only %d secrets were sent", len(sent))
	}
	for _, secret := range sent {
		if strings.Contains(said, secret) {
			t.Errorf("%q was printed", secret)
		}
	}
}
