package leaktest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const configuration = `
clearances: [internal, confidential, restricted]
departments: [{id: hr}, {id: recruiting, parent: hr}, {id: finance}]
groups: [{id: g-money, departments: [finance]}]
people:
  - {id: hanna, departments: [hr], clearance: confidential}
  - {id: rita, departments: [recruiting]}
  - {id: feng, groups: [g-money], clearance: restricted}
  - {id: both, departments: [hr, finance]}
  - {id: new}
  - {id: gone, departments: [hr], until: 2026-06-30}
  - {id: twin, departments: [hr], clearance: confidential}
`

var autumn = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func companyOf(t *testing.T) *Company {
	t.Helper()
	c, err := ParseCompany([]byte(configuration))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhoMayReadIsWorkedOutFromTheConfiguration(t *testing.T) {
	c := companyOf(t)
	for name, test := range map[string]struct {
		rights Rights
		want   string
	}{
		"Everyone":          {Rights{Departments: []string{everyone}}, "hanna rita feng both new twin"},
		"OfADepartment":     {Rights{Departments: []string{"hr"}}, "hanna rita both twin"},
		"OfAChild":          {Rights{Departments: []string{"recruiting"}}, "rita"},
		"ByAGroup":          {Rights{Departments: []string{"finance"}}, "feng both"},
		"Denied":            {Rights{Departments: []string{everyone}, Deny: []string{"hr"}}, "feng new"},
		"Cleared":           {Rights{Departments: []string{everyone}, Clearance: "confidential"}, "hanna feng twin"},
		"FromTomorrow":      {Rights{Departments: []string{everyone}, From: autumn.Add(24 * time.Hour)}, ""},
		"UntilYesterday":    {Rights{Departments: []string{everyone}, Until: autumn.Add(-24 * time.Hour)}, ""},
		"Nobody":            {Rights{}, ""},
		"UnknownDepartment": {Rights{Departments: []string{"nowhere"}}, ""},
	} {
		var reads []string
		for _, p := range c.People {
			if c.reads(Reader{Person: p.ID}, test.rights, autumn) {
				reads = append(reads, p.ID)
			}
		}
		if got := strings.Join(reads, " "); got != test.want {
			t.Errorf("%s: read by %q, want %q", name, got, test.want)
		}
	}
	open := Rights{Departments: []string{everyone}}
	for name, r := range map[string]Reader{
		"Nobody": {}, "Stranger": {Person: "stranger"}, "ShutOut": {Person: "hanna", Out: "disabled"},
		"TokenOfAnotherDepartment": {Person: "hanna", Only: []string{"hr"}}, "ChannelWithSomebodyGone": {Among: []string{"hanna", "gone"}},
	} {
		if c.reads(r, open, autumn) {
			t.Errorf("%s reads what everyone reads", name)
		}
	}
	if !c.reads(Reader{Person: "hanna", Only: []string{"hr"}}, Rights{Departments: []string{"hr"}}, autumn) || !c.reads(Reader{Among: []string{"hanna", "feng"}}, open, autumn) {
		t.Error("a token does not read its own department, or a channel what all of it reads")
	}
}

func TestOnePersonOfEachKindAsks(t *testing.T) {
	var names []string
	for _, r := range companyOf(t).Readers(100) {
		names = append(names, r.Name)
	}
	if want := []string{"hanna", "rita", "feng", "both", "new", "gone"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

func TestEveryCanaryStandsInOnePlace(t *testing.T) {
	documents := companyOf(t).Plant(autumn)
	seen := map[string]bool{}
	subjects := map[string]bool{}
	for _, d := range documents {
		subjects[d.subject.en] = true
		for _, part := range parts {
			word := d.Canaries[part]
			if seen[word] || len(word) < 12 {
				t.Errorf("%s of %s: %q", part, d.Name, word)
			}
			seen[word] = true
			if in := strings.Contains(d.text(), word); in != (part != File) {
				t.Errorf("%s of %s is in its text: %v", part, d.Name, in)
			}
		}
		for _, kind := range Kinds {
			if q := ask(d, kind).Text; slices.ContainsFunc(parts, func(p Part) bool { return strings.Contains(q, d.Canaries[p]) }) {
				t.Errorf("a question holds a canary: %s", q)
			}
		}
	}
	if len(subjects) != len(documents) {
		t.Errorf("%d subjects of %d documents", len(subjects), len(documents))
	}
}

func TestATrialTellsLeaksAnswersAndMissesApart(t *testing.T) {
	c := companyOf(t)
	documents := c.Plant(autumn)
	hr, finance := documents[1], documents[slices.IndexFunc(documents, func(d *Document) bool { return d.Name == "finance" })]
	trial := NewTrial(c, documents, autumn)
	hanna, feng := Reader{Name: "hanna", Person: "hanna"}, Reader{Name: "feng", Person: "feng"}
	trial.Take("door", hanna, ask(hr, Plain), "the code is "+strings.ToUpper(hr.Canaries[Text]))
	trial.Take("door", hanna, ask(finance, Plain), "there is nothing, and nothing called "+finance.Canaries[Title])
	trial.Take("door", feng, ask(finance, Plain), "I do not know; ask about "+finance.Canaries[Title])
	trial.Take("door", feng, ask(hr, Plain), "I do not know")
	r := trial.Report()
	for _, want := range []Cell{
		{"door", "hanna", "hr", Answered}, {"door", "hanna", "finance", Leaked}, {"door", "feng", "finance", Missed}, {"door", "feng", "hr", Nothing},
	} {
		if !slices.Contains(r.Cells, want) {
			t.Errorf("there is no %+v", want)
		}
	}
	if len(r.Leaks) != 1 || r.Leaks[0].Part != Title || len(r.Missed) != 1 || r.OK() {
		t.Errorf("leaks %+v, missed %+v", r.Leaks, r.Missed)
	}
	var text strings.Builder
	if _, err := r.WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"LEAK through door to hanna: the title of \"finance\"", finance.Canaries[Title], "MISSED by door as feng", "1 leaks, 1 missed"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, &text)
		}
	}
}

func TestNothingTriedAndAlarmsAreFailures(t *testing.T) {
	for name, r := range map[string]Report{
		"missed": {Missed: make([]Miss, 1)}, "not tried": {Problems: []string{"x"}}, "alarm": {Alarms: 1}, "leak": {Leaks: make([]Leak, 1)},
	} {
		if r.Questions = 1; r.OK() {
			t.Errorf("%s is no failure", name)
		}
	}
	if r := (&Report{}); r.OK() {
		t.Error("a report of nothing tried is no failure")
	}
	if r := (&Report{Questions: 1}); !r.OK() {
		t.Error("a report of nothing wrong is a failure")
	}
}
