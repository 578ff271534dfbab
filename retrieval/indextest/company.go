package indextest

import (
	"testing"
	"time"

	"bureau/access"
)

// company is the policy of every test: a small tree, and people that differ in
// department, in depth and in clearance.
const company = `
clearances: [internal, confidential, restricted]
departments:
  - {id: hr, name: Human Resources}
  - {id: recruiting, parent: hr, name: Recruiting}
  - {id: finance, name: Finance}
  - {id: payroll, parent: finance, name: Payroll}
  - {id: legal, name: Legal}
people:
  - {id: recruiter, name: Recruiter, departments: [recruiting]}
  - {id: personnel, name: Personnel, departments: [hr], clearance: confidential}
  - {id: clerk, name: Clerk, departments: [payroll], clearance: restricted}
  - {id: controller, name: Controller, departments: [finance]}
  - {id: bridge, name: Bridge, departments: [recruiting, finance], clearance: confidential}
`

// departments and people of the company, for random data.
var (
	departments = []access.Department{access.Everyone, "hr", "recruiting", "finance", "payroll", "legal"}
	people      = []string{"recruiter", "personnel", "clerk", "controller", "bridge"}
)

// levels of clearance, as the company orders them.
const (
	internal     access.Clearance = "internal"
	confidential access.Clearance = "confidential"
	restricted   access.Clearance = "restricted"
)

// now is the moment of every test that does not say another.
var now = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// scopeOf returns what person reads now.
func scopeOf(t *testing.T, person string) access.Scope { return scopeAt(t, person, now) }

// scopeAt returns what person reads at a moment.
func scopeAt(t *testing.T, person string, at time.Time) access.Scope {
	t.Helper()
	policy, err := access.Parse("company.yaml", []byte(company))
	if err != nil {
		t.Fatalf("parse the company: %v", err)
	}
	scope, err := policy.Scope(person, at)
	if err != nil {
		t.Fatalf("scope of %s: %v", person, err)
	}
	return scope
}

// readBy returns readers that are the members of departments.
func readBy(departments ...access.Department) access.Readers {
	return access.Readers{Departments: departments}
}
