package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAnAudienceReadsWhatEachOfItReads(t *testing.T) {
	p := parse(t, company)
	for _, test := range []struct {
		name     string
		people   string
		visitors bool
		reads    string
		error    error
	}{
		{"OnePerson", "hanna", false, "everyone hr", nil},
		{"TwoOfOneBranch", "hanna rita", false, "everyone hr", nil},
		{"TwoOfOtherBranches", "hanna feng", false, "everyone", nil},
		{"SomebodyWithoutADepartment", "hanna new", false, "everyone", nil},
		{"VisitorsAlone", "", true, "everyone", nil},
		{"AVisitorAmongPeople", "hanna", true, "everyone", nil},
		{"NobodyAtAll", "", false, "", ErrNoAudience},
		{"SomebodyUnknown", "hanna stranger", false, "", ErrUnknownPerson},
		{"SomebodyWhoHasLeft", "hanna gone", false, "", ErrNotInEffect},
		{"SomebodyUnknownAmongVisitors", "stranger", true, "", ErrUnknownPerson},
	} {
		t.Run(test.name, func(t *testing.T) {
			scope, err := p.Audience(strings.Fields(test.people), test.visitors, autumn)
			if got := strings.Join(texts(scope.Departments()), " "); got != test.reads || !errors.Is(err, test.error) {
				t.Errorf("reads %q, error %v; want %q, %v", got, err, test.reads, test.error)
			}
		})
	}
}

func TestAnAudienceIsDeniedWhatAnyOfItIsDenied(t *testing.T) {
	p := parse(t, company)
	notFinance := Readers{Departments: []Department{Everyone}, Deny: []Department{"finance"}}
	scope, err := p.Audience([]string{"hanna", "feng"}, false, autumn)
	if err != nil || scope.Allows(notFinance) {
		t.Errorf("a channel with somebody of finance reads what finance is denied (%v)", err)
	}
	visitors, err := p.Audience(nil, true, autumn)
	if err != nil || visitors.Allows(notFinance) {
		t.Errorf("visitors read what a department is denied (%v)", err)
	}
	if everybody := (Readers{Departments: []Department{Everyone}}); !scope.Allows(everybody) || !visitors.Allows(everybody) {
		t.Error("what is for everyone is not read")
	}
}

func TestAnAudienceHasTheLowestClearanceInIt(t *testing.T) {
	p := parse(t, company)
	for people, want := range map[string]string{"hanna": "internal confidential", "hanna rita": "internal", "": "internal"} {
		scope, err := p.Audience(strings.Fields(people), people == "", autumn)
		if got := strings.Join(texts(scope.Clearances()), " "); err != nil || got != want {
			t.Errorf("%s: %q (%v), want %q", people, got, err, want)
		}
	}
}

func TestP1_AnAudienceIsNeverWiderThanAnyOfIt(t *testing.T) {
	rapid.Check(t, audienceIsNeverWider(t))
}

func FuzzAudience(f *testing.F) { f.Fuzz(rapid.MakeFuzz(audienceIsNeverWider(f))) }

// audienceIsNeverWider holds for any company, any people of it, any moment and
// any document.
func audienceIsNeverWider(testing.TB) func(*rapid.T) {
	return func(t *rapid.T) {
		policy, departments, people := anyCompany(t)
		now := autumn.AddDate(0, rapid.IntRange(-3, 3).Draw(t, "months"), 0)
		pick := rapid.SliceOfN(rapid.SampledFrom(departments), 0, 3)
		members := rapid.SliceOfN(rapid.SampledFrom(append(people, "stranger")), 0, 5).Draw(t, "members")
		visitors := rapid.Bool().Draw(t, "visitors")
		readers := Readers{
			Departments: sorted(pick.Draw(t, "readers")), Deny: sorted(pick.Draw(t, "deny")),
			Clearance: rapid.SampledFrom([]Clearance{"", "internal", "secret", "unknown"}).Draw(t, "clearance"),
		}
		scope, err := policy.Audience(members, visitors, now)
		if (err != nil) != scope.IsZero() {
			t.Fatalf("scope %v with error %v", scope, err)
		}
		for _, member := range members {
			own, _ := policy.Scope(member, now)
			if scope.Allows(readers) && !own.Allows(readers) {
				t.Fatalf("%v with %s reads %s, which %s does not", members, member, readers, member)
			}
			if err == nil && !own.Covers(scope) {
				t.Fatalf("the scope of %s does not cover that of %v", member, members)
			}
		}
		if visitors && scope.Allows(readers) {
			for _, anybody := range people {
				if own, err := policy.Scope(anybody, now); err == nil && !own.Allows(readers) {
					t.Fatalf("visitors read %s, which %s does not", readers, anybody)
				}
			}
		}
	}
}

