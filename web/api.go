package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/identity"
)

// A caller is who a request comes from.
type caller struct {
	access.Person                  // of a token: its owner, or the service
	asks          chat.Asker       // with the rights of the session or the token, and how they came in
	reads         chat.Asker       // the same, no longer than the session lasts
	session       identity.Session // zero for a token
	language      string
}

// caller returns who sent a request, or why it is not served. A request of a
// site's page is its visitor's, whatever cookies it has. Any other that brings a
// token is the token's, but for pages and the socket, which no token opens; with
// a cookie, what changes something is taken from this site alone, as a socket is.
func (s *Server) caller(r *http.Request, at route) (who caller, err error) {
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead
	if site, origin, ok := s.siteOf(r); ok {
		who, err = s.byVisitor(r, at, site, origin)
	} else if secret, ok := bearer(r); ok && strings.HasPrefix(r.URL.Path, "/api/") {
		who, err = s.byToken(r, secret, at.action)
	} else if who, err = s.byCookie(r); err == nil && changes && !sameOrigin(r) {
		err = errOrigin
	}
	if err != nil || !changes {
		return who, err
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodDelete && (err != nil || kind != "application/json") {
		return caller{}, errMediaType
	}
	return who, nil
}

// byCookie returns whose session a request is of.
func (s *Server) byCookie(r *http.Request) (caller, error) {
	session, err := s.session(r)
	if err != nil {
		return caller{}, err
	}
	person, err := s.present(session.Person)
	if err != nil {
		return caller{}, err
	}
	return caller{Person: person, asks: s.asker(bySession(audit.API, session)), reads: s.reader(session.ID, person.ID), session: session,
		language: speak(person.Language, r.Header.Get("Accept-Language"))}, nil
}

// bearer returns the token that a request brings. Another kind of authorization
// is of a server in front.
func bearer(r *http.Request) (secret string, ok bool) {
	kind, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(secret), strings.EqualFold(kind, "Bearer")
}

// byToken returns whose token it is, if it is made for the action.
func (s *Server) byToken(r *http.Request, secret string, action identity.Action) (caller, error) {
	token, err := s.config.Directory.Bearer(r.Context(), secret, s.config.Now())
	if errors.Is(err, identity.ErrEnded) {
		return caller{}, errSignedOut
	}
	if err != nil {
		return caller{}, err
	}
	owner, ok := s.config.Directory.Person(token.Owner)
	if !ok {
		return caller{}, errSignedOut
	}
	who := s.holder(token)
	if _, err := who.Scope(); err != nil {
		return caller{}, err
	}
	if !token.May(action) {
		return caller{}, errNotMadeFor
	}
	owner.ID = who.Person
	return caller{Person: owner, asks: who, reads: who, language: speak(r.Header.Get("Accept-Language"), owner.Language)}, nil
}

// refuse answers with the failure for err.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if unexpected(err) && r.Context().Err() == nil {
		s.config.Log.Error("request", slog.String("method", r.Method), slog.String("pattern", r.Pattern), slog.Any("error", err))
	}
	f := explain(err)
	comeBackLater(w.Header(), err)
	_ = respond(w, f.status, struct { // an error here is a browser that left
		Code  string `json:"code"`
		Words string `json:"words"`
		Retry bool   `json:"retry"`
	}{f.code, f.words.in(s.language(r)), f.retry})
}

// respond answers with a value as JSON.
func respond(w http.ResponseWriter, status int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode a reply: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // an error here is a browser that left
	return nil
}

// read decodes the body of a request.
func read(r *http.Request, value any) error {
	data, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(data, value)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBadFrame, err)
	}
	return nil
}

// noContent answers that there is nothing more to say.
func noContent(w http.ResponseWriter) error {
	w.WriteHeader(http.StatusNoContent)
	return nil
}
