package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// inline matches what the policy of the pages forbids.
var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:[^>]*)>[^<]|javascript:|<iframe|https?://`)

func TestPagesAreGuarded(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, path := range []string{"/", "/sign-in", "/documents/leave?passage=0-30", "/documents/none", "/nowhere", "/healthz", "/static/widget.js", "/socket"} {
		got := h.request(t, "GET", url+path, "hanna", nil)
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		} {
			if !strings.HasPrefix(got.header.Get(header), want) {
				t.Errorf("%s: %s is %q", path, header, got.header.Get(header))
			}
		}
		if strings.Contains(got.header.Get("Content-Security-Policy"), "unsafe") {
			t.Errorf("%s: %s", path, got.header.Get("Content-Security-Policy"))
		}
		if strings.HasPrefix(path, "/static/") {
			continue
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %q", path, got.header.Get("Cache-Control"))
		}
		if found := inline.FindString(got.body); found != "" {
			t.Errorf("%s has %q inline", path, found)
		}
	}
}

func TestPagesSpeakThePersonsLanguageThenTheBrowsers(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, c := range []struct{ person, accept, want string }{
		{"mei", "en-GB", simplified}, {"hanna", "zh-TW,zh;q=0.9", traditional}, {"hanna", "zh-CN", simplified},
		{"hanna", "de-DE,de", english}, {"hanna", "", english}, {"hanna", ",,;q=x", english}, {"", "zh-HK", traditional},
	} {
		for _, path := range []string{"/", "/sign-in", "/documents/leave", "/nowhere"} {
			if c.person == "mei" && path == "/sign-in" {
				continue // nobody in particular is signing in
			}
			got := h.request(t, "GET", url+path, c.person, func(r *http.Request) { r.Header.Set("Accept-Language", c.accept) })
			if got.status == http.StatusOK && !strings.Contains(got.body, `<html lang="`+c.want+`">`) {
				t.Errorf("%s for %q with %q: want %s in %.60s", path, c.person, c.accept, c.want, got.body)
			}
		}
	}
}

func TestSignInLeadsToTheChatAndBackToADocument(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	if got := h.request(t, "GET", url+"/", "", nil); got.status != http.StatusSeeOther || got.header.Get("Location") != "/sign-in" {
		t.Errorf("%d %s", got.status, got.header.Get("Location"))
	}
	known, unknown := h.request(t, "GET", url+"/documents/leave", "", nil), h.request(t, "GET", url+"/documents/none", "", nil)
	if known.header.Get("Location") != "/sign-in?next=%2Fdocuments%2Fleave" || unknown.status != known.status {
		t.Errorf("%v, %v", known, unknown)
	}
	page := h.request(t, "GET", url+known.header.Get("Location"), "", nil)
	if !strings.Contains(page.body, `name="next" value="/documents/leave"`) || !strings.Contains(page.body, "Hanna Reed") || strings.Contains(page.body, "Nele") {
		t.Errorf("sign-in page: %s", page.body)
	}
	for next, want := range map[string]string{
		"/documents/leave?passage=1-2": "/documents/leave?passage=1-2", "": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/", "/documents/../x": "/",
	} {
		got := h.post(t, url+"/sign-in", map[string]string{"person": "hanna", "next": next})
		if got.status != http.StatusSeeOther || got.header.Get("Location") != want {
			t.Errorf("next %q: %d %s", next, got.status, got.header.Get("Location"))
		}
		set := got.header.Get("Set-Cookie")
		for _, part := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(set, part) {
				t.Errorf("cookie %q lacks %s", set, part)
			}
		}
	}
	for _, person := range []string{"", "nobody", "nele"} {
		if got := h.post(t, url+"/sign-in", map[string]string{"person": person}); got.status != http.StatusNotFound || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%q signs in: %d", person, got.status)
		}
	}
}

