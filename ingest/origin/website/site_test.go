package website

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/ingest/origin"
	"bureau/ingest/origin/origintest"
)

// A host is a website on loopback.
type host struct {
	t     *testing.T
	url   string
	mu    sync.Mutex
	pages map[string]http.HandlerFunc // by their address
	asked map[string]int
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{t: t, pages: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.asked[r.URL.RequestURI()]++
		if r.UserAgent() != "Bureau" {
			t.Errorf("it calls itself %q", r.UserAgent())
		}
		if page := h.pages[r.URL.RequestURI()]; page != nil {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// text is a page of a type.
func text(kind, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write([]byte(content))
	}
}

func page(content string) http.HandlerFunc { return text("text/html; charset=utf-8", content) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// list is a sitemap of addresses; those that begin with a slash are the host's.
func (h *host) list(addresses ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, address := range addresses {
		if strings.HasPrefix(address, "/") {
			address = h.url + address
		}
		fmt.Fprintf(&b, "<url><loc> %s </loc></url>", strings.ReplaceAll(address, "&", "&amp;"))
	}
	return b.String() + "</urlset>"
}

func (h *host) site() *Site {
	return &Site{
		URL: h.url + "/", Private: true, Wants: func(string, int64) (bool, error) { return true, nil },
		Reads: func(name string) bool { return slices.Contains([]string{"", ".html", ".pdf"}, filepath.Ext(name)) },
	}
}

func TestFetchBringsThePagesOfTheSitemap(t *testing.T) {
	h, folder := newHost(t), t.TempDir()
	h.pages["/robots.txt"] = text("text/plain", "User-agent: *\nDisallow: /private\n")
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/", "/a", "/a/", "/b.html", "/c.pdf", "/a?id=1&x=2", "/a?id=2", "/制度", "/a.php", "/private/x", "/a#part", "https://elsewhere.example/y", "/gone"))
	for address, kind := range map[string]string{"/": "", "/a": "", "/a/": "", "/b.html": "", "/c.pdf": "application/pdf", "/a?id=1&x=2": "", "/a?id=2": "", "/%E5%88%B6%E5%BA%A6": "", "/a.php": "", "/private/x": ""} {
		if kind == "" {
			kind = "text/html"
		}
		h.pages[address] = text(kind, address)
	}
	got, err := origintest.Fetch(t, h.site(), folder)
	one, two := "a-"+hashOf("id=1&x=2")+".html", "a-"+hashOf("id=2")+".html"
	want := map[string]string{
		"index.html": "/", "a.html": "/a", "a/index.html": "/a/", "b.html": "/b.html", "c.pdf": "/c.pdf", one: "/a?id=1&x=2",
		two: "/a?id=2", "制度.html": "/%E5%88%B6%E5%BA%A6", "a.php.html": "/a.php",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v\nwant %q", got, err, want)
	}
	if h.asked["/private/x"] != 0 || h.asked["/a"] != 1 {
		t.Errorf("asked for %v", h.asked)
	}
}

func hashOf(query string) string {
	sum := sha256.Sum256([]byte(query))
	return hex.EncodeToString(sum[:6])
}

func TestUnchangedPagesAreNotSentAgain(t *testing.T) {
	h, folder := newHost(t), t.TempDir()
	when := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	sent := 0
	serve := func(content string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf("%q", content))
			w.Header().Set("Content-Type", "text/html")
			counted := &countingWriter{ResponseWriter: w}
			http.ServeContent(counted, r, "", when, strings.NewReader(content))
			if counted.n > 0 {
				sent++
			}
		}
	}
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/a", "/b"))
	h.pages["/a"], h.pages["/b"] = serve("a"), serve("b")
	for range 2 {
		if got, err := origintest.Fetch(t, h.site(), folder); err != nil || got["a.html"] != "a" || got["b.html"] != "b" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if info, err := os.Stat(filepath.Join(folder, "a.html")); err != nil || !info.ModTime().Equal(when) || sent != 2 {
		t.Errorf("%v, %v, sent %d times", info, err, sent)
	}
	h.pages["/a"] = serve("A")
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/a"))
	if got, err := origintest.Fetch(t, h.site(), folder); err != nil || !reflect.DeepEqual(got, map[string]string{"a.html": "A"}) {
		t.Errorf("%q, %v", got, err)
	}
}

type countingWriter struct {
	http.ResponseWriter
	n int
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.n += len(p)
	return w.ResponseWriter.Write(p)
}

func TestFaultsOfTheHostTakeNothingOut(t *testing.T) {
	huge := func(w http.ResponseWriter, _ *http.Request) {
		packer := gzip.NewWriter(w)
		_, _ = packer.Write([]byte(`<urlset><url><loc>`))
		blank := bytes.Repeat([]byte(" "), 1<<20)
		for range maxSitemap>>20 + 1 {
			_, _ = packer.Write(blank)
		}
		_ = packer.Close()
	}
	for name, fault := range map[string]func(h *host){
		"NoSitemap":       func(h *host) { delete(h.pages, "/sitemap.xml") },
		"SitemapFails":    func(h *host) { h.pages["/sitemap.xml"] = status(http.StatusBadGateway) },
		"HalfASitemap":    func(h *host) { h.pages["/sitemap.xml"] = text("text/xml", `<urlset><url><loc>`+h.url+`/a</loc></url>`) },
		"NoPageInIt":      func(h *host) { h.pages["/sitemap.xml"] = text("text/xml", `<urlset></urlset>`) },
		"APageInItsPlace": func(h *host) { h.pages["/sitemap.xml"] = page("<html><body><p>Sign in</p></body></html>") },
		"AHugeOne":        func(h *host) { h.pages["/sitemap.xml"] = huge },
		"OfAnotherHost": func(h *host) {
			h.pages["/sitemap.xml"] = http.RedirectHandler("http://127.0.0.1:1/sitemap.xml", http.StatusFound).ServeHTTP
		},
		"HalfAnIndex": func(h *host) {
			h.pages["/sitemap.xml"] = text("text/xml", `<sitemapindex><sitemap><loc>`+h.url+`/none.xml</loc></sitemap></sitemapindex>`)
		},
		"AnIndexOfItself": func(h *host) {
			h.pages["/sitemap.xml"] = text("text/xml", `<sitemapindex><sitemap><loc>`+h.url+`/sitemap.xml</loc></sitemap></sitemapindex>`)
		},
		"RobotsAreNotKnown": func(h *host) { h.pages["/robots.txt"] = status(http.StatusInternalServerError) },
		"TooManyRequests":   func(h *host) { h.pages["/a"] = status(http.StatusTooManyRequests) },
		"AllPagesFail": func(h *host) {
			for _, p := range []string{"/a", "/b", "/c", "/d", "/e"} {
				h.pages[p] = status(http.StatusInternalServerError)
			}
		},
		"EntitiesOfItsOwn": func(h *host) {
			h.pages["/sitemap.xml"] = text("text/xml", `<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, folder := newHost(t), t.TempDir()
			h.pages["/sitemap.xml"] = text("text/xml", h.list("/a", "/b", "/c", "/d", "/e"))
			for _, p := range []string{"/a", "/b", "/c", "/d", "/e"} {
				h.pages[p] = page(p)
			}
			before, err := origintest.Fetch(t, h.site(), folder)
			if err != nil || len(before) != 5 {
				t.Fatalf("%q, %v", before, err)
			}
			fault(h)
			after, err := origintest.Fetch(t, h.site(), folder)
			var missed origin.Missed
			if err == nil || errors.As(err, &missed) || !reflect.DeepEqual(after, before) {
				t.Errorf("%q, %v", after, err)
			}
		})
	}
}

func TestPagesThatCannotBeHad(t *testing.T) {
	for _, c := range []struct {
		name   string
		page   http.HandlerFunc
		missed bool
		want   string // of the page, which was "old"
	}{
		{"Gone", status(http.StatusGone), false, ""},
		{"Refused", status(http.StatusForbidden), true, ""},
		{"Fails", status(http.StatusInternalServerError), true, "old"},
		{"Truncated", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("ne"))
		}, true, "old"},
		{"NoPage", text("image/png", "png"), true, ""},
		{"LeadsAway", http.RedirectHandler("http://127.0.0.1:1/secret", http.StatusFound).ServeHTTP, true, ""},
		{"LeadsToAnotherScheme", http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP, true, ""},
		{"LeadsToTheForbidden", http.RedirectHandler("/private", http.StatusFound).ServeHTTP, true, ""},
		{"LeadsOnInside", http.RedirectHandler("/b", http.StatusFound).ServeHTTP, false, "b"},
		{"LeadsInACircle", http.RedirectHandler("/a", http.StatusFound).ServeHTTP, true, "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, folder := newHost(t), t.TempDir()
			h.pages["/robots.txt"] = text("text/plain", "User-agent: *\nDisallow: /private\n")
			h.pages["/sitemap.xml"] = text("text/xml", h.list("/a", "/b"))
			h.pages["/a"], h.pages["/b"], h.pages["/private"] = page("old"), page("b"), page("secret")
			if _, err := origintest.Fetch(t, h.site(), folder); err != nil {
				t.Fatal(err)
			}
			h.pages["/a"] = c.page
			got, err := origintest.Fetch(t, h.site(), folder)
			var missed origin.Missed
			if isMissed := errors.As(err, &missed); isMissed != c.missed || err != nil && !isMissed {
				t.Errorf("%v", err)
			}
			if got["a.html"] != c.want || got["b.html"] != "b" || h.asked["/private"] != 0 {
				t.Errorf("%q, %v", got, h.asked)
			}
		})
	}
}

func TestPagesAndBytesAreBounded(t *testing.T) {
	h := newHost(t)
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/a", "/b", "/c"))
	for _, p := range []string{"/a", "/b", "/c"} {
		h.pages[p] = page(strings.Repeat("x", 1000))
	}
	few := h.site()
	few.Pages = 2
	got, err := origintest.Fetch(t, few, t.TempDir())
	var missed origin.Missed
	if !errors.As(err, &missed) || missed[0].Name != "." || len(got) != 2 {
		t.Errorf("%d pages, %v", len(got), err)
	}
	small := h.site()
	small.Bytes = 1500
	if _, err = origintest.Fetch(t, small, t.TempDir()); err == nil || errors.As(err, &missed) {
		t.Errorf("%v", err)
	}
}

func TestSitemapsMayBePackedAndListed(t *testing.T) {
	h := newHost(t)
	h.pages["/robots.txt"] = text("text/plain", "Sitemap: "+h.url+"/index.xml\nSitemap: https://elsewhere.example/s.xml\n")
	h.pages["/index.xml"] = text("text/xml", `<sitemapindex><sitemap><loc>`+h.url+`/one.xml.gz</loc></sitemap><sitemap><loc>https://elsewhere.example/t.xml</loc></sitemap></sitemapindex>`)
	h.pages["/one.xml.gz"] = func(w http.ResponseWriter, _ *http.Request) {
		packer := gzip.NewWriter(w)
		_, _ = packer.Write([]byte(h.list("/docs/a", "/other/b")))
		_ = packer.Close()
	}
	h.pages["/docs/a"], h.pages["/other/b"] = page("a"), page("b")
	s := h.site()
	s.URL += "docs/"
	if got, err := origintest.Fetch(t, s, t.TempDir()); err != nil || !reflect.DeepEqual(got, map[string]string{"docs/a.html": "a"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestHostileAddressesStayInTheFolder(t *testing.T) {
	h, outside := newHost(t), t.TempDir()
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/ok", "/..%2f..%2fevil", "/%2fetc%2fpasswd", "/a%00b", "/.ssh/id"))
	for _, address := range []string{"/ok", "/..%2f..%2fevil", "/%2fetc%2fpasswd", "/a%00b", "/.ssh/id"} {
		h.pages[address] = page("x")
	}
	got, err := origintest.Fetch(t, h.site(), filepath.Join(outside, "in", "work"))
	var missed origin.Missed
	if !errors.As(err, &missed) || len(missed) != 3 || !reflect.DeepEqual(got, map[string]string{"ok.html": "x"}) {
		t.Errorf("%q, %v", got, err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestPageThatIsExcludedIsNotBroughtUnderAnotherName(t *testing.T) {
	h := newHost(t)
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/a.html", "/b.html"))
	h.pages["/a.html"], h.pages["/b.html"] = page("a"), page("b")
	s := h.site()
	s.Wants = func(name string, _ int64) (bool, error) { return name != "b.html", nil }
	if got, err := origintest.Fetch(t, s, t.TempDir()); err != nil || !reflect.DeepEqual(got, map[string]string{"a.html": "a"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPrivateAddressesAreRefusedUnlessMeant(t *testing.T) {
	h := newHost(t)
	h.pages["/sitemap.xml"] = text("text/xml", h.list("/a"))
	h.pages["/a"] = page("a")
	s := h.site()
	s.Private = false
	if _, err := origintest.Fetch(t, s, t.TempDir()); err == nil || !strings.Contains(err.Error(), "private: true") || len(h.asked) != 0 {
		t.Errorf("%v, asked for %v", err, h.asked)
	}
	for address, want := range map[string][2]bool{ // not private, private
		"93.184.216.34:443": {true, true}, "[2606:2800:220:1::1]:443": {true, true},
		"127.0.0.1:80": {false, true}, "[::1]:80": {false, true}, "10.0.0.1:80": {false, true}, "192.168.1.1:80": {false, true},
		"[fd00::1]:80": {false, true}, "100.64.0.1:80": {false, true}, "[::ffff:10.0.0.1]:80": {false, true}, "[::ffff:127.0.0.1]:80": {false, true},
		"[64:ff9b::a00:1]:80": {false, true}, "[2002:a00:1::1]:80": {false, true}, "169.254.169.254:80": {false, false}, "[fe80::1]:80": {false, false}, "0.0.0.0:80": {false, false}, "224.0.0.1:80": {false, false},
		"100.100.100.200:80": {false, false}, "[::ffff:100.100.100.200]:80": {false, false}, "[fd00:ec2::254]:80": {false, false}, "[fd00:ec2::254%eth0]:80": {false, false},
		"168.63.129.16:80": {false, false}, "[64:ff9b::a9fe:a9fe]:80": {false, false}, "[64:ff9b::6464:64c8]:80": {false, false}, "[fd00:ec2::253]:80": {false, true},
	} {
		if got := [2]bool{checkAddress(address, false) == nil, checkAddress(address, true) == nil}; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

func TestSitesThatAreNotFetched(t *testing.T) {
	for _, s := range []Site{{}, {URL: "www.example.com"}, {URL: "ftp://www.example.com/"}, {URL: "https://mei:secret@www.example.com/"},
		{URL: "https://www.example.com/", Sitemap: "https://elsewhere.example/sitemap.xml?key=secret"}, {URL: "https://www.example.com/?key=secret"}} {
		if err := s.Check(); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if err := (&Site{URL: "https://www.example.com", Sitemap: "https://www.example.com/s.xml"}).Check(); err != nil {
		t.Error(err)
	}
}

// The query of a sitemap may be a key to it.
func TestSecretsOfASitemapAreNotSaid(t *testing.T) {
	h := newHost(t)
	s, other := h.site(), h.site()
	s.Sitemap, other.Sitemap = h.url+"/s.xml?key=secret", h.url+"/s.xml?key=another"
	if strings.Contains(s.String(), "secret") || !strings.Contains(s.String(), "/s.xml") || s.String() == other.String() {
		t.Errorf("%s, %s", s, other)
	}
	for name, fault := range map[string]http.HandlerFunc{
		"IsRefused": status(http.StatusForbidden),
		"IsCutOff":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"LeadsAway": http.RedirectHandler("http://127.0.0.1:1/?key=secret", http.StatusFound).ServeHTTP,
		"IsNoMap":   page("<html>"),
	} {
		h.mu.Lock() // a request that was cut off is sent again, and that answer may come late
		h.pages["/s.xml?key=secret"] = fault
		h.mu.Unlock()
		if _, err := origintest.Fetch(t, s, t.TempDir()); err == nil || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "/s.xml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
