package access

import (
	"errors"
	"strings"
	"testing"
)

func TestEveryMistakeIsReportedAtOnceWithItsLine(t *testing.T) {
	_, err := Parse("bureau.yaml", []byte(`clearances: [internal, internal]
departments:
  - {id: hr, parent: hq}
  - {id: hr}
  - {id: HR!}
  - {id: everyone}
  - {id: a, parent: b}
  - {id: b, parent: a}
  - {id: c, colour: red}
  - just text
groups:
  - {id: g, departments: [hrr]}
people:
  - {id: hanna, groups: [h], departments: finance}
  - {id: hanna}
  - {id: feng, clearance: secret, from: soon, until: 2026-02-31}
  - {id: mei, id: may}
  - {id: yan, from: 2026-03-02, until: 2026-03-01}
`))
	want := []string{
		`bureau.yaml:1: clearance internal is listed twice`,
		`bureau.yaml:3: department hr: parent "hq" is unknown`,
		`bureau.yaml:4: department hr is listed twice`,
		`bureau.yaml:5: department id "HR!" must be lower-case letters and digits`,
		`bureau.yaml:6: department everyone is the root of the tree and is not listed`,
		`bureau.yaml:7: department a stands above itself: change its parent`,
		`bureau.yaml:9: department c: unknown key "colour"`,
		`bureau.yaml:10: a department must be a mapping such as {id: …}`,
		`bureau.yaml:12: group g: department "hrr" is unknown; did you mean hr?`,
		`bureau.yaml:14: person hanna: unknown group "h"; did you mean g?`,
		`bureau.yaml:14: person hanna: departments must be a list`,
		`bureau.yaml:15: person hanna is listed twice`,
		`bureau.yaml:16: person feng: unknown clearance "secret"`,
		`bureau.yaml:16: person feng: from: date "soon" is not like 2026-03-31`,
		`bureau.yaml:16: person feng: until: date "2026-02-31" is not like 2026-03-31`,
		`bureau.yaml:17: key "id" is there twice`,
		`bureau.yaml:18: person yan: until is not after from`,
	}
	if err == nil {
		t.Fatal("a policy full of mistakes was taken")
	}
	for _, line := range want {
		if !strings.Contains(err.Error(), line) {
			t.Errorf("missing: %s\nin:\n%v", line, err)
		}
	}
}

// An alias is no name: what it is called need not be what it stands for.
func TestAliasIsNoDepartment(t *testing.T) {
	for _, person := range []string{"{id: ann, departments: [*hr]}", "{id: ann, groups: [*hr]}"} {
		_, err := Parse("bureau.yaml", []byte(`
departments: [{id: hr}, {id: &hr finance}]
groups: [{id: hr, departments: [hr]}]
people: [`+person+`]
`))
		if err == nil || !strings.Contains(err.Error(), "bureau.yaml:4: person ann: ") {
			t.Errorf("%s: error %v, want one that names the line", person, err)
		}
	}
}

func TestBrokenYAMLNamesItsLine(t *testing.T) {
	_, err := Parse("bureau.yaml", []byte("departments:\n  - {id: hr\npeople: []\n"))
	if err == nil || !strings.Contains(err.Error(), "bureau.yaml: line ") {
		t.Errorf("error %v, want the file and the line", err)
	}
}

func TestPolicyOfNobodyKnowsNobody(t *testing.T) {
	for _, document := range []string{"", "people:\n", "sources: [{id: hr}]"} {
		p := parse(t, document)
		if _, err := p.Scope("hanna", autumn); !errors.Is(err, ErrUnknownPerson) {
			t.Errorf("%q: error %v, want ErrUnknownPerson", document, err)
		}
	}
}

func TestNamesFallBack(t *testing.T) {
	p := parse(t, company)
	for _, test := range []struct {
		department Department
		language   string
		want       string
	}{
		{"hr", "en", "Human Resources"},
		{"hr", "zh-Hant", "人力资源部"},
		{"hr", "fr", "Human Resources"},
		{"payroll", "zh-Hans", "Payroll"},
		{Everyone, "zh-Hans", "全公司"},
		{"unknown", "en", "unknown"},
	} {
		if got := p.DepartmentName(test.department, test.language); got != test.want {
			t.Errorf("%s in %s is %q, want %q", test.department, test.language, got, test.want)
		}
	}
}

func TestWithin(t *testing.T) {
	p := parse(t, company)
	for _, test := range []struct {
		d, ancestor Department
		want        bool
	}{
		{"payroll", "finance", true}, {"payroll", "payroll", true}, {"payroll", Everyone, true},
		{"finance", "payroll", false}, {Everyone, "finance", false}, {"unknown", Everyone, false},
	} {
		if got := p.Within(test.d, test.ancestor); got != test.want {
			t.Errorf("%s within %s: %t", test.d, test.ancestor, got)
		}
	}
}

// FuzzParse holds that no document crashes the parser, and that walking the
// tree of an accepted policy ends.
func FuzzParse(f *testing.F) {
	f.Add([]byte(company))
	f.Add([]byte("departments: [{id: a, parent: b}, {id: b, parent: a}]"))
	f.Add([]byte("people: &a [*a]"))
	f.Fuzz(func(t *testing.T, document []byte) {
		p, err := Parse("bureau.yaml", document)
		if err != nil {
			return
		}
		for _, who := range p.People() {
			if s, err := p.Scope(who.ID, autumn); err == nil && s.IsZero() {
				t.Errorf("person %s in effect reads nothing, not even what everyone reads", who.ID)
			}
		}
	})
}