// post sends a form from the server's own page.
func (h *house) post(t *testing.T, address string, form map[string]string) reply {
	t.Helper()
	return h.request(t, "POST", address, "", func(r *http.Request) {
		query := r.URL.Query()
		for name, value := range form {
			query.Set(name, value)
		}
		body := query.Encode()
		r.Body = readCloser{strings.NewReader(body)}
		r.ContentLength = int64(len(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, path := range []string{"/sign-in", "/sign-out"} {
		for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
			got := h.request(t, "POST", url+path, "hanna", func(r *http.Request) { r.Header.Set(header, value) })
			if got.status != http.StatusForbidden {
				t.Errorf("%s with %s %s: %d", path, header, value, got.status)
			}
		}
	}
}

func TestDemoSignInAnswersOnThisMachineUnderItsOwnNameAlone(t *testing.T) {
	h := newHouse(t)
	handler := h.Handler()
	for _, c := range []struct {
		host, local string
		status      int
	}{
		{"localhost:8080", "127.0.0.1:8080", http.StatusOK},
		{"LOCALHOST", "127.0.0.1:80", http.StatusOK},
		{"bureau.localhost:8080", "[::1]:8080", http.StatusOK},
		{"127.0.0.1:8080", "127.0.0.1:8080", http.StatusOK},
		{"[::1]:8080", "[::1]:8080", http.StatusOK},
		{"[::1]", "[::1]:80", http.StatusOK},
		{"evil.example:8080", "127.0.0.1:8080", http.StatusMisdirectedRequest},
		{"localhost.evil.example", "127.0.0.1:8080", http.StatusMisdirectedRequest},
		{"evillocalhost", "127.0.0.1:8080", http.StatusMisdirectedRequest},
		{"", "127.0.0.1:8080", http.StatusMisdirectedRequest},
		{"localhost:8080", "192.0.2.7:8080", http.StatusMisdirectedRequest},
		{"192.0.2.7:8080", "192.0.2.7:8080", http.StatusMisdirectedRequest},
	} {
		address, err := net.ResolveTCPAddr("tcp", c.local)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/sign-in", http.NoBody)
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, address))
		r.Host = c.host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("host %q at %s: %d, want %d", c.host, c.local, w.Code, c.status)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/sign-in", http.NoBody)
	r.Host = "localhost"
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusMisdirectedRequest {
		t.Errorf("without a known address: %d", w.Code)
	}
}

func TestSessionsAreForgottenInTime(t *testing.T) {
	var s sessions
	now := newHouse(t).config.Now()
	first := s.begin("hanna", now)
	for range maxSessions {
		s.begin("finn", now.Add(1))
	}
	if _, ok := s.get(sessionID(first), now); ok {
		t.Error("the oldest session did not give way")
	}
	if len(s.byID) != maxSessions {
		t.Errorf("%d sessions", len(s.byID))
	}
	last := s.begin("hanna", now.Add(sessionTime+2))
	if len(s.byID) != 1 {
		t.Errorf("%d sessions after all but one have ended", len(s.byID))
	}
	if _, ok := s.get(sessionID(last), now.Add(2*sessionTime+2)); ok {
		t.Error("a session outlives its time")
	}
	if _, ok := s.get(last, now); ok {
		t.Error("a token is its own id")
	}
}

func TestAssetsAreKeptByTheirHash(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	hashed, err := assetPath("widget.js")
	if err != nil {
		t.Fatal(err)
	}
	got := h.request(t, "GET", url+hashed, "", nil)
	if got.status != http.StatusOK || !strings.Contains(got.header.Get("Cache-Control"), "immutable") || got.header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%d %v", got.status, got.header)
	}
	plain := h.request(t, "GET", url+"/static/dom.js", "", nil)
	again := h.request(t, "GET", url+"/static/dom.js", "", func(r *http.Request) { r.Header.Set("If-None-Match", plain.header.Get("ETag")) })
	if plain.status != http.StatusOK || strings.Contains(plain.header.Get("Cache-Control"), "immutable") || again.status != http.StatusNotModified {
		t.Errorf("%d %v, %d", plain.status, plain.header, again.status)
	}
	for _, path := range []string{"/static/widget.0000.js", "/static/none.js", "/static/..%2froutes.go", "/static/"} {
		if got := h.request(t, "GET", url+path, "", nil); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.status)
		}
	}
}

