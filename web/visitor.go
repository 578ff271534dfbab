package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"bureau/audit"
	"bureau/identity"
	"bureau/web/limit"
)

// An Introducer says who visits a site of the company's. Its errors are those of
// package identity, or of a store that is away.
type Introducer interface {
	// Verify returns whom a token is about that a page under an origin brought.
	// It takes each token once.
	Verify(ctx context.Context, token, origin string) (identity.Proof, error)
}

// A Site is one whose pages hold the widget under origins of their own, and
// whose server vouches for who sees them. What comes from them has no cookie:
// the page keeps the secret of its session in memory, and shows it in hello and
// in Authorization.
type Site struct {
	Introducer
	ID      string
	Origins []string      // as browsers write them; others get nothing
	Session time.Duration // how long its visitors' sessions last
}

// Budgets of exchanges. What does not hold counts against the address that it
// came from, and what does against the site that signed it, so that nobody can
// use up another's share.
var (
	wrongTokens = limit.Budget{N: 30, Over: time.Minute}
	rightTokens = limit.Budget{N: 1000, Over: 20 * time.Second}
)

// maxExchange is how many bytes the body of one has.
const maxExchange = 128 << 10

// siteOf returns the site that a request comes from a page of, and the page's
// origin. A page of this server is no site's.
func (s *Server) siteOf(r *http.Request) (site Site, origin string, ok bool) {
	if origins := r.Header.Values("Origin"); len(origins) == 1 && !sameOrigin(r) {
		origin = origins[0]
	}
	i := slices.IndexFunc(s.config.Sites, func(site Site) bool { return slices.Contains(site.Origins, origin) })
	if origin == "" || i < 0 {
		return Site{}, "", false
	}
	return s.config.Sites[i], origin, true
}

// isSite reports whether a way in is that of a site's visitors.
func (s *Server) isSite(provider string) bool {
	return slices.ContainsFunc(s.config.Sites, func(site Site) bool { return site.ID == provider })
}

// doorOf returns the door that the pages of a session are behind.
func (s *Server) doorOf(session identity.Session) audit.Door {
	if s.isSite(session.Provider) {
		return audit.Widget
	}
	return audit.Browser
}

// visitorSession returns the session with this secret. It counts for the pages
// of the origin that it began in, and for no other.
func (s *Server) visitorSession(ctx context.Context, secret string, site Site, origin string) (identity.Session, error) {
	session, err := s.use(ctx, identity.SessionID(secret))
	if err != nil {
		return identity.Session{}, err
	}
	if session.Provider != site.ID || session.SID != origin {
		return identity.Session{}, errSignedOut
	}
	return session, nil
}

// byVisitor returns whose session a page of a site brings.
func (s *Server) byVisitor(r *http.Request, at route, site Site, origin string) (caller, error) {
	secret, ok := bearer(r)
	if !ok {
		return caller{}, errSignedOut
	}
	session, err := s.visitorSession(r.Context(), secret, site, origin)
	if err != nil {
		return caller{}, err
	}
	person, err := s.present(session.Person)
	if err != nil {
		return caller{}, err
	}
	if !at.callers.visitors() {
		return caller{}, errNotMadeFor
	}
	return caller{
		Person: person, asks: s.asker(bySession(audit.Widget, session)), reads: s.reader(session.ID, person.ID), session: session,
		language: speak(r.Header.Get("Accept-Language"), person.Language),
	}, nil
}

// beginVisit answers POST /api/visitor: it takes a site's word about who sees
// its page, and gives the page a session.
func (s *Server) beginVisit(w http.ResponseWriter, r *http.Request) error {
	site, origin, ok := s.siteOf(r)
	if !ok {
		return errOrigin
	}
	token, err := s.visitorOf(r, site, origin)
	if errors.Is(err, identity.ErrUnproved) {
		if wait := s.wrongTokens.Take(s.from(r), s.config.Now()); wait > 0 {
			return tooOften{wait} // without a line: how many more there are tells nothing
		}
	}
	if err != nil {
		s.refused(r, audit.Widget, site.ID, "", err)
		return err
	}
	return respond(w, http.StatusOK, map[string]any{"session": token, "seconds": int(site.Session.Seconds())})
}

// visitorOf returns the secret of a new session for the token in a request.
func (s *Server) visitorOf(r *http.Request, site Site, origin string) (secret string, err error) {
	var body struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return "", fmt.Errorf("site %s: %w: the body is no {\"token\"}", site.ID, identity.ErrUnproved)
	}
	now := s.config.Now()
	proof, err := site.Verify(r.Context(), body.Token, origin)
	if err != nil {
		return "", err
	}
	if wait := s.rightTokens.Take(site.ID, now); wait > 0 {
		return "", tooOften{wait}
	}
	person, err := s.config.Directory.Admit(r.Context(), proof, now)
	if err != nil {
		return "", err
	}
	return s.begun(r, audit.Widget, identity.Entry{Person: person, Provider: site.ID, SID: origin})
}

// endVisit answers DELETE /api/visitor. To end a session that has ended is no
// error.
func (s *Server) endVisit(w http.ResponseWriter, r *http.Request) error {
	site, origin, ok := s.siteOf(r)
	if !ok {
		return errOrigin
	}
	secret, _ := bearer(r)
	session, err := s.visitorSession(r.Context(), secret, site, origin)
	if errors.Is(err, errSignedOut) {
		return noContent(w)
	}
	if err == nil {
		err = s.config.Directory.End(r.Context(), session.ID)
	}
	if err != nil {
		return err
	}
	s.hub.end(session.ID, errSignedOut)
	s.note(r.Context(), audit.Entry{By: bySession(audit.Widget, session), Event: audit.SignedOut{}})
	return noContent(w)
}

// late ends a socket whose page has not said in time whose it is.
func (v *visit) late() *time.Timer {
	return time.AfterFunc(helloTime, func() {
		if v.server.hub.sessionOf(v) == "" {
			v.conn.end(errHelloFirst)
		}
	})
}

// introduce makes a socket that a site's page opened that of the session which
// hello brings.
func (v *visit) introduce(first hello) error {
	session, err := v.server.visitorSession(v.conn.ctx, first.Session, v.site, v.origin)
	if err != nil {
		if unexpected(err) {
			v.server.config.Log.Error("hello of a visitor", slog.Any("error", err))
		}
		return err
	}
	return v.server.hub.introduce(v, session.Person, session.ID)
}
