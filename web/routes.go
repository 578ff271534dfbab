package web

import (
	"fmt"
	"net/http"

	"bureau/identity"
)

// routes are all the server answers to. The mux is made of this table and of
// nothing else, so that a route without a line does not exist, and what a line
// says is done before its handler is called: who may call, from which site, how
// often and with how large a body, and whether the reply may be kept.
//
// To add a route: write a handler(w, r, who) error, add a line here, and a line
// in the matrix of matrix_test.go, which calls every route as everybody; a line
// without one fails there. What shows documents says documents: true and gets a
// visit in server_test.go. A route under /api/ stands in openapi.yaml as well. What
// another room serves comes as a [Mount] in Config.Mounts.
func (s *Server) routes() []route {
	const get, post, patch, remove = "GET ", "POST ", "PATCH ", "DELETE "
	const conversations, ask = identity.Conversations, identity.Ask
	routes := []route{
		{pattern: get + "/{$}", callers: SignedIn, documents: true, fails: asPage, serve: s.chatPage},
		{pattern: get + "/documents/{id}", callers: SignedIn, documents: true, pace: documents, fails: asPage, serve: s.documentPage},
		{pattern: get + "/socket", callers: SignedInOrGreeting, documents: true, pace: sockets, fails: asSocket, serve: s.socket},

		{pattern: get + "/api/conversations", callers: SignedInOrHeld, action: conversations, documents: true, fails: asJSON, serve: s.listConversations},
		{pattern: get + "/api/conversations/{id}", callers: SignedInOrHeld, action: conversations, documents: true, fails: asJSON, serve: s.showConversation},
		{pattern: patch + "/api/conversations/{id}", callers: SignedInOrHeld, action: conversations, changes: true, body: maxFrame, fails: asJSON, serve: s.renameConversation},
		{pattern: remove + "/api/conversations/{id}", callers: SignedInOrHeld, action: conversations, changes: true, fails: asJSON, serve: s.deleteConversation},
		{pattern: get + "/api/conversations/{id}/export", callers: SignedInOrHeld, action: conversations, documents: true, pace: exports, fails: asJSON, serve: s.exportConversation},
		{pattern: post + "/api/ask", callers: SignedInOrHeld, action: ask, documents: true, changes: true, body: maxFrame, pace: asks, fails: asJSON, serve: s.askByHTTP},
		{pattern: get + "/api/answers/{answer}", callers: SignedInOrHeld, action: ask, documents: true, fails: asJSON, serve: s.followByHTTP},
		{pattern: post + "/api/answers/{answer}/stop", callers: SignedInOrHeld, action: ask, changes: true, fails: asJSON, serve: s.stopByHTTP},
		{pattern: post + "/api/feedback", callers: SignedInOrHeld, action: ask, changes: true, body: maxFrame, fails: asJSON, serve: s.feedbackByHTTP},
		{pattern: get + "/api/documents/{id}", callers: SignedInOrVisiting, documents: true, pace: documents, fails: asJSON, serve: s.documentPage},
		{pattern: post + exchangePath, callers: HostSites, changes: true, body: maxExchange, fails: asJSON, serve: open(s.beginVisit)},
		{pattern: remove + exchangePath, callers: HostSites, changes: true, fails: asJSON, serve: open(s.endVisit)},
		{pattern: get + "/api/sessions", callers: SignedIn, fails: asJSON, serve: s.listSessions},
		{pattern: remove + "/api/sessions/{id}", callers: SignedIn, changes: true, fails: asJSON, serve: s.endSession},
		{pattern: get + "/api/departments", callers: SignedIn, fails: asJSON, serve: s.listDepartments},
		{pattern: get + "/api/openapi.yaml", callers: Anyone, fails: asJSON, serve: open(openAPI)},
		{pattern: "/api/", callers: SignedIn, fails: asJSON, serve: noPage},

		{pattern: get + "/sign-in", callers: Anyone, fails: asPage, serve: open(s.signInPage)},
		{pattern: post + "/sign-in", callers: Anyone, changes: true, body: 8 << 10, pace: signIns, fails: asPage, serve: open(s.signIn)},
		{pattern: get + "/sign-in/{provider}", callers: Anyone, pace: signIns, fails: asPage, serve: open(s.leave)},
		{pattern: get + "/sign-in/{provider}/callback", callers: Anyone, pace: signIns, fails: asPage, serve: open(s.comeBack)},
		{pattern: post + "/sign-in/{provider}/logout", callers: Providers, changes: true, body: 64 << 10, fails: asPage, serve: open(s.farewell)},
		{pattern: post + "/sign-out", callers: Anyone, changes: true, fails: asPage, serve: open(s.signOut)},

		{pattern: get + "/static/{file}", callers: Anyone, kept: true, pace: unlimited, fails: asPage, serve: open(s.static)},
		{pattern: get + "/healthz", callers: Anyone, anyName: true, pace: unlimited, fails: asPage, serve: open(healthz)},
		{pattern: "/", callers: Anyone, fails: asPage, serve: noPage},
	}
	for _, m := range s.config.Mounts {
		routes = append(routes, m.route())
	}
	return routes
}

// Handler returns the server's routes behind its guards.
func (s *Server) Handler() http.Handler { return s.guarded(s.routes()) }

// HandlerOf returns some routes of other rooms behind the same guards, for a
// listener of their own.
func (s *Server) HandlerOf(mounts ...Mount) http.Handler {
	routes := []route{{pattern: "/", callers: Anyone, anyName: true, fails: asJSON, serve: noPage}}
	for _, m := range mounts {
		at := m.route()
		at.anyName = true // whose listener it is says who reaches it
		routes = append(routes, at)
	}
	return s.guarded(routes)
}

// guarded returns routes with the headers that every reply has.
func (s *Server) guarded(routes []route) http.Handler {
	mux, err := s.mux(routes)
	if err != nil {
		panic(fmt.Sprintf("web: %v", err)) // the table is part of the program, and New has checked the mounts
	}
	lent := s.lend(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w.Header(), s.config.Secure)
		lent.ServeHTTP(w, r)
	})
}

// healthz says that the server answers, and nothing else.
func healthz(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
	return nil
}
