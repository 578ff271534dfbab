package web

import (
	"net/http"
	"strings"
)

// exchangePath is where a site's page gets its session.
const exchangePath = "/api/visitor"

// preflightTime is how long a browser remembers what it may send, in seconds.
const preflightTime = "600"

// lend gives the pages of sites the HTTP door, under the rules of browsers for
// other origins. A request from there never has the rights of a cookie, also
// where a browser would send one: a page of the same company is another page.
func (s *Server) lend(own http.Handler) http.Handler {
	if len(s.config.Sites) == 0 {
		return own
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, origin, listed := s.siteOf(r)
		if !strings.HasPrefix(r.URL.Path, "/api/") || r.Header.Get("Origin") == "" || sameOrigin(r) {
			own.ServeHTTP(w, r)
			return
		}
		if !listed {
			if r.URL.Path != exchangePath {
				own.ServeHTTP(w, r)
				return
			}
			origin = "*" // a page that is refused may read that it is
		}
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method == http.MethodOptions {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID")
			h.Set("Access-Control-Max-Age", preflightTime)
			w.WriteHeader(http.StatusNoContent)
			return
		}
		r = r.Clone(r.Context())
		r.Header.Del("Cookie")
		own.ServeHTTP(w, r)
	})
}

// lendScript lets any page load a script of the widget, once there are sites: a
// page that may not use the chat is told so by it. The scripts are the same for
// everybody and hold nothing of the company.
func (s *Server) lendScript(h http.Header, name string) {
	if len(s.config.Sites) > 0 && isScript(name) {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
}
