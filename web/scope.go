package web

import (
	"errors"
	"slices"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
	"bureau/identity"
	"bureau/retrieval"
)

// scope returns what a person may read at this moment. An unknown person is
// signed out; a person who reads nothing gets [retrieval.ErrNoScope].
func (s *Server) scope(person string) (access.Scope, error) {
	return judged(s.config.Directory.Scope(person, s.config.Now()))
}

// present returns somebody who is not shut out, whatever they read.
func (s *Server) present(id string) (access.Person, error) {
	person, ok := s.config.Directory.Person(id)
	if !ok {
		return access.Person{}, errSignedOut
	}
	if _, err := s.scope(id); err != nil && !errors.Is(err, retrieval.ErrNoScope) {
		return access.Person{}, err
	}
	return person, nil
}

// judged returns a scope with its error as the front door has it.
func judged(scope access.Scope, err error) (access.Scope, error) {
	switch {
	case errors.Is(err, access.ErrNoDepartment), err == nil && scope.IsZero():
		return access.Scope{}, retrieval.ErrNoScope
	case identity.IsNobody(err), errors.Is(err, identity.ErrEnded): // for the person it is one thing
		return access.Scope{}, errSignedOut
	case err != nil:
		return access.Scope{}, err
	}
	return scope, nil
}

// asker returns who asks, having come in as by says.
func (s *Server) asker(by audit.By) chat.Asker {
	return chat.Asker{Person: by.Person, By: by, Scope: func() (access.Scope, error) { return s.scope(by.Person) }}
}

// reader returns who reads on in a session. What the session showed ends with
// it.
func (s *Server) reader(session, person string) chat.Asker {
	return chat.Asker{Person: person, Scope: func() (access.Scope, error) {
		if err := s.config.Directory.Lasts(session, s.config.Now()); err != nil {
			return judged(access.Scope{}, err)
		}
		return s.scope(person)
	}}
}

// holder returns who asks and reads by a token, and no longer than it holds.
func (s *Server) holder(token identity.Token) chat.Asker {
	return chat.Asker{Person: token.Person(), By: byToken(token), Scope: func() (access.Scope, error) {
		return judged(s.config.Directory.TokenScope(token.ID, s.config.Now()))
	}}
}

// narrowed returns who asks about some departments alone: less what the client
// wished away. A wish that leaves nothing is errNarrow.
func narrowed(who chat.Asker, departments []string) chat.Asker {
	if len(departments) == 0 {
		return who
	}
	want := make([]access.Department, len(departments))
	for i, d := range departments {
		want[i] = access.Department(d)
	}
	return chat.Asker{Person: who.Person, By: who.By, Scope: func() (access.Scope, error) {
		scope, err := who.Scope()
		if err != nil {
			return access.Scope{}, err
		}
		if scope = scope.Narrow(want...); scope.IsZero() {
			return access.Scope{}, errNarrow
		}
		return scope, nil
	}}
}

// shared returns the departments that are in both, in the order of a.
func shared(a, b []access.Department) []access.Department {
	return slices.DeleteFunc(slices.Clone(a), func(d access.Department) bool { return !slices.Contains(b, d) })
}
