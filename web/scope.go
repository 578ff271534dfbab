package web

import (
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// scope returns what a person may read at this moment. An unknown person is
// signed out; a person who reads nothing gets [retrieval.ErrNoScope].
func (s *Server) scope(person string) (access.Scope, error) {
	scope, err := s.config.Rights.Scope(person, s.config.Now())
	if err != nil {
		// The rights say why in words for operators; for the person it is one
		// thing: whoever they were, they no longer are.
		return access.Scope{}, errSignedOut
	}
	if scope.IsZero() {
		return access.Scope{}, retrieval.ErrNoScope
	}
	return scope, nil
}

// narrowed returns the scope of one question: the person's, less what the
// client wished away. A wish that leaves nothing is errNarrow.
func (s *Server) narrowed(person string, departments []string) (access.Scope, error) {
	scope, err := s.scope(person)
	if err != nil || len(departments) == 0 {
		return scope, err
	}
	want := make([]access.Department, len(departments))
	for i, d := range departments {
		want[i] = access.Department(d)
	}
	if scope = scope.Narrow(want...); scope.IsZero() {
		return access.Scope{}, errNarrow
	}
	return scope, nil
}

// readsLess reports whether now has lost a right that before had, so that
// what was found with before may no longer be shown.
func readsLess(now, before access.Scope) bool {
	return !holds(now.Departments(), before.Departments()) ||
		!holds(before.Belongs(), now.Belongs()) || // a new membership may be a denied one
		!holds(now.Clearances(), before.Clearances())
}

// holds reports whether all of want is in have.
func holds[T comparable](have, want []T) bool {
	return !slices.ContainsFunc(want, func(one T) bool { return !slices.Contains(have, one) })
}

// shared returns the departments that are in both, in the order of a.
func shared(a, b []access.Department) []access.Department {
	return slices.DeleteFunc(slices.Clone(a), func(d access.Department) bool { return !slices.Contains(b, d) })
}