func TestWidgetWeighsLittle(t *testing.T) {
	const limit = 25 << 10 // bytes, gzipped, all its files together
	total := 0
	for name, a := range assets {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write(a.content)
		w.Close()
		total += b.Len()
	}
	if total == 0 || total > limit {
		t.Errorf("the widget weighs %d bytes, at most %d wanted", total, limit)
	}
	t.Logf("%d bytes", total)
}

func TestScriptsLoadNothingFromElsewhereAndEvaluateNothing(t *testing.T) {
	forbidden := regexp.MustCompile(`\beval\(|new Function|document\.write|outerHTML|insertAdjacentHTML|localStorage|["'` + "`" + `]https?://`)
	for name, a := range assets {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		text := strings.ReplaceAll(string(a.content), `"http://www.w3.org/2000/svg"`, "")
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %s", name, found)
		}
		if strings.Contains(text, "innerHTML") && name != "answer.js" {
			t.Errorf("%s sets HTML; only answer.js shows what the server rendered", name)
		}
	}
}

func TestWidgetSaysEverythingInAllLanguages(t *testing.T) {
	text := string(assets["strings.js"].content)
	keys := func(table string) []string {
		_, body, ok := strings.Cut(text, "const "+table+" = {")
		if !ok {
			t.Fatalf("no table %s", table)
		}
		body, _, _ = strings.Cut(body, "\n};")
		var keys []string
		for _, m := range regexp.MustCompile(`(?m)^  (\w+):`).FindAllStringSubmatch(body, -1) {
			keys = append(keys, m[1])
		}
		return keys
	}
	en := keys("en")
	for _, table := range []string{"hans", "hant"} {
		if got := keys(table); !slices.Equal(got, en) {
			t.Errorf("table %s has other keys than en: %v", table, got)
		}
	}
	for name, a := range assets {
		for _, m := range regexp.MustCompile(`strings\.(\w+)`).FindAllStringSubmatch(string(a.content), -1) {
			if strings.HasSuffix(name, ".js") && m[1] != "js" && !slices.Contains(en, m[1]) {
				t.Errorf("%s says strings.%s, which is in no table", name, m[1])
			}
		}
	}
	for _, key := range en {
		if !regexp.MustCompile(`strings\.` + key + `\b`).MatchString(allScripts()) {
			t.Errorf("nothing says %s", key)
		}
	}
}

// allScripts returns the scripts, one after another.
func allScripts() string {
	var b strings.Builder
	for name, a := range assets {
		if strings.HasSuffix(name, ".js") {
			b.Write(a.content)
		}
	}
	return b.String()
}

func TestFailuresSpeakAllLanguages(t *testing.T) {
	for _, f := range append(slices.Clone(failures), ours) {
		if f.words.en == "" || f.words.hans == "" || f.words.hant == "" || f.status == 0 || f.close == 0 || f.code == "" {
			t.Errorf("%s is not complete", f.code)
		}
		if strings.ContainsAny(f.words.en, "/_{}") {
			t.Errorf("%s: %q is not in words for people", f.code, f.words.en)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"type":"hello","version":1}`, `{"type":"ask","id":"1","text":"x"}`, `{"type":"stop","answer":"x"}`, `{"type":"ask","departments":[1]}`, `[`, `{"type":null}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decode(data)
		if err != nil {
			if unexpected(err) {
				t.Errorf("%q: %v is not in the table of failures", data, err)
			}
			return
		}
		if a, ok := frame.(ask); ok {
			if err := a.check(); err != nil && unexpected(err) {
				t.Errorf("%q: %v is not in the table of failures", data, err)
			} else if err == nil && (a.Text == "" || len([]rune(a.Text)) > maxQuestion || a.ID == "") {
				t.Errorf("%q was taken", data)
			}
		}
	})
}
