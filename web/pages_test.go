package web

import (
	"context"
	"io/fs"
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
	const limit = 25 << 10 // bytes, gzipped, with the words of one language
	words := 0
	for _, language := range []string{english, simplified, traditional} {
		words = max(words, len(assets["words-"+language+".js"].gzipped))
	}
	script := len(assets[widgetScript].gzipped)
	if words == 0 || script == 0 || script+words > limit {
		t.Errorf("the widget weighs %d bytes and its words %d, at most %d wanted", script, words, limit)
	}
	t.Logf("%d bytes, %d of them words", script+words, words)
}

func TestWidgetIsOneScriptOfAllItsModules(t *testing.T) {
	bundled, err := bundle("element.js", func(name string) ([]byte, error) { return assets[name].content, nil })
	if err != nil {
		t.Fatal(err)
	}
	script := string(bundled) // what is served is this, shrunk
	for name := range assets {
		later := strings.Contains(allScripts(), `import("./`+name) || strings.HasPrefix(name, "words-")
		if later && strings.Contains(script, `m["`+name+`"]`) {
			t.Errorf("%s is loaded later and is in the script", name)
		}
	}
	if found := regexp.MustCompile(`(?m)^(import|export)\b|^const \{.* as |import\.meta`).FindString(script); found != "" {
		t.Errorf("the script has %q, which only a module may have", found)
	}
	for _, name := range []string{"element.js", "chat.js", "dom.js"} {
		if n := strings.Count(script, `m["`+name+`"]=`); n != 1 {
			t.Errorf("%s is in the script %d times", name, n)
		}
	}
}

func TestBundleRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, modules := range map[string]map[string]string{
		"all of a module":   {"a.js": `import * as b from "./b.js";`, "b.js": ""},
		"another form":      {"a.js": "export let x = 1;"},
		"from elsewhere":    {"a.js": `import { x } from "elsewhere";`},
		"a missing module":  {"a.js": `import { x } from "./b.js";`},
		"a round of two":    {"a.js": `import { x } from "./b.js";`, "b.js": `import { y } from "./a.js";`},
		"a default is none": {"a.js": "export default 1;"},
	} {
		read := func(name string) ([]byte, error) {
			if module, ok := modules[name]; ok {
				return []byte(module), nil
			}
			return nil, fs.ErrNotExist
		}
		if script, err := bundle("a.js", read); err == nil {
			t.Errorf("%s was taken:\n%s", name, script)
		}
	}
}

func TestScriptsLoadNothingFromElsewhereAndEvaluateNothing(t *testing.T) {
	forbidden := regexp.MustCompile(`\beval\(|new Function|document\.write|outerHTML|insertAdjacentHTML|setHTMLUnsafe|localStorage|["'` + "`" + `]https?://`)
	for name, a := range modules() {
		text := strings.ReplaceAll(string(a.content), `"http://www.w3.org/2000/svg"`, "")
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %s", name, found)
		}
		if strings.Contains(text, "innerHTML") && name != "dom.js" {
			t.Errorf("%s sets HTML; only dom.js shows what the server rendered", name)
		}
	}
}

func TestWidgetSaysEverythingInAllLanguages(t *testing.T) {
	keys := func(language string) []string {
		var keys []string
		for _, m := range regexp.MustCompile(`(?m)^  (\w+):`).FindAllStringSubmatch(string(assets["words-"+language+".js"].content), -1) {
			keys = append(keys, m[1])
		}
		return keys
	}
	en := keys(english)
	for _, language := range []string{simplified, traditional} {
		if got := keys(language); len(en) == 0 || !slices.Equal(got, en) {
			t.Errorf("%s has other words than English: %v", language, got)
		}
	}
	for name, a := range modules() {
		for _, m := range regexp.MustCompile(`strings\.(\w+)`).FindAllStringSubmatch(string(a.content), -1) {
			if m[1] != "js" && !slices.Contains(en, m[1]) {
				t.Errorf("%s says strings.%s, which is in no language", name, m[1])
			}
		}
	}
	for _, key := range en {
		if !regexp.MustCompile(`strings\.` + key + `\b|"` + key + `"`).MatchString(allScripts()) {
			t.Errorf("nothing says %s", key)
		}
	}
}

// modules are the scripts as they were written.
func modules() map[string]asset {
	found := make(map[string]asset)
	for name, a := range assets {
		if isScript(name) && name != widgetScript {
			found[name] = a
		}
	}
	return found
}

// allScripts returns the modules, one after another.
func allScripts() string {
	var b strings.Builder
	for _, a := range modules() {
		b.Write(a.content)
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
	for _, seed := range []string{`{"type":"hello","version":1}`, `{"type":"ask","id":"1","text":"x"}`, `{"type":"stop","answer":"x"}`, `{"type":"ask","departments":[1]}`, `{"type":"ask","id":"1","text":"x","after":""}`,
		`{"type":"follow","answer":"x","after":3}`, `{"type":"follow","after":-1}`, `{"type":"feedback","answer":"x","vote":"up","comment":"y"}`,
		`{"type":"hello","version":1,"resume":[{"answer":"x","after":1e9}]}`, `[`, `{"type":null}`} {
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
		if checked, ok := frame.(interface{ check() error }); ok {
			if err := checked.check(); err != nil && unexpected(err) {
				t.Errorf("%q: %v is not in the table of failures", data, err)
			}
		}
		if a, ok := frame.(ask); ok {
			if err := a.check(); err == nil && (a.Text == "" || len([]rune(a.Text)) > maxQuestion || a.ID == "") {
				t.Errorf("%q was taken", data)
			}
		}
	})
}
