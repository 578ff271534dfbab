package access

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestExplainNamesTheRule(t *testing.T) {
	hr, finance := Department("hr"), Department("finance")
	for _, test := range []struct {
		name    string
		person  string
		readers Readers
		allowed bool
		want    []Reason
	}{
		{"OwnDepartment", "hanna", Readers{Departments: []Department{hr}}, true, []Reason{{Rule: ByDepartment, Department: hr, Through: hr}}},
		{"Ancestor", "rita", Readers{Departments: []Department{hr}}, true, []Reason{{Rule: ByAncestor, Department: hr, Through: "recruiting"}}},
		{"Everyone", "new", Readers{Departments: []Department{Everyone}}, true, []Reason{{Rule: ByEveryone, Department: Everyone, Through: Everyone}}},
		{"EveryWayIn", "both", Readers{Departments: []Department{finance, hr, "payroll"}}, true, []Reason{
			{Rule: ByDepartment, Department: finance, Through: finance}, {Rule: ByDepartment, Department: hr, Through: hr}}},
		{"Other", "hanna", Readers{Departments: []Department{finance}}, false, []Reason{{Rule: OtherDepartments}}},
		{"Nobody", "hanna", Readers{}, false, []Reason{{Rule: OfNobody}}},
		{"DeniedThroughTheChild", "rita", Readers{Departments: []Department{Everyone}, Deny: []Department{hr}}, false,
			[]Reason{{Rule: Denied, Department: hr, Through: "recruiting"}}},
		{"AllThatKeepsAway", "feng", Readers{Departments: []Department{hr}, Clearance: "restricted", From: autumn.Add(1)}, false,
			[]Reason{{Rule: OtherDepartments}, {Rule: AboveClearance, Clearance: "restricted"}, {Rule: NotYet, At: autumn.Add(1)}}},
		{"NoLonger", "hanna", Readers{Departments: []Department{hr}, Until: june30}, false, []Reason{{Rule: NoLonger, At: june30}}},
		{"Unknown", "ghost", Readers{Departments: []Department{Everyone}}, false, []Reason{{Rule: UnknownPerson}}},
		{"HasNotBegun", "next", Readers{Departments: []Department{Everyone}}, false,
			[]Reason{{Rule: BeforeFirstDay, At: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}}},
		{"HasLeft", "gone", Readers{Departments: []Department{hr}}, false,
			[]Reason{{Rule: AfterLastDay, At: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := parse(t, company+"  - {id: next, departments: [hr], from: 2027-01-01}\n").Explain(test.person, autumn, test.readers)
			if got.Allowed != test.allowed || !slices.Equal(got.Reasons, test.want) {
				t.Errorf("%+v, want %t for %+v", got, test.allowed, test.want)
			}
		})
	}
}

// people, departments and levels of the company, with some that it does not
// have.
var (
	somePeople      = rapid.SampledFrom([]string{"hanna", "rita", "feng", "both", "new", "gone", "ghost", ""})
	someDepartments = rapid.SliceOfN(rapid.SampledFrom([]Department{Everyone, "hr", "recruiting", "finance", "payroll", "unknown"}), 0, 3)
	someLevels      = rapid.SampledFrom([]Clearance{"", "internal", "confidential", "restricted", "unknown"})
	someMoments     = rapid.SampledFrom([]time.Time{{}, june30.Add(-1), june30, autumn, autumn.Add(1), autumn.AddDate(1, 0, 0)})
)

func someReaders(t *rapid.T, label string) Readers {
	return Readers{
		Departments: someDepartments.Draw(t, label+" departments"), Deny: someDepartments.Draw(t, label+" deny"),
		Clearance: someLevels.Draw(t, label+" clearance"),
		From:      someMoments.Draw(t, label+" from"), Until: someMoments.Draw(t, label+" until"),
	}.Canonical()
}

// allowed is the decision written a second time, from the words of the
// documentation.
func allowed(s Scope, r Readers) bool {
	for _, d := range r.Deny {
		if slices.Contains(s.Belongs(), d) {
			return false
		}
	}
	if r.Clearance != "" && !slices.Contains(s.Clearances(), r.Clearance) || s.At().Before(r.From) || !r.Until.IsZero() && !s.At().Before(r.Until) {
		return false
	}
	return slices.ContainsFunc(r.Departments, func(d Department) bool { return slices.Contains(s.Departments(), d) })
}

func TestP1_ExplanationIsTheDecision(t *testing.T) { rapid.Check(t, explanationIsTheDecision(t)) }

func FuzzExplain(f *testing.F) { f.Fuzz(rapid.MakeFuzz(explanationIsTheDecision(f))) }

// explanationIsTheDecision holds that the explanation, the decision and the
// words of the documentation agree, for anybody at any time, and that the
// reasons are for the verdict.
func explanationIsTheDecision(tb testing.TB) func(*rapid.T) {
	policy, err := Parse("bureau.yaml", []byte(company))
	if err != nil {
		tb.Fatal(err)
	}
	grants := []Rule{ByDepartment, ByAncestor, ByEveryone}
	return func(t *rapid.T) {
		person, now, readers := somePeople.Draw(t, "person"), someMoments.Draw(t, "now"), someReaders(t, "readers")
		scope, _ := policy.Scope(person, now) // the zero scope is one of the cases
		got := policy.Explain(person, now, readers)
		if want := scope.Allows(readers); got.Allowed != want || want != allowed(scope, readers) {
			t.Fatalf("%s is told %+v for %+v, allowed is %t, by the documentation %t", person, got, readers, want, allowed(scope, readers))
		}
		if len(got.Reasons) == 0 {
			t.Fatalf("no reason is given for %+v", readers)
		}
		for _, reason := range got.Reasons {
			if slices.Contains(grants, reason.Rule) != got.Allowed {
				t.Fatalf("the verdict %t has the reason %+v", got.Allowed, reason)
			}
		}
	}
}

func TestGainsGoesByWhatPeopleRead(t *testing.T) {
	p := parse(t, company)
	by := func(d ...Department) Readers { return Readers{Departments: d} }
	for name, test := range map[string]struct {
		from, to    Readers
		people      []string
		departments []Department
	}{
		"MoreDepartments":       {by("hr"), by("finance", "hr"), []string{"feng"}, []Department{"finance"}},
		"NamedBesideTheirOwn":   {by("hr"), by("hr", "recruiting"), nil, nil},
		"ParentForChild":        {by("recruiting"), by("hr"), []string{"hanna", "both"}, []Department{"hr"}},
		"Narrower":              {by(Everyone), by("hr"), nil, nil},
		"Everyone":              {by("hr"), by(Everyone), []string{"feng", "new"}, []Department{Everyone}},
		"NobodyIsThereYet":      {by("finance"), Readers{Departments: []Department{"finance"}, Until: autumn}, nil, nil},
		"ALevelEverybodyHas":    {Readers{Departments: []Department{"hr"}, Clearance: "internal"}, by("hr"), nil, nil},
		"ALowerLevel":           {Readers{Departments: []Department{"hr"}, Clearance: "restricted"}, Readers{Departments: []Department{"hr"}, Clearance: "confidential"}, []string{"hanna"}, []Department{"hr"}},
		"ADenialLess":           {Readers{Departments: []Department{"hr"}, Deny: []Department{"finance"}}, by("hr"), []string{"both"}, nil},
		"LaterThisYear":         {Readers{Departments: []Department{"hr"}, Until: autumn.AddDate(0, 0, 1)}, by("hr"), []string{"hanna", "rita", "both"}, []Department{"hr"}},
		"WhatIsPastGivesNobody": {Readers{Departments: []Department{"hr"}, From: autumn}, Readers{Departments: []Department{"hr"}, From: june30}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.Gains(test.from, test.to, autumn)
			if !slices.Equal(got.People, test.people) || !slices.Equal(got.Departments, test.departments) {
				t.Errorf("%+v, want %v and %v", got, test.people, test.departments)
			}
		})
	}
}

