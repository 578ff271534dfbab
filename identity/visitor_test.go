package identity

import (
	"testing"
	"time"

	"bureau/access"
)

// withSite returns the directory of a house that knows a site as well.
func withSite(t *testing.T, h *house) *Directory {
	t.Helper()
	h.says(company + "  - {id: amir, departments: [it], roles: [administrator]}\n")
	d, err := Open(t.Context(), h.db, Config{Policy: h.policy.Load, Providers: map[string]Grants{
		"corp":     {Issuer: issuer},
		"intranet": {Issuer: "visitors:intranet", Visitors: true, Groups: map[string]string{"staff": "hr-team"}, Session: time.Hour, Idle: 10 * time.Minute},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTheVisitorsOfASiteHaveLimitsOfTheirOwn(t *testing.T) {
	h := newHouse(t)
	d := withSite(t, h)
	begin := func(provider string) string {
		token, err := d.Begin(t.Context(), Entry{Person: "amir", Provider: provider}, h.now)
		if err != nil {
			t.Fatal(err)
		}
		return SessionID(token)
	}
	visitor, other := begin("intranet"), begin("corp")
	lasts := func(after time.Duration, want [2]bool) {
		t.Helper()
		if got := [2]bool{d.Lasts(visitor, h.now.Add(after)) == nil, d.Lasts(other, h.now.Add(after)) == nil}; got != want {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
	lasts(9*time.Minute, [2]bool{true, true})
	lasts(11*time.Minute, [2]bool{false, true})
	// A beginning tidies up, and ends nothing that lasts.
	if _, err := d.Begin(t.Context(), Entry{Person: "amir", Provider: "intranet"}, h.now.Add(3*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := d.Lasts(other, h.now.Add(3*time.Hour)); err != nil {
		t.Errorf("another way in: %v", err)
	}
	lasts(5*time.Hour, [2]bool{false, false})
}

func TestL06_AGroupGivesAVisitorNoRole(t *testing.T) {
	h := newHouse(t)
	d := withSite(t, h)
	h.says("departments: [{id: hr}]\ngroups: [{id: hr-team, departments: [hr], roles: [administrator]}]\n")
	for provider, proof := range map[string]Proof{
		"intranet": {Provider: "intranet", Issuer: "visitors:intranet", Subject: "1", Groups: []string{"staff"}},
		"corp":     {Provider: "corp", Issuer: issuer, Subject: "1", Groups: []string{"hr-team"}},
	} {
		person, err := d.Admit(t.Context(), proof, h.now)
		if err != nil {
			t.Fatal(err)
		}
		has, err := d.Has(t.Context(), person, access.Administrator, h.now)
		if want := provider == "corp"; err != nil || has != want {
			t.Errorf("of %s: %v, %v", provider, has, err)
		}
		if scope, err := d.Scope(person, h.now); err != nil || names(scope) != "hr" {
			t.Errorf("of %s reads %q, %v", provider, names(scope), err)
		}
	}
}
