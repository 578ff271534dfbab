package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"bureau/identity"
)

// A route is one pattern of the server's mux. A route that shows what is in
// documents says so, and the tests ask it as everybody.
type route struct {
	pattern   string
	documents bool // its reply depends on what the asker may read
	serve     http.HandlerFunc
}

// routes are all the server answers to.
func (s *Server) routes() []route {
	return []route{
		{"GET /{$}", true, s.pages(s.chatPage)},
		{"GET /documents/{id}", true, s.pages(s.documentPage)},
		{"GET /socket", true, s.pages(s.socket)},
		{"GET /api/conversations", true, s.api(identity.Conversations, s.listConversations)},
		{"GET /api/conversations/{id}", true, s.api(identity.Conversations, s.showConversation)},
		{"PATCH /api/conversations/{id}", false, s.api(identity.Conversations, s.renameConversation)},
		{"DELETE /api/conversations/{id}", false, s.api(identity.Conversations, s.deleteConversation)},
		{"GET /api/conversations/{id}/export", true, s.api(identity.Conversations, s.exportConversation)},
		{"POST /api/ask", true, s.api(identity.Ask, s.askByHTTP)},
		{"GET /api/answers/{answer}", true, s.api(identity.Ask, s.followByHTTP)},
		{"POST /api/answers/{answer}/stop", false, s.api(identity.Ask, s.stopByHTTP)},
		{"POST /api/feedback", false, s.api(identity.Ask, s.feedbackByHTTP)},
		{"GET /api/sessions", false, s.api("", s.listSessions)},
		{"DELETE /api/sessions/{id}", false, s.api("", s.endSession)},
		{"GET /api/openapi.yaml", false, openAPI},
		{"/api/", false, s.api("", func(http.ResponseWriter, *http.Request, caller) error { return errNoPage })},
		{"GET /sign-in", false, s.pages(s.signInPage)},
		{"POST /sign-in", false, s.pages(s.signIn)},
		{"GET /sign-in/{provider}", false, s.pages(s.leave)},
		{"GET /sign-in/{provider}/callback", false, s.pages(s.comeBack)},
		{"POST /sign-in/{provider}/logout", false, s.pages(s.farewell)},
		{"POST /sign-out", false, s.pages(s.signOut)},
		{"GET /static/{file}", false, s.pages(s.static)},
		{"GET /healthz", false, healthz},
		{"/", false, s.pages(func(http.ResponseWriter, *http.Request) error { return errNoPage })},
	}
}

// Handler returns the server's routes behind its guards: no form is taken
// from another site, and while people may choose who they are, nothing is
// answered but on this machine under its own name.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.HandleFunc(r.pattern, r.serve)
	}
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w.Header())
		if s.config.DemoSignIn && (!loopbackName(r) || !s.config.AnyAddress && !loopbackAddress(r)) {
			s.fail(w, r, errBadHost)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// guard sets the headers that every reply has. The policy lets a page use
// only files of this server and nothing inline, and be framed by it alone.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
		"img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// healthz says that the server answers, and nothing else.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// loopbackAddress reports whether a request came to a loopback address.
func loopbackAddress(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	address, err := netip.ParseAddrPort(local.String())
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// loopbackName reports whether a request asks for a loopback name. A foreign
// name that is made to point here would let a foreign page be this site.
func loopbackName(r *http.Request) bool {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	name = strings.ToLower(strings.Trim(name, "[]"))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// sameOrigin reports whether a socket is opened by a page of this server.
// Every browser says where a socket comes from; who does not say is refused.
func sameOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && strings.EqualFold(origin.Host, r.Host)
}
