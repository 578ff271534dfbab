package access

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestP2_GroupsGiveTheirDepartmentsAndUnknownOnesNothing(t *testing.T) {
	policy, err := Parse("bureau.yaml", []byte(`
departments: [{id: hr}, {id: recruiting, parent: hr}, {id: finance}]
groups: [{id: recruiters, departments: [recruiting]}, {id: controllers, departments: [finance]}, {id: empty, departments: []}]
clearances: [internal, secret]
`))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		groups []string
		reads  []Department
	}{
		"None":    {nil, nil},
		"Unknown": {[]string{"administrators", "", "finance", "hr"}, nil}, // ids of departments are none of groups
		"Empty":   {[]string{"empty"}, nil},
		"One":     {[]string{"recruiters"}, []Department{Everyone, "hr", "recruiting"}},
		"Mixed":   {[]string{"nonsense", "controllers", "controllers"}, []Department{Everyone, "finance"}},
	} {
		t.Run(name, func(t *testing.T) {
			scope, err := policy.ScopeOfGroups(c.groups, time.Now())
			if len(c.reads) == 0 {
				if !scope.IsZero() || !errors.Is(err, ErrNoDepartment) {
					t.Errorf("%v, %v", scope.Departments(), err)
				}
				return
			}
			if err != nil || len(both(c.reads, scope.reads)) != len(c.reads) || len(scope.reads) != len(c.reads) {
				t.Errorf("reads %v, %v", scope.Departments(), err)
			}
			if got := scope.Clearances(); len(got) != 1 || got[0] != "internal" {
				t.Errorf("cleared for %v", got)
			}
		})
	}
}

func TestRolesAreGivenByNameAndLetNobodyRead(t *testing.T) {
	policy, err := Parse("bureau.yaml", []byte(`
departments: [{id: hr}]
groups: [{id: admins, roles: [administrator]}, {id: people, departments: [hr]}]
people:
  - {id: ada, groups: [admins], roles: [auditor]}
  - {id: otto, roles: [owner], departments: [hr]}
  - {id: left, roles: [administrator], until: 2020-01-01}
`))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for person, want := range map[string][]Role{"ada": {Administrator, Auditor}, "otto": {Owner}, "left": nil, "nobody": nil, "": nil} {
		for _, role := range append(roles, "", "employee") {
			if got := policy.Has(person, role, now); got != slices.Contains(want, role) {
				t.Errorf("%s is %s: %t", person, role, got)
			}
		}
	}
	if !policy.GroupsHave([]string{"people", "admins"}, Administrator) || policy.GroupsHave([]string{"admins"}, Auditor) || policy.GroupsHave([]string{"people", "x"}, Administrator) || policy.GroupsHave(nil, Administrator) {
		t.Error("a group gives another role than its own")
	}
	if scope, err := policy.ScopeOfGroups([]string{"admins"}, now); !scope.IsZero() || !errors.Is(err, ErrNoDepartment) {
		t.Errorf("a role reads %v", scope.Departments())
	}
	if _, err := Parse("bureau.yaml", []byte("people: [{id: ada, roles: [administratr]}]")); err == nil || !strings.Contains(err.Error(), "bureau.yaml:1") || !strings.Contains(err.Error(), "administrator") {
		t.Error(err)
	}
}
