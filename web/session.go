package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"bureau/audit"
	"bureau/identity"
)

// sweepPeriod is how soon a session that ended elsewhere has no socket left.
const sweepPeriod = time.Second

// sessionCookie is the name of the cookie that holds the token of a session.
// Over TLS it has the prefix that no other host and no plain HTTP can set.
func (s *Server) sessionCookie() string { return s.hostPrefix() + "bureau_session" }

func (s *Server) hostPrefix() string {
	if s.config.Secure {
		return "__Host-"
	}
	return ""
}

// cookie returns a cookie of this server alone, that no script reads and that
// another site's page sends only by leading here. A negative age deletes it.
func (s *Server) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.config.Secure, SameSite: http.SameSiteLaxMode,
	}
}

// session returns the session of a request, and notes that it is used. One that
// has ended is errSignedOut.
func (s *Server) session(r *http.Request) (identity.Session, error) {
	cookie, err := r.Cookie(s.sessionCookie())
	if err != nil {
		return identity.Session{}, errSignedOut
	}
	session, err := s.use(r.Context(), identity.SessionID(cookie.Value))
	if err == nil && s.isSite(session.Provider) { // which is no cookie, and none is made of it
		return identity.Session{}, errSignedOut
	}
	return session, err
}

// use returns the session with this id, and notes that it is used.
func (s *Server) use(ctx context.Context, id string) (identity.Session, error) {
	now := s.config.Now()
	session, err := s.config.Directory.Session(ctx, id, now)
	if errors.Is(err, identity.ErrEnded) || err == nil && session.Provider == identity.ByChoice && !s.config.DemoSignIn {
		return identity.Session{}, errSignedOut
	}
	if err != nil {
		return identity.Session{}, err
	}
	if err := s.config.Directory.Touch(ctx, session, now); err != nil && ctx.Err() == nil {
		s.config.Log.Warn("note the use of a session", slog.Any("error", err)) // it ends early at worst
	}
	return session, nil
}

// enter begins a session, in the place of the one that the browser had.
func (s *Server) enter(w http.ResponseWriter, r *http.Request, entry identity.Entry) error {
	if err := s.forget(r); err != nil {
		return err
	}
	token, err := s.begun(r, audit.Browser, entry)
	if err != nil {
		return err
	}
	// The server ends it when its time has come; the browser may drop it earlier.
	http.SetCookie(w, s.cookie(s.sessionCookie(), token, 0))
	return nil
}

// begun begins a session and returns its secret. One that is not in the audit is
// none.
func (s *Server) begun(r *http.Request, door audit.Door, entry identity.Entry) (secret string, err error) {
	secret, err = s.config.Directory.Begin(r.Context(), entry, s.config.Now())
	if err != nil {
		return "", err
	}
	id := identity.SessionID(secret)
	by := bySession(door, identity.Session{ID: id, Person: entry.Person, Provider: entry.Provider})
	by.Address = s.address(r)
	if err := s.record(r.Context(), by, audit.SignedIn{}); err != nil {
		return "", errors.Join(err, s.config.Directory.End(context.WithoutCancel(r.Context()), id))
	}
	return secret, nil
}

// forget ends the session of a request, if it has one, with all its sockets.
func (s *Server) forget(r *http.Request) error {
	session, err := s.session(r)
	if errors.Is(err, errSignedOut) {
		return nil
	}
	if err == nil {
		err = s.config.Directory.End(r.Context(), session.ID)
	}
	if err != nil {
		return err
	}
	s.hub.end(session.ID, errSignedOut)
	return nil
}

// Follow ends the sockets of sessions that have ended elsewhere, by their time,
// by an administrator or by a provider, until ctx ends.
func (s *Server) Follow(ctx context.Context) {
	tick := time.NewTicker(sweepPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.sweep(ctx)
		}
	}
}

// sweep ends the sockets of sessions that have ended. A session that cannot be
// asked about keeps its socket, which shows nothing without it.
func (s *Server) sweep(ctx context.Context) {
	for _, id := range s.hub.sessions() {
		session, err := s.config.Directory.Session(ctx, id, s.config.Now())
		if err == nil {
			_, err = s.present(session.Person)
		}
		if errors.Is(err, identity.ErrEnded) || errors.Is(err, errSignedOut) {
			s.hub.end(id, errSignedOut)
		}
	}
}