func TestP1_WhoBeginsLaterGainsToo(t *testing.T) {
	p := parse(t, company+"  - {id: soon, departments: [finance], from: 2027-01-01, until: 2027-01-31}\n")
	to := Readers{Departments: []Department{"finance"}, From: autumn.AddDate(0, 0, 1)}
	if got := p.Gains(Readers{Departments: []Department{"hr"}}, to, autumn); !slices.Contains(got.People, "soon") {
		t.Errorf("%+v", got)
	}
	if got := p.Gains(Readers{Departments: []Department{"hr"}}, to, autumn.AddDate(1, 0, 0)); slices.Contains(got.People, "soon") {
		t.Errorf("who has left by then: %+v", got)
	}
}

func TestP1_MeetLetsInOnlyWhomBothLetIn(t *testing.T) { rapid.Check(t, meetIsNarrower(t)) }

func FuzzMeet(f *testing.F) { f.Fuzz(rapid.MakeFuzz(meetIsNarrower(f))) }

// meetIsNarrower holds for any readers and anybody, and that who has one
// department loses nothing that both allow.
func meetIsNarrower(tb testing.TB) func(*rapid.T) {
	policy, err := Parse("bureau.yaml", []byte(company))
	if err != nil {
		tb.Fatal(err)
	}
	return func(t *rapid.T) {
		a, b, now := someReaders(t, "a"), someReaders(t, "b"), someMoments.Draw(t, "now")
		met := policy.Meet(a, b)
		if !policy.Gains(a, met, now).IsZero() || !policy.Gains(b, met, now).IsZero() {
			t.Fatalf("%+v opens %+v or %+v", met, a, b)
		}
		for _, who := range policy.People() {
			scope, err := policy.Scope(who.ID, now)
			both := err == nil && scope.Allows(a) && scope.Allows(b)
			if one := len(who.Departments) <= 1; scope.Allows(met) && !both || one && both && !scope.Allows(met) {
				t.Fatalf("%s: the meet of %+v and %+v is %+v", who.ID, a, b, met)
			}
		}
	}
}

func TestP1_NobodyReadsMoreThanGainsSays(t *testing.T) { rapid.Check(t, gainsIsComplete(t)) }

// gainsIsComplete holds that who reads under a change and did not before, then
// or later, is among those who gain.
func gainsIsComplete(tb testing.TB) func(*rapid.T) {
	policy, err := Parse("bureau.yaml", []byte(company))
	if err != nil {
		tb.Fatal(err)
	}
	return func(t *rapid.T) {
		from, to, now := someReaders(t, "from"), someReaders(t, "to"), someMoments.Draw(t, "now")
		later := someMoments.Draw(t, "later")
		gain := policy.Gains(from, to, now)
		for _, who := range policy.People() {
			scope, _ := policy.Scope(who.ID, later)
			if !later.Before(now) && scope.Allows(to) && !scope.Allows(from) && !slices.Contains(gain.People, who.ID) {
				t.Fatalf("%s comes to read by a change from %+v to %+v, which is not said: %+v", who.ID, from, to, gain)
			}
		}
	}
}
