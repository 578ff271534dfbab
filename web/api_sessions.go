package web

import (
	"net/http"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/identity"
)

// A sessionEntry is a session as its person, an administrator or an auditor sees it. Its
// id opens nothing.
type sessionEntry struct {
	ID       string    `json:"id"`
	Person   string    `json:"person"`
	Provider string    `json:"provider"`
	Begun    time.Time `json:"begun"`
	Used     time.Time `json:"used"`
	Until    time.Time `json:"until"`
	Current  bool      `json:"current"` // it is the one that asks
}

// listSessions answers GET /api/sessions.
func (s *Server) listSessions(w http.ResponseWriter, r *http.Request, who caller) error {
	sessions, err := s.sessionsOf(r, who, access.Administrator, access.Auditor)
	if err != nil {
		return err
	}
	list := []sessionEntry{}
	for _, one := range sessions {
		list = append(list, sessionEntry{one.ID, one.Person, one.Provider, one.Begun, one.Used, one.Until, one.ID == who.session.ID})
	}
	return respond(w, http.StatusOK, map[string]any{"sessions": list})
}

// endSession answers DELETE /api/sessions/{id}. A session that the caller may not
// see is one that there is not.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request, who caller) error {
	sessions, err := s.sessionsOf(r, who, access.Administrator)
	if err != nil {
		return err
	}
	for _, one := range sessions {
		if one.ID != r.PathValue("id") {
			continue
		}
		if err := s.config.Directory.End(r.Context(), one.ID); err != nil {
			return err
		}
		ended := audit.SessionsEnded{Person: one.Person, Session: one.ID[:shortSession], Sessions: 1}
		s.note(r.Context(), audit.Entry{By: who.asks.By, Event: ended})
		s.hub.end(one.ID, errSignedOut)
		return noContent(w)
	}
	return errNoPage
}

// sessionsOf returns a caller's own sessions, or everybody's for who has one of
// the roles.
func (s *Server) sessionsOf(r *http.Request, who caller, roles ...access.Role) ([]identity.Session, error) {
	person := who.ID
	for _, role := range roles {
		all, err := s.config.Directory.Has(r.Context(), who.ID, role, s.config.Now())
		if err != nil {
			return nil, err
		}
		if all {
			person = ""
		}
	}
	return s.config.Directory.Sessions(r.Context(), person, s.config.Now())
}
