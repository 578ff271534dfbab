package indextest

import (
	"testing"
	"time"

	"bureau/access"
)

// Fill puts random documents into an engine, with readers of every kind: a few
// departments or none, denied ones, clearances, dates before and after the
// moments of [Scopes].
func Fill(t *testing.T, e Engine) {
	t.Helper()
	g := newGenerator(5)
	if err := e.ReplaceAll(t.Context(), g.documents(300, "filled", g.readers)); err != nil {
		t.Fatal(err)
	}
}

// Scopes returns the rights of every person of the suite's company at several
// moments.
func Scopes(t *testing.T) []access.Scope {
	t.Helper()
	var scopes []access.Scope
	for _, person := range people {
		for hours := range 5 {
			scopes = append(scopes, scopeAt(t, person, now.Add(time.Duration(hours-2)*time.Hour)))
		}
	}
	return scopes
}
