package identity

import (
	"errors"
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

func TestL09_ASiteThatIsGivenNoGroupsGivesNone(t *testing.T) {
	h := newHouse(t)
	d, err := Open(t.Context(), h.db, Config{Policy: h.policy.Load, Providers: map[string]Grants{
		"intranet": {Issuer: "visitors:intranet", Visitors: true, People: map[string]string{"1": "hanna"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	h.says("departments: [{id: hr}]\ngroups: [{id: hr-team, departments: [hr]}]\npeople: [{id: hanna, departments: [hr]}]\n")
	for subject, reads := range map[string]bool{"1": true, "2": false} {
		person, err := d.Admit(t.Context(), Proof{Provider: "intranet", Issuer: "visitors:intranet", Subject: subject, Groups: []string{"hr-team"}}, h.now)
		if err != nil {
			t.Fatal(err)
		}
		scope, err := d.Scope(person, h.now)
		if got := err == nil && !scope.IsZero(); got != reads {
			t.Errorf("subject %s reads %v (%v)", subject, scope.Departments(), err)
		}
	}
}

func TestL11_WhoIsShutOutMeanwhileBeginsNoSession(t *testing.T) {
	h := newHouse(t)
	d := withSite(t, h)
	if err := d.Disable(t.Context(), "amir", h.now); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Begin(t.Context(), Entry{Person: "amir", Provider: ByPassword}, h.now); !errors.Is(err, ErrDisabled) {
		t.Errorf("%v", err)
	}
}
