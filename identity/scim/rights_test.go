package scim

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/identity"
)

// admit signs somebody in with the provider corp.
func (h *house) admit(subject, external string) (string, error) {
	return h.directory.Admit(h.t.Context(), identity.Proof{Provider: "corp", Issuer: issuer, Subject: subject, External: external,
		Name: "Hanna Reed", Email: "hanna@larkfield.example", Groups: []string{"g-0002", "finance-team"}}, time.Now())
}

// in begins a session and returns its id.
func (h *house) in(person, provider, sid string) string {
	h.t.Helper()
	token, err := h.directory.Begin(h.t.Context(), identity.Entry{Person: person, Provider: provider, SID: sid}, time.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return identity.SessionID(token)
}

// ended reports whether a session has ended.
func (h *house) ended(session string) bool {
	_, err := h.directory.Session(h.t.Context(), session, time.Now())
	return errors.Is(err, identity.ErrEnded)
}

// newOwnersToken makes a token of a person and returns its id.
func (h *house) newOwnersToken(person string) string {
	h.t.Helper()
	token, _, err := h.directory.NewToken(h.t.Context(), identity.Token{Owner: person, Name: "nightly", Actions: identity.Actions(), Expires: time.Now().Add(time.Hour)}, time.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return token.ID
}

func (h *house) opens(token string) bool {
	scope, err := h.directory.TokenScope(token, time.Now())
	return err == nil && !scope.IsZero()
}

func TestWhoSignsInIsWhoIsOnTheRoster(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna@larkfield.example")
	h.group("g-0001", "Human Resources", hanna)
	person, err := h.admit("subject-1", "u-1")
	if err != nil || person != "sso:"+hanna {
		t.Fatalf("%s, %v", person, err)
	}
	if got := h.reads(hanna); got != "hr" { // and not what the token said of groups
		t.Errorf("reads %q", got)
	}
	h.user("", "feng")
	for name, c := range map[string]struct {
		external string
		want     error
	}{"NotThere": {"u-2", identity.ErrNotListed}, "NoID": {"", identity.ErrNotListed}, "ByTheName": {"hanna@larkfield.example", identity.ErrNotListed}} {
		if person, err := h.admit("subject-2", c.external); !errors.Is(err, c.want) || person != "" {
			t.Errorf("%s: %q, %v", name, person, err)
		}
	}
	h.patch(200, "/Users/"+hanna, `{"op":"replace","path":"active","value":false}`)
	if _, err := h.admit("subject-1", "u-1"); !errors.Is(err, identity.ErrInactive) {
		t.Errorf("who is not active signs in: %v", err)
	}
}

func TestL15_AnExternalIDThatIsAnotherSubjectsLetsNobodyIn(t *testing.T) {
	h := newHouse(t)
	h.user("hreed", "hreed")
	if _, err := h.admit("subject-1", "hreed"); err != nil {
		t.Fatal(err)
	}
	if person, err := h.admit("subject-2", "hreed"); !errors.Is(err, identity.ErrNotListed) {
		t.Errorf("another subject is %s, %v", person, err)
	}
	if _, err := h.admit("subject-1", "hreed"); err != nil {
		t.Errorf("the first one: %v", err)
	}
}

func TestL15_ANameOfAGroupGivesNobodyAnything(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna")
	hr, named := h.group("g-0001", "HR", hanna), h.group("", "hr-team", hanna)
	h.patch(204, "/Groups/"+named, `{"op":"replace","path":"displayName","value":"g-0002"}`)
	if got := h.reads(hanna); got != "hr" {
		t.Errorf("a group with the name of another's id: reads %q", got)
	}
	h.patch(204, "/Groups/"+hr, `{"op":"replace","path":"displayName","value":"Finance"}`)
	if got := h.reads(hanna); got != "hr" {
		t.Errorf("after a rename: reads %q", got)
	}
	h.do(204, "DELETE", "/Groups/"+hr, "")
	h.group("g-0009", "HR", hanna)
	if got := h.reads(hanna); !strings.Contains(got, access.ErrNoDepartment.Error()) {
		t.Errorf("a new group with an old name: reads %q", got)
	}
	h.groups[named] = "finance-team" // the configuration names a group by the id that it has here
	if got := h.reads(hanna); got != "finance" {
		t.Errorf("a group by its id: reads %q", got)
	}
}

func TestL15_WhoComesAgainIsSomebodyElse(t *testing.T) {
	h := newHouse(t)
	old := h.user("u-1", "hanna")
	h.group("g-0001", "HR", old)
	session, token := h.in("sso:"+old, "corp", ""), h.newOwnersToken("sso:"+old)
	h.do(204, "DELETE", "/Users/"+old, "")
	if !h.ended(session) || h.opens(token) || !strings.Contains(h.reads(old), access.ErrUnknownPerson.Error()) {
		t.Errorf("after the deletion: session ended %t, token opens %t, reads %q", h.ended(session), h.opens(token), h.reads(old))
	}
	fresh := h.user("u-1", "hanna")
	person, err := h.admit("subject-1", "u-1")
	if err != nil || person != "sso:"+fresh || fresh == old {
		t.Fatalf("%s, %v", person, err)
	}
	if !h.ended(session) || h.opens(token) || !strings.Contains(h.reads(fresh), access.ErrNoDepartment.Error()) {
		t.Errorf("the new one has something of the old: session ended %t, token opens %t, reads %q", h.ended(session), h.opens(token), h.reads(fresh))
	}
	if tokens, err := h.directory.Tokens(t.Context(), "sso:"+old); err != nil || len(tokens) != 0 {
		t.Errorf("tokens are left: %v, %v", tokens, err)
	}
}

func TestL11_WhoIsNotActiveHasNoWayIn(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna")
	g := h.group("g-0001", "HR", hanna)
	session, token := h.in("sso:"+hanna, "corp", ""), h.newOwnersToken("sso:"+hanna)
	if !h.opens(token) {
		t.Fatal("the token opens nothing before")
	}
	h.patch(200, "/Users/"+hanna, `{"op":"Replace","path":"active","value":"False"}`)
	if !h.ended(session) || h.opens(token) || !strings.Contains(h.reads(hanna), identity.ErrInactive.Error()) {
		t.Errorf("session ended %t, token opens %t, reads %q", h.ended(session), h.opens(token), h.reads(hanna))
	}
	h.patch(200, "/Users/"+hanna, `{"op":"Replace","path":"active","value":true}`)
	if !h.ended(session) || !h.opens(token) || h.reads(hanna) != "hr" {
		t.Errorf("active again: session ended %t, token opens %t, reads %q", h.ended(session), h.opens(token), h.reads(hanna))
	}
	h.patch(204, "/Groups/"+g, `{"op":"remove","path":"members[value eq \"`+hanna+`\"]"}`)
	if h.opens(token) || !strings.Contains(h.reads(hanna), access.ErrNoDepartment.Error()) {
		t.Errorf("out of the group: token opens %t, reads %q", h.opens(token), h.reads(hanna))
	}
}

func TestL11_APersonOfThePolicyLivesWithTheirUser(t *testing.T) {
	h := newHouse(t)
	reads := func() error {
		_, err := h.directory.Scope("finn", time.Now())
		return err
	}
	if err := reads(); !errors.Is(err, identity.ErrInactive) {
		t.Errorf("not on the roster yet: %v", err)
	}
	user := h.user("u-0007", "finn")
	h.group("g-0001", "HR", user)
	person, err := h.admit("subject-7", "u-0007")
	if err != nil {
		t.Fatal(err)
	}
	if got := h.reads(user); got != "finance" || reads() != nil {
		t.Errorf("the policy alone says what he reads: %q, %v", got, reads())
	}
	here, there := h.in("finn", identity.ByPassword, ""), h.in(person, "corp", "")
	token := h.newOwnersToken("finn")
	if list, err := h.directory.Sessions(t.Context(), "finn", time.Now()); err != nil || len(list) != 2 {
		t.Errorf("his sessions: %v, %v", list, err)
	}
	h.patch(200, "/Users/"+user, `{"op":"replace","value":{"active":false}}`)
	if err := reads(); !errors.Is(err, identity.ErrInactive) || !h.ended(here) || !h.ended(there) || h.opens(token) {
		t.Errorf("not active: %v, sessions ended %t and %t, token opens %t", err, h.ended(here), h.ended(there), h.opens(token))
	}
	if has, err := h.directory.Has(t.Context(), "finn", access.Administrator, time.Now()); has || err != nil {
		t.Errorf("has a role: %t, %v", has, err)
	}
}

func TestAFarewellIsTakenOnceAndEndsARostersPeople(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna")
	person, err := h.admit("subject-1", "u-1")
	if err != nil {
		t.Fatal(err)
	}
	session, other := h.in(person, "corp", "s1"), h.in("sso:"+h.user("u-2", "rita"), "corp", "s2")
	farewell := identity.Farewell{Issuer: issuer, Subject: "subject-1", ID: "jti-1", Expires: time.Now().Add(time.Minute)}
	if n, err := h.directory.EndFarewell(t.Context(), "corp", farewell, time.Now()); n != 1 || err != nil || !h.ended(session) || h.ended(other) {
		t.Errorf("%d ended, %v; hers %t, another's %t", n, err, h.ended(session), h.ended(other))
	}
	again := h.in("sso:"+hanna, "corp", "s3")
	if n, err := h.directory.EndFarewell(t.Context(), "corp", farewell, time.Now()); n != 0 || !errors.Is(err, identity.ErrUnproved) || h.ended(again) {
		t.Errorf("a replay: %d ended, %v", n, err)
	}
	restarted := h.reopen(map[string]identity.Grants{"corp": {Issuer: issuer, Roster: true}})
	if n, err := restarted.EndFarewell(t.Context(), "corp", farewell, time.Now()); n != 0 || !errors.Is(err, identity.ErrUnproved) || h.ended(again) {
		t.Errorf("a replay after a restart: %d ended, %v", n, err)
	}
	if _, err := h.directory.EndFarewell(t.Context(), "partner", farewell, time.Now()); err != nil {
		t.Errorf("another provider's of the same id: %v", err)
	}
}

func TestARosterThatIsNotConfiguredAnyMoreLetsNobodyIn(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna")
	h.group("g-0001", "HR", hanna)
	member, err := h.directory.Admit(t.Context(), identity.Proof{Provider: "plain", Issuer: "https://plain.example", Subject: "1"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for name, grants := range map[string]map[string]identity.Grants{
		"WithoutARoster": {"corp": {Issuer: issuer, Groups: h.groups}, "plain": {Issuer: "https://plain.example", Roster: true}},
		"WithoutBoth":    {},
	} {
		changed := h.reopen(grants)
		for _, person := range []string{"sso:" + hanna, member} {
			if scope, err := changed.Scope(person, time.Now()); !errors.Is(err, access.ErrUnknownPerson) || !scope.IsZero() {
				t.Errorf("%s: %s reads %v, %v", name, person, scope.Departments(), err)
			}
		}
		if _, err := changed.RosterOf(t.Context(), h.token, time.Now()); !errors.Is(err, identity.ErrEnded) {
			t.Errorf("%s: the token still opens: %v", name, err)
		}
	}
}

func TestAnAudienceReadsNoMoreThanItsPeopleOfARoster(t *testing.T) {
	h := newHouse(t)
	hanna, both, nowhere := h.user("u-1", "hanna"), h.user("u-2", "both"), h.user("u-3", "nowhere")
	h.user("u-0007", "finn")
	h.group("g-0001", "HR", hanna, both)
	h.group("g-0002", "Finance", both)
	for name, c := range map[string]struct {
		people []string
		want   string
		err    error
	}{
		"One":           {[]string{"sso:" + hanna}, "everyone hr", nil},
		"Two":           {[]string{"sso:" + hanna, "sso:" + both}, "everyone hr", nil},
		"WithThePolicy": {[]string{"finn", "sso:" + both}, "everyone finance", nil},
		"Apart":         {[]string{"finn", "sso:" + hanna}, "everyone", nil},
		"WithoutAGroup": {[]string{"sso:" + hanna, "sso:" + nowhere}, "", access.ErrNoDepartment},
		"Unknown":       {[]string{"sso:" + hanna, "sso:nobody"}, "", access.ErrUnknownPerson},
	} {
		scope, err := h.directory.Audience(t.Context(), c.people, false, time.Now())
		var names []string
		for _, d := range scope.Departments() {
			names = append(names, string(d))
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	h.patch(200, "/Users/"+both, `{"op":"replace","path":"active","value":false}`)
	if scope, err := h.directory.Audience(t.Context(), []string{"sso:" + hanna, "sso:" + both}, false, time.Now()); !errors.Is(err, identity.ErrInactive) || !scope.IsZero() {
		t.Errorf("with somebody who is not active: %v, %v", scope.Departments(), err)
	}
}

func TestL09_AnAddressIsSomebodyWhereItsProviderVerifiesIt(t *testing.T) {
	h := newHouse(t)
	email := func(name, address string) string {
		return h.do(201, "POST", "/Users", `{"userName":"`+name+`","externalId":"`+name+`","emails":[{"value":"`+address+`"}]}`).at("id").(string)
	}
	hanna := email("hanna", "hanna@larkfield.example")
	email("one", "shared@larkfield.example")
	email("two", "shared@larkfield.example")
	verified := h.reopen(map[string]identity.Grants{"corp": {Issuer: issuer, Roster: true, Verified: true, Groups: h.groups}})
	for name, c := range map[string]struct {
		directory *identity.Directory
		address   string
		want      string
	}{
		"Verified":    {verified, "Hanna@LARKFIELD.example", "sso:" + hanna},
		"NotVerified": {h.directory, "hanna@larkfield.example", ""},
		"Shared":      {verified, "shared@larkfield.example", ""},
		"Unknown":     {verified, "rita@larkfield.example", ""},
		"Empty":       {verified, "", ""},
		"LookAlike":   {verified, "hannа@larkfield.example", ""}, // a Cyrillic a
	} {
		if who, ok, err := c.directory.ByEmail(t.Context(), c.address); who.ID != c.want || ok != (c.want != "") || err != nil {
			t.Errorf("%s: %q, %t, %v", name, who.ID, ok, err)
		}
	}
	h.patch(200, "/Users/"+hanna, `{"op":"replace","path":"active","value":false}`)
	if who, ok, _ := verified.ByEmail(t.Context(), "hanna@larkfield.example"); ok {
		t.Errorf("who is not active is %s", who.ID)
	}
}

func TestWhyNamesTheGroup(t *testing.T) {
	h := newHouse(t)
	hanna, nowhere, off := h.user("u-1", "hanna"), h.user("u-2", "nowhere"), h.user("u-3", "off")
	h.group("g-0001", "HR", hanna, off)
	h.patch(200, "/Users/"+off, `{"op":"replace","path":"active","value":false}`)
	hr := access.Readers{Departments: []access.Department{"hr"}}
	for person, want := range map[string]string{
		"sso:" + hanna: "member of hr, by group hr-team", "sso:" + nowhere: "in no group of the configuration",
		"sso:" + off: identity.ErrInactive.Error(), "sso:nobody": "no such person", "finn": identity.ErrInactive.Error(),
	} {
		got, err := h.directory.Explain(t.Context(), person, time.Now(), hr)
		scope, _ := h.directory.Scope(person, time.Now())
		if err != nil || len(got.Reasons) != 1 || !strings.Contains(got.Reasons[0].String(), want) || got.Allowed != scope.Allows(hr) {
			t.Errorf("%s: %+v, %v", person, got, err)
		}
	}
	everybody, err := h.directory.Everybody(t.Context())
	if err != nil || len(everybody) != 4 || everybody[0].ID != "finn" || everybody[1].Name != "hanna" {
		t.Errorf("everybody is %+v, %v", everybody, err)
	}
}
