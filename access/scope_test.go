package access

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// company is a small tree with everything a policy can say.
const company = `
clearances: [internal, confidential, restricted]
departments:
  - {id: hr, name: {en: Human Resources, zh-Hans: 人力资源部}, contact: hr@example.com}
  - {id: recruiting, parent: hr, name: Recruiting}
  - {id: finance, name: Finance}
  - {id: payroll, parent: finance, name: Payroll}
groups:
  - {id: g-money, departments: [finance, payroll]}
people:
  - {id: hanna, name: Hanna, departments: [hr], clearance: confidential}
  - {id: rita, departments: [recruiting]}
  - {id: feng, groups: [g-money]}
  - {id: both, departments: [hr, finance]}
  - {id: new}
  - {id: gone, departments: [hr], until: 2026-06-30}
`

var (
	autumn = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	june30 = time.Date(2026, 6, 30, 23, 59, 0, 0, time.UTC)
)

func parse(t *testing.T, yaml string) *Policy {
	t.Helper()
	p, err := Parse("bureau.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func scopeOf(t *testing.T, person string, now time.Time) Scope {
	t.Helper()
	s, err := parse(t, company).Scope(person, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMembersReadTheirDepartmentItsAncestorsAndEveryone(t *testing.T) {
	for _, test := range []struct {
		person string
		want   string
	}{
		{"hanna", "everyone hr"},
		{"rita", "everyone hr recruiting"},
		{"feng", "everyone finance payroll"},
		{"both", "everyone finance hr"},
		{"new", "everyone"},
	} {
		var got []string
		for _, d := range scopeOf(t, test.person, autumn).Departments() {
			got = append(got, string(d))
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s reads %v, want %s", test.person, got, test.want)
		}
	}
}

func TestP2_UnknownExpiredAndZeroReadNothing(t *testing.T) {
	p := parse(t, company)
	open := Readers{Departments: []Department{Everyone, "hr", "finance"}}
	for name, scope := range map[string]func() (Scope, error){
		"Unknown": func() (Scope, error) { return p.Scope("nobody", autumn) },
		"Empty":   func() (Scope, error) { return p.Scope("", autumn) },
		"Expired": func() (Scope, error) { return p.Scope("gone", autumn) },
		"Zero":    func() (Scope, error) { return Scope{}, ErrUnknownPerson },
	} {
		s, err := scope()
		if err == nil || !s.IsZero() || s.Allows(open) {
			t.Errorf("%s: scope %v, error %v; want a zero scope that allows nothing, and an error", name, s, err)
		}
	}
	if s, err := p.Scope("gone", june30); err != nil || !s.Allows(open) {
		t.Errorf("on the last day: %v, want a scope that reads", err)
	}
}

func TestAllows(t *testing.T) {
	hr, finance := Department("hr"), Department("finance")
	for _, test := range []struct {
		name    string
		person  string
		readers Readers
		want    bool
	}{
		{"NobodyReadsTheZeroReaders", "hanna", Readers{}, false},
		{"OwnDepartment", "hanna", Readers{Departments: []Department{hr}}, true},
		{"OtherDepartment", "hanna", Readers{Departments: []Department{finance}}, false},
		{"AncestorsDocuments", "rita", Readers{Departments: []Department{hr}}, true},
		{"NotTheChildsDocuments", "hanna", Readers{Departments: []Department{"recruiting"}}, false},
		{"AnyOfSeveral", "feng", Readers{Departments: []Department{finance, hr}}, true},
		{"ClearanceReached", "hanna", Readers{Departments: []Department{hr}, Clearance: "confidential"}, true},
		{"ClearanceMissed", "hanna", Readers{Departments: []Department{hr}, Clearance: "restricted"}, false},
		{"DenyWins", "both", Readers{Departments: []Department{hr}, Deny: []Department{finance}}, false},
		{"DenyReachesDescendants", "rita", Readers{Departments: []Department{Everyone}, Deny: []Department{hr}}, false},
		{"DenyOfTheChildSparesTheParent", "hanna", Readers{Departments: []Department{hr}, Deny: []Department{"recruiting"}}, true},
		{"NotYet", "hanna", Readers{Departments: []Department{hr}, From: autumn.Add(1)}, false},
		{"FromThisMoment", "hanna", Readers{Departments: []Department{hr}, From: autumn}, true},
		{"NoLonger", "hanna", Readers{Departments: []Department{hr}, Until: autumn}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := scopeOf(t, test.person, autumn).Allows(test.readers); got != test.want {
				t.Errorf("%s reads %+v: %t, want %t", test.person, test.readers, got, test.want)
			}
		})
	}
}

func TestL01_NarrowingToAForeignDepartmentReadsNothing(t *testing.T) {
	if s := scopeOf(t, "hanna", autumn).Narrow("finance", "payroll"); !s.IsZero() {
		t.Errorf("narrowed to foreign departments reads %v", s.Departments())
	}
}

// L02: a name counts as a whole and where it is known. One that begins or ends
// like another, or is nobody's, opens nothing.
func TestL02_OnlyAWholeKnownNameOpensAnything(t *testing.T) {
	p := parse(t, company)
	scope := scopeOf(t, "hanna", autumn)
	for _, name := range []Department{"", "h", "hr-secret", "hrr", "HR", " hr", "hr*", "*", "hr/recruiting", "everyone-else", "nowhere"} {
		if scope.Allows(Readers{Departments: []Department{name}}) {
			t.Errorf("hanna reads what is for %q", name)
		}
		if !scope.Narrow(name).IsZero() {
			t.Errorf("narrowed to %q something is read", name)
		}
		if p.HasDepartment(name) || p.Within(name, Everyone) {
			t.Errorf("%q is a department", name)
		}
	}
	for _, group := range []string{"", "g-", "g-money-2", "G-MONEY", "*"} {
		if got, err := p.ScopeOfGroups([]string{group}, autumn); err == nil && slices.Contains(got.Departments(), "finance") {
			t.Errorf("group %q reads %v", group, got.Departments())
		}
	}
	if !scope.Allows(Readers{Departments: []Department{"hr"}}) {
		t.Error("hanna does not read what is for hr")
	}
}

func TestDenyHoldsAfterNarrowing(t *testing.T) {
	denied := Readers{Departments: []Department{"hr"}, Deny: []Department{"finance"}}
	if scopeOf(t, "both", autumn).Narrow("hr").Allows(denied) {
		t.Error("a member of finance reads what finance is denied by looking at hr alone")
	}
}

func TestDepartmentsIsACopy(t *testing.T) {
	s := scopeOf(t, "hanna", autumn)
	s.Departments()[0] = "finance"
	s.Belongs()[0] = "finance"
	if s.Allows(Readers{Departments: []Department{"finance"}}) || slices.Contains(s.Belongs(), "finance") {
		t.Error("writing to the returned slice changed the scope")
	}
}

func TestPeopleAreCopies(t *testing.T) {
	p := parse(t, company)
	who, _ := p.Person("hanna")
	who.Departments[0] = "finance"
	for _, who := range p.People() {
		who.Departments = append(who.Departments[:0], "finance")
	}
	s, err := p.Scope("hanna", autumn)
	if err != nil || s.Allows(Readers{Departments: []Department{"finance"}}) {
		t.Errorf("writing to a returned person changed the policy: reads %v (%v)", s.Departments(), err)
	}
}

func TestCanonicalReadersAreWrittenInOneWay(t *testing.T) {
	china := time.FixedZone("", 8*60*60)
	one := Readers{Departments: []Department{"hr", "finance", "hr"}, From: autumn, Until: june30.In(china)}
	other := Readers{Departments: []Department{"finance", "hr"}, From: autumn.In(china), Until: june30}
	for _, r := range []*Readers{&one, &other} {
		*r = r.Canonical()
	}
	if a, b := fmt.Sprint(one), fmt.Sprint(other); a != b || !one.Equal(other) {
		t.Errorf("%s and %s, want the same", a, b)
	}
	if (Readers{}).Canonical().From != (time.Time{}) {
		t.Error("an open bound is no longer zero")
	}
}

func TestL13_KeyTellsRightsApart(t *testing.T) {
	keys := map[string]string{}
	for name, s := range map[string]Scope{
		"hanna": scopeOf(t, "hanna", autumn), "feng": scopeOf(t, "feng", autumn), "both": scopeOf(t, "both", autumn),
		"both narrowed": scopeOf(t, "both", autumn).Narrow("hr"), "rita": scopeOf(t, "rita", autumn), "zero": {},
	} {
		if other, ok := keys[s.Key()]; ok {
			t.Errorf("%s and %s share the key %s", name, other, s.Key())
		}
		keys[s.Key()] = name
	}
}

func TestP1_NarrowNeverWidens(t *testing.T) { rapid.Check(t, narrowNeverWidens(t)) }

func FuzzNarrow(f *testing.F) { f.Fuzz(rapid.MakeFuzz(narrowNeverWidens(f))) }

// narrowNeverWidens holds for any scope, any wish and any document.
func narrowNeverWidens(tb testing.TB) func(*rapid.T) {
	all := []Department{Everyone, "hr", "recruiting", "finance", "payroll", "unknown", ""}
	pick := rapid.SliceOf(rapid.SampledFrom(all))
	policy, err := Parse("bureau.yaml", []byte(company))
	if err != nil {
		tb.Fatal(err)
	}
	return func(t *rapid.T) {
		person := rapid.SampledFrom([]string{"hanna", "rita", "feng", "both", "new", "gone"}).Draw(t, "person")
		scope, _ := policy.Scope(person, autumn) // the zero scope is one of the cases
		narrowed := scope.Narrow(pick.Draw(t, "want")...).Narrow(pick.Draw(t, "then")...)
		readers := Readers{
			Departments: sorted(pick.Draw(t, "readers")), Deny: sorted(pick.Draw(t, "deny")),
			Clearance: rapid.SampledFrom([]Clearance{"", "internal", "confidential", "restricted", "unknown"}).Draw(t, "clearance"),
		}
		if narrowed.Allows(readers) && !scope.Allows(readers) {
			t.Fatalf("narrowed %v allows %+v, which %v does not", narrowed, readers, scope)
		}
		for _, d := range narrowed.Departments() {
			if !slices.Contains(scope.Departments(), d) {
				t.Fatalf("narrowed reads %s, which the scope does not", d)
			}
		}
	}
}

func TestL15_ANewLevelInBetweenMovesNobodysRights(t *testing.T) {
	secret := Readers{Departments: []Department{"hr"}, Clearance: "restricted"}
	wider := strings.Replace(company, "[internal, confidential, restricted]", "[public, internal, sensitive, confidential, restricted]", 1)
	scope, err := parse(t, wider).Scope("hanna", autumn)
	if err != nil {
		t.Fatal(err)
	}
	if scope.Allows(secret) {
		t.Error("a document of an earlier run is read by somebody below its level")
	}
	if secret.Clearance = "confidential"; !scope.Allows(secret) {
		t.Error("a document is withheld from somebody of its own level")
	}
	if secret.Clearance = "renamed"; scope.Allows(secret) {
		t.Error("a level that the policy does not know is read")
	}
}

func TestP2_ReadersThatAreNotUnderstoodAreAnError(t *testing.T) {
	for _, kept := range []string{
		`{"departments":["everyone"],"purpose":"audit"}`,
		`{"departments":["everyone"],"clearance":2}`,
		`{"departments":["everyone"]} {}`,
	} {
		var r Readers
		if err := json.Unmarshal([]byte(kept), &r); err == nil {
			t.Errorf("%s was read as %+v", kept, r)
		}
	}
}
