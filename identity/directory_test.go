package identity

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bureau/access"
	"bureau/store"
)

// company is the policy of the tests.
const company = `
departments: [{id: hr}, {id: finance}, {id: it}]
groups: [{id: hr-team, departments: [hr]}, {id: finance-team, departments: [finance]}]
people:
  - {id: hanna, name: Hanna Reed, departments: [hr, it], email: hanna@larkfield.example}
  - {id: finn, departments: [finance]}
`

const issuer = "https://login.larkfield.example"

// A house is a directory whose policy can be changed.
type house struct {
	*Directory
	t      testing.TB
	policy atomic.Pointer[access.Policy]
	now    time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h := &house{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.says(company)
	h.Directory, err = Open(t.Context(), db, Config{Policy: h.policy.Load, Providers: map[string]Grants{
		"corp":    {Issuer: issuer, Groups: map[string]string{"/HR & Payroll/人力资源": "hr-team", "finance": "finance-team"}, People: map[string]string{"0007": "finn"}},
		"partner": {Issuer: "https://partner.example"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// says changes the policy.
func (h *house) says(document string) {
	h.t.Helper()
	policy, err := access.Parse("bureau.yaml", []byte(document))
	if err != nil {
		h.t.Fatal(err)
	}
	h.policy.Store(policy)
}

func (h *house) admit(proof Proof) string {
	h.t.Helper()
	person, err := h.Admit(h.t.Context(), proof, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return person
}

// in begins a session and returns its id.
func (h *house) in(person, provider, sid string) string {
	h.t.Helper()
	token, err := h.Begin(h.t.Context(), Entry{Person: person, Provider: provider, SID: sid}, h.now)
	if err != nil {
		h.t.Fatal(err)
	}
	return SessionID(token)
}

// reads returns what somebody reads now, besides what everyone does.
func (h *house) reads(person string) string {
	scope, err := h.Scope(person, h.now)
	if err != nil {
		return ""
	}
	return names(scope)
}

func names(scope access.Scope) string {
	var list []string
	for _, d := range scope.Departments() {
		if d != access.Everyone {
			list = append(list, string(d))
		}
	}
	return strings.Join(list, " ")
}

func TestGroupsOfAProviderCountByItsOwnNamesForThem(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		proof Proof
		reads string
	}{
		"Mapped":        {Proof{Provider: "corp", Issuer: issuer, Subject: "1", Groups: []string{"/HR & Payroll/人力资源"}}, "hr"},
		"NotMapped":     {Proof{Provider: "corp", Issuer: issuer, Subject: "2", Groups: []string{"hr-team", "hr", "", "/hr & payroll/人力资源"}}, ""},
		"Both":          {Proof{Provider: "corp", Issuer: issuer, Subject: "3", Groups: []string{"finance", "/HR & Payroll/人力资源", "x"}}, "finance hr"},
		"ByItsID":       {Proof{Provider: "partner", Issuer: "https://partner.example", Subject: "1", Groups: []string{"hr-team"}}, "hr"},
		"NotAnothers":   {Proof{Provider: "partner", Issuer: "https://partner.example", Subject: "2", Groups: []string{"finance"}}, ""},
		"None":          {Proof{Provider: "corp", Issuer: issuer, Subject: "4"}, ""},
		"Listed":        {Proof{Provider: "corp", Issuer: issuer, Subject: "0007", Groups: []string{"/HR & Payroll/人力资源"}}, "finance"}, // the policy decides alone
		"ListedByOther": {Proof{Provider: "partner", Issuer: "https://partner.example", Subject: "0007"}, ""},
	} {
		if got := h.reads(h.admit(c.proof)); got != c.reads {
			t.Errorf("%s reads %q, want %q", name, got, c.reads)
		}
	}
}

func TestAProviderSpeaksForItsIssuerAlone(t *testing.T) {
	h := newHouse(t)
	for _, proof := range []Proof{
		{Provider: "corp", Issuer: "https://partner.example", Subject: "1"}, {Provider: "nobody", Issuer: issuer, Subject: "1"},
		{Provider: "corp", Issuer: issuer}, {},
	} {
		if person, err := h.Admit(t.Context(), proof, h.now); !errors.Is(err, ErrUnproved) || person != "" {
			t.Errorf("%+v is %q, %v", proof, person, err)
		}
	}
}

func TestL15_ANameThatIsUsedAgainGivesNobodyAnything(t *testing.T) {
	h := newHouse(t)
	before := Proof{Provider: "corp", Issuer: issuer, Subject: "1", Name: "Hanna Reed", Email: "hanna@larkfield.example", Groups: []string{"finance"}}
	after := before
	after.Subject, after.Groups = "2", nil
	first, second := h.admit(before), h.admit(after)
	if first == second || h.reads(second) != "" || h.reads(first) != "finance" {
		t.Errorf("%s reads %q, %s reads %q", first, h.reads(first), second, h.reads(second))
	}
	impostor := after
	impostor.Subject, impostor.Name = "hanna", "hanna" // the id of a person of the policy
	if person := h.admit(impostor); h.reads(person) != "" {
		t.Errorf("%s reads %q", person, h.reads(person))
	}
	if a, b := memberID("a", `b" "c`), memberID(`a" "b`, "c"); a == b {
		t.Error("two issuers' people are one")
	}
}

func TestL15_AnIDThatIsGivenToSomebodyElseOpensNothing(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	if err := h.SetPassword(ctx, "hanna", "correct horse battery", true, h.now); err != nil {
		t.Fatal(err)
	}
	session := h.in("hanna", ByPassword, "")
	_, secret, err := h.NewToken(ctx, Token{Owner: "hanna", Name: "ci", Actions: Actions(), Expires: h.now.Add(time.Hour)}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.Forget(ctx, h.now); n != 0 || err != nil {
		t.Fatalf("forgot %d, %v", n, err)
	}
	h.says(strings.ReplaceAll(company, "hanna", "johanna"))
	if n, err := h.Forget(ctx, h.now); n != 1 || err != nil {
		t.Fatalf("forgot %d, %v", n, err)
	}
	h.says(company) // another Hanna
	if _, err := h.SignIn(ctx, "hanna", "correct horse battery", "", h.now); !errors.Is(err, ErrWrongPassword) {
		t.Errorf("password: %v", err)
	}
	if _, err := h.Session(ctx, session, h.now); !errors.Is(err, ErrEnded) {
		t.Errorf("session: %v", err)
	}
	if _, err := h.Bearer(ctx, secret, h.now); !errors.Is(err, ErrEnded) {
		t.Errorf("token: %v", err)
	}
	if err := h.SetPassword(ctx, "hanna", "quite another one", true, h.now); err != nil { // and she gets her own
		t.Error(err)
	}
	if person, err := h.SignIn(ctx, "hanna", "quite another one", "", h.now); person != "hanna" || err != nil {
		t.Errorf("%q, %v", person, err)
	}
}

func TestP3_AGroupThatThePolicyDropsGivesNothingAtOnce(t *testing.T) {
	h := newHouse(t)
	person := h.admit(Proof{Provider: "partner", Issuer: "https://partner.example", Subject: "1", Groups: []string{"hr-team"}})
	h.says(strings.ReplaceAll(company, "hr-team", "other-team"))
	if _, err := h.Scope(person, h.now); !errors.Is(err, access.ErrNoDepartment) {
		t.Error(err)
	}
}

func TestAProvidersWordIsForgottenInTime(t *testing.T) {
	h := newHouse(t)
	proof := Proof{Provider: "corp", Issuer: issuer, Subject: "1", Groups: []string{"finance"}}
	person := h.admit(proof)
	h.now = h.now.Add(h.config.Remember)
	if _, err := h.Scope(person, h.now); !errors.Is(err, ErrForgotten) {
		t.Error(err)
	}
	if again := h.admit(proof); again != person || h.reads(person) != "finance" {
		t.Errorf("%s reads %q", again, h.reads(person))
	}
}

func TestPeopleHaveTheNameThatTheirProviderGave(t *testing.T) {
	h := newHouse(t)
	person := h.admit(Proof{Provider: "corp", Issuer: issuer, Subject: "1", Name: "<b>Nele</b>"})
	if who, ok := h.Person(person); !ok || who.ID != person || who.Name != "<b>Nele</b>" || len(who.Departments) > 0 {
		t.Errorf("%+v, %t", who, ok)
	}
	if who, ok := h.Person("hanna"); !ok || who.Name != "Hanna Reed" {
		t.Errorf("%+v, %t", who, ok)
	}
	for _, nobody := range []string{"", "nobody", "sso:", "sso:x", person[:len(person)-1]} {
		if who, ok := h.Person(nobody); ok {
			t.Errorf("%q is %+v", nobody, who)
		}
		if _, err := h.Scope(nobody, h.now); !errors.Is(err, access.ErrUnknownPerson) {
			t.Errorf("scope of %q: %v", nobody, err)
		}
	}
}

func TestL11_WhoIsDisabledHasNoWayIn(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	proof := Proof{Provider: "corp", Issuer: issuer, Subject: "0007"} // finn
	member := h.admit(proof)
	if err := h.SetPassword(ctx, "finn", "correct horse battery", true, h.now); err != nil {
		t.Fatal(err)
	}
	sessions := []string{h.in("finn", ByPassword, ""), h.in(member, "corp", "s1")}
	token, _, err := h.NewToken(ctx, Token{Owner: "finn", Name: "ci", Actions: Actions(), Expires: h.now.Add(time.Hour)}, h.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Disable(ctx, member, h.now); err != nil { // by whichever id
		t.Fatal(err)
	}
	if members, err := h.Members(ctx); err != nil || len(members) != 1 || members[0].Person != member || members[0].Listed != "finn" {
		t.Errorf("%+v, %v", members, err)
	}
	for _, id := range sessions {
		if _, err := h.Session(ctx, id, h.now); !errors.Is(err, ErrEnded) {
			t.Errorf("session: %v", err)
		}
	}
	_, admitted := h.Admit(ctx, proof, h.now)
	_, entered := h.SignIn(ctx, "finn", "correct horse battery", "", h.now)
	_, read := h.Scope("finn", h.now)
	_, readAsMember := h.Scope(member, h.now)
	_, readByToken := h.TokenScope(token.ID, h.now)
	for way, err := range map[string]error{"provider": admitted, "password": entered, "scope": read, "member": readAsMember, "token": readByToken} {
		if !errors.Is(err, ErrDisabled) {
			t.Errorf("%s: %v", way, err)
		}
	}
	if err := h.Enable(ctx, member); err != nil {
		t.Fatal(err)
	}
	if h.reads("finn") != "finance" {
		t.Error("who is enabled again reads nothing")
	}
	if err := h.Disable(ctx, "nobody", h.now); !errors.Is(err, access.ErrUnknownPerson) {
		t.Error(err)
	}
}

func TestSessionsEndByTimeUseAndWord(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.in("hanna", ByPassword, "")
	begun := h.now
	is := func(after time.Duration, want bool) {
		t.Helper()
		if _, err := h.Session(ctx, id, begun.Add(after)); (err == nil) != want {
			t.Errorf("after %v: %v", after, err)
		}
	}
	is(4*time.Hour-time.Second, true)
	is(4*time.Hour, false) // unused
	id = h.in("hanna", ByPassword, "")
	s, err := h.Session(ctx, id, begun)
	if err != nil {
		t.Fatal(err)
	}
	for after := time.Hour; after < 12*time.Hour; after += time.Hour {
		if err := h.Touch(ctx, s, begun.Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	is(12*time.Hour-time.Second, true)
	is(12*time.Hour, false) // used or not
	if err := h.End(ctx, id); err != nil {
		t.Fatal(err)
	}
	is(time.Second, false)
	if _, err := h.Session(ctx, "", h.now); !errors.Is(err, ErrEnded) {
		t.Error(err)
	}
}

// A clock that is set back or ahead neither keeps a session nor brings one back.
func TestAClockThatStepsKeepsNoSession(t *testing.T) {
	h := newHouse(t)
	right := h.now
	at := func(id string, when time.Time, want bool) {
		t.Helper()
		if _, err := h.Session(t.Context(), id, when); (err == nil) != want {
			t.Errorf("at %v: %v", when.Sub(right), err)
		}
	}
	id := h.in("hanna", ByPassword, "")
	at(id, right.Add(-time.Minute), true) // as a clock is corrected
	at(id, right.Add(13*time.Hour), false)
	at(id, right, false) // it has ended, whatever the clock says by now

	h.now = right.AddDate(10, 0, 0)
	id = h.in("hanna", ByPassword, "")
	at(id, h.now, true)
	at(id, right, false) // it would last for ten years
	at(id, h.now, false)
}

func TestAKeptSessionOpensNothing(t *testing.T) {
	h := newHouse(t)
	id := h.in("hanna", ByPassword, "")
	if _, err := h.Session(t.Context(), SessionID(id), h.now); !errors.Is(err, ErrEnded) {
		t.Errorf("an id is a token: %v", err)
	}
}

func TestAFarewellEndsWhatItNames(t *testing.T) {
	for name, c := range map[string]struct {
		provider string
		farewell Farewell
		left     []string
	}{
		"OneSession":      {"corp", Farewell{Issuer: issuer, Subject: "1", SID: "s1"}, []string{"b", "c", "d"}},
		"BySessionAlone":  {"corp", Farewell{Issuer: issuer, Subject: "", SID: "s2"}, []string{"a", "c", "d"}},
		"Everything":      {"corp", Farewell{Issuer: issuer, Subject: "1", SID: ""}, []string{"c", "d"}},
		"NotItsOwn":       {"corp", Farewell{Issuer: issuer, Subject: "2", SID: "s1"}, []string{"a", "b", "c", "d"}},
		"AnotherProvider": {"partner", Farewell{Issuer: "https://partner.example", Subject: "1", SID: "s1"}, []string{"a", "b", "c", "d"}},
		"Nothing":         {"corp", Farewell{Issuer: issuer, Subject: "", SID: ""}, []string{"a", "b", "c", "d"}},
		"OfAListedPerson": {"corp", Farewell{Issuer: issuer, Subject: "0007", SID: ""}, []string{"a", "b", "d"}},
	} {
		h := newHouse(t)
		one := h.admit(Proof{Provider: "corp", Issuer: issuer, Subject: "1"})
		finn := h.admit(Proof{Provider: "corp", Issuer: issuer, Subject: "0007"})
		ids := map[string]string{"a": h.in(one, "corp", "s1"), "b": h.in(one, "corp", "s2"), "c": h.in(finn, "corp", "s3"), "d": h.in("finn", ByPassword, "")}
		c.farewell.ID, c.farewell.Expires = "one", h.now.Add(time.Minute)
		if _, err := h.EndFarewell(t.Context(), c.provider, c.farewell, h.now); err != nil {
			t.Fatal(err)
		}
		var left []string
		for key, id := range ids {
			if _, err := h.Session(t.Context(), id, h.now); err == nil {
				left = append(left, key)
			}
		}
		if slices.Sort(left); !slices.Equal(left, c.left) {
			t.Errorf("%s leaves %v, want %v", name, left, c.left)
		}
	}
}

func TestEveryWayOfAPersonIsListedAndEnded(t *testing.T) {
	h := newHouse(t)
	finn := h.admit(Proof{Provider: "corp", Issuer: issuer, Subject: "0007"})
	ids := []string{h.in(finn, "corp", "s1"), h.in("finn", ByPassword, "")}
	other := h.in("hanna", ByPassword, "")
	if s, err := h.Session(t.Context(), ids[0], h.now); err != nil || s.Person != "finn" {
		t.Errorf("the session of a listed person is %q's, %v", s.Person, err)
	}
	if list, err := h.Sessions(t.Context(), "finn", h.now); err != nil || len(list) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	if n, err := h.EndAll(t.Context(), "finn"); err != nil || n != 2 {
		t.Errorf("ended %d, %v", n, err)
	}
	if list, err := h.Sessions(t.Context(), "", h.now); err != nil || len(list) != 1 || list[0].ID != other {
		t.Errorf("%+v, %v", list, err)
	}
	if n, err := h.KeepOnly(t.Context(), []string{"corp"}); err != nil || n != 1 {
		t.Errorf("a way that is gone leaves its sessions: %d, %v", n, err)
	}
}