// anyCompany draws a policy with its departments and people.
func anyCompany(t *rapid.T) (*Policy, []Department, []string) {
	departments, people := []Department{Everyone}, []string{}
	var text strings.Builder
	text.WriteString("clearances: [internal, secret]\ndepartments:\n")
	for i := range rapid.IntRange(1, 5).Draw(t, "departments") {
		parent := rapid.SampledFrom(departments).Draw(t, "parent")
		d := Department(fmt.Sprintf("d%d", i))
		fmt.Fprintf(&text, "  - {id: %s, parent: %s}\n", d, parent)
		departments = append(departments, d)
	}
	text.WriteString("people:\n")
	for i := range rapid.IntRange(1, 5).Draw(t, "people") {
		own := rapid.SliceOfN(rapid.SampledFrom(departments[1:]), 0, 2).Draw(t, "own")
		level := rapid.SampledFrom([]string{"internal", "secret"}).Draw(t, "level")
		id := fmt.Sprintf("p%d", i)
		fmt.Fprintf(&text, "  - {id: %s, departments: [%s], clearance: %s", id, strings.Join(texts(own), ", "), level)
		if rapid.Bool().Draw(t, "leaves") {
			text.WriteString(", until: 2026-11-30")
		}
		text.WriteString("}\n")
		people = append(people, id)
	}
	policy, err := Parse("bureau.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return policy, departments, people
}

func TestCoversIsLostWithARight(t *testing.T) {
	p := parse(t, company)
	scope := func(people ...string) Scope {
		s, err := p.Audience(people, false, autumn)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, test := range []struct {
		name        string
		now, before Scope
		want        bool
	}{
		{"TheSame", scope("hanna"), scope("hanna"), true},
		{"MoreThanBefore", scope("hanna").Narrow("hr", Everyone), scope("hanna").Narrow(Everyone), true},
		{"ADepartmentLess", scope("hanna").Narrow(Everyone), scope("hanna"), false},
		{"AMembershipMore", scope("hanna", "feng").Narrow(Everyone), scope("hanna").Narrow(Everyone), false},
		{"AClearanceLess", scope("hanna", "rita"), scope("hanna"), false},
		{"Nothing", Scope{}, scope("hanna"), false},
		{"AnythingAfterNothing", scope("hanna"), Scope{}, true},
	} {
		if got := test.now.Covers(test.before); got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
	}
}

func TestPeopleAreFoundByTheAccountsThatTheConfigurationNames(t *testing.T) {
	p := parse(t, "people:\n  - {id: hanna, email: Hanna.Vogel@bank.example, slack: U024BE7LH}\n  - {id: feng}\n")
	for address, want := range map[string]string{
		"hanna.vogel@bank.example": "hanna", "HANNA.VOGEL@BANK.EXAMPLE": "hanna",
		"": "", "vogel@bank.example": "", "hanna.vogel@bank.example.org": "",
		"hanna.vogel@ban\u212a.example": "", // no look-alike: the Kelvin sign is not a k
	} {
		if who, ok := p.ByEmail(address); who.ID != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", address, who.ID, want)
		}
	}
	for account, want := range map[string]string{"U024BE7LH": "hanna", "u024be7lh": "", "": ""} {
		if who, ok := p.BySlack(account); who.ID != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", account, who.ID, want)
		}
	}
}

func TestAnAccountIsOnePersons(t *testing.T) {
	_, err := Parse("bureau.yaml", []byte(`
people:
  - {id: one, email: one@example.com, slack: U024BE7LH}
  - {id: two, email: ONE@example.com}
  - {id: three, slack: U024BE7LH}
  - {id: four, email: four, slack: hanna}
  - {id: five, email: "kelvin@example.`+"\u212a"+`om"}
`))
	for _, want := range []string{
		"person two: email one@example.com is that of person one", "person three: slack U024BE7LH is that of person one",
		`person four: email "four" must be`, `person four: slack "hanna" must be`, "person five: email",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not say %q", err, want)
		}
	}
}

// BenchmarkAudience is the audience of a channel of 1,000 people in 40
// departments.
func BenchmarkAudience(b *testing.B) {
	var text strings.Builder
	text.WriteString("departments:\n")
	for i := range 40 {
		fmt.Fprintf(&text, "  - {id: d%d}\n", i)
	}
	text.WriteString("people:\n")
	var members []string
	for i := range 1000 {
		members = append(members, fmt.Sprintf("p%d", i))
		fmt.Fprintf(&text, "  - {id: p%d, departments: [d%d, d%d]}\n", i, i%40, i*7%40)
	}
	policy, err := Parse("bureau.yaml", []byte(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		scope, err := policy.Audience(members, false, time.Now())
		if err != nil || !slices.Equal(scope.Departments(), []Department{Everyone}) {
			b.Fatal(scope.Departments(), err)
		}
	}
}
