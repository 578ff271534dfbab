package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"bureau/audit"
	"bureau/chat"
	"bureau/identity"
)

// An Audit keeps what somebody was given, and who came in. When Append returns
// nil the entries outlive a crash.
type Audit interface {
	Append(ctx context.Context, entries ...audit.Entry) error
}

// auditWait is how long a line of the audit may take.
const auditWait = 15 * time.Second

// shortSession is how much of a session's id tells sessions apart.
const shortSession = 12

// bySession says how the person of a session came in, by a door.
func bySession(door audit.Door, s identity.Session) audit.By {
	return audit.By{Door: door, Person: s.Person, SignIn: s.Provider, Session: s.ID[:min(len(s.ID), shortSession)]}
}

// byToken says whose token somebody came in with.
func byToken(t identity.Token) audit.By {
	by := audit.By{Door: audit.API, Person: t.Person(), SignIn: "token", Token: t.ID}
	if t.Service {
		by.Owner = t.Owner
	}
	return by
}

// record writes a line about what is given next. With an error nothing may be
// given.
func (s *Server) record(ctx context.Context, by audit.By, e audit.Event) error {
	return s.append(ctx, audit.Entry{By: by, Event: e})
}

func (s *Server) append(ctx context.Context, entry audit.Entry) error {
	ctx, cancel := context.WithTimeout(ctx, auditWait)
	defer cancel()
	if err := s.config.Audit.Append(ctx, entry); err != nil {
		return fmt.Errorf("%w: %w", chat.ErrUnaudited, err)
	}
	return nil
}

// note writes a line about what is not held up by it: a way in that was refused,
// or one that has ended.
func (s *Server) note(ctx context.Context, entry audit.Entry) {
	if err := s.append(context.WithoutCancel(ctx), entry); err != nil {
		s.config.Log.Error("a line is missing in the audit", slog.Any("error", err))
	}
}

// address returns where a request comes from, "" where that is not known.
func (s *Server) address(r *http.Request) string {
	from := s.config.Proxies.client(r)
	if !from.IsValid() {
		return ""
	}
	return from.String()
}
