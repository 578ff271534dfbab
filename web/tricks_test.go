package web

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Every reply to every route, of whatever kind, has the headers that its line
// promises.
func TestEveryReplyOfEveryRouteIsGuarded(t *testing.T) {
	for _, secure := range []bool{false, true} {
		h := newHouse(t)
		h.config.Secure = secure
		url := serve(t, h)
		for _, at := range h.routes() {
			method, _, ok := strings.Cut(at.pattern, " ")
			if !ok {
				method = http.MethodGet
			}
			for _, person := range []string{"", "hanna"} {
				got := h.send(t, method, url+matrix[at.pattern].path, person, "")
				for header, want := range map[string]string{
					"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
					"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
				} {
					if got.header.Get(header) != want {
						t.Errorf("%s as %q: %s is %q", at.pattern, person, header, got.header.Get(header))
					}
				}
				policy := got.header.Get("Content-Security-Policy")
				for _, part := range []string{"default-src 'none'", "frame-ancestors 'self'", "base-uri 'none'", "form-action 'self'"} {
					if !strings.Contains(policy, part) || strings.Contains(policy, "unsafe") {
						t.Errorf("%s as %q: the policy is %q", at.pattern, person, policy)
					}
				}
				if kept := got.header.Get("Cache-Control") != "no-store"; kept && !at.kept {
					t.Errorf("%s as %q may be kept: %s", at.pattern, person, got.header.Get("Cache-Control"))
				}
				if strict := got.header.Get("Strict-Transport-Security") != ""; strict != secure {
					t.Errorf("%s as %q: HSTS is %t", at.pattern, person, strict)
				}
			}
		}
	}
}

// raw sends bytes as they are and returns the reply, as a person.
func (h *house) raw(t *testing.T, address, request string) (status int, header http.Header, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	cookie := h.sessionCookie() + "=" + h.token("hanna")
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "COOKIE", cookie)); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

func TestNoTrickOfAPathLeadsAnywhere(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	for _, path := range []string{
		"/documents/../documents/merger", "/documents/%2e%2e/documents/merger", "/documents/..%2fmerger", "/documents/merger%00", "/documents/leave%00.md",
		"/documents/merger/", "//documents/merger", "/static/../routes.go", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/..%5croutes.go", "/static/%00",
		"//evil.example/..", "///evil.example", "/%2f%2fevil.example/", "/\\evil.example", "/.//evil.example/", "/api/conversations/%2e%2e%2f%2e%2e", "/api/conversations/..",
		"/API/conversations", "/healthz/../sign-in/../documents/merger", "/%", "/documents/%zz", "http://evil.example/documents/merger", "/documents/" + strings.Repeat("a/", 500),
	} {
		status, header, body := h.raw(t, url, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nCookie: COOKIE\r\nConnection: close\r\n\r\n")
		to := header.Get("Location")
		if status == http.StatusOK || status >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, status)
		}
		if to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
			t.Errorf("%s leads to %s", path, to)
		}
		for _, secret := range secrets["finance"][:2] {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %s", path, secret)
			}
		}
	}
}

func TestMethodsThatARouteDoesNotHaveDoNothing(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.answered(t, url, "hanna")
	for _, method := range []string{"TRACE", "OPTIONS", "PUT", "PROPFIND", "FOO"} {
		for _, path := range []string{"/", "/documents/leave", "/api/conversations/c", "/sign-out", "/healthz"} {
			status, header, body := h.raw(t, url, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\nCookie: COOKIE\r\nConnection: close\r\n\r\n", method, path, url))
			if status < http.StatusBadRequest || status >= http.StatusInternalServerError || strings.Contains(body, "26 days") || header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s: %d", method, path, status)
			}
		}
	}
	if status, _, body := h.raw(t, url, "HEAD /documents/leave HTTP/1.0\r\nHost: localhost\r\nCookie: COOKIE\r\n\r\n"); status != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d %q", status, body)
	}
	for _, host := range []string{"", "evil.example", "localhost:80:80", "localhost@evil.example"} {
		if status, _, body := h.raw(t, url, "GET /documents/leave HTTP/1.1\r\nHost: "+host+"\r\nCookie: COOKIE\r\nConnection: close\r\n\r\n"); status < http.StatusBadRequest || strings.Contains(body, "26 days") {
			t.Errorf("host %q: %d", host, status)
		}
	}
	for name, request := range map[string]string{
		"two lengths":  "POST /sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
		"two hosts":    "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
		"a bad header": "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Y : z\r\n\r\n",
	} {
		if status, _, _ := h.raw(t, url, request); status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, status)
		}
	}
}
