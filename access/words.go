package access

import (
	"fmt"
	"strings"
	"time"
)

// String says in words who reads, for administrators: "hr, recruiting; not
// finance; clearance confidential; until 2026-12-31T00:00:00Z".
func (r Readers) String() string {
	if r.IsNobody() {
		return "nobody"
	}
	parts := []string{strings.Join(texts(r.Departments), ", ")}
	if len(r.Deny) > 0 {
		parts = append(parts, "not "+strings.Join(texts(r.Deny), ", "))
	}
	if r.Clearance != "" {
		parts = append(parts, "clearance "+string(r.Clearance))
	}
	if !r.From.IsZero() {
		parts = append(parts, "from "+r.From.Format(time.RFC3339Nano))
	}
	if !r.Until.IsZero() {
		parts = append(parts, "until "+r.Until.Format(time.RFC3339Nano))
	}
	return strings.Join(parts, "; ")
}

// mostNamed is how many people are named in words; the others are counted.
const mostNamed = 5

// String says in words who gains: "feng, mei and 3 more people", or, where
// there are none yet, "members of finance".
func (g Gain) String() string {
	switch n := len(g.People); {
	case n > mostNamed:
		return fmt.Sprintf("%s and %d more people", strings.Join(g.People[:mostNamed], ", "), n-mostNamed)
	case n > 0:
		return strings.Join(g.People, ", ")
	case len(g.Departments) > 0:
		return "members of " + strings.Join(texts(g.Departments), ", ") + ", once there are any,"
	}
	return "nobody"
}

// String says in words why somebody reads a document or does not, to follow
// "yes:" or "no:".
func (r Reason) String() string {
	if r.Group != "" {
		return r.text() + ", by group " + r.Group
	}
	return r.text()
}

func (r Reason) text() string {
	switch r.Rule {
	case ByDepartment:
		return "member of " + string(r.Department)
	case ByAncestor:
		return fmt.Sprintf("member of %s, which is under %s", r.Through, r.Department)
	case ByEveryone:
		return "it is for everyone"
	case UnknownPerson:
		return "no such person in the configuration"
	case BeforeFirstDay:
		return "reads nothing before " + r.At.Format(time.RFC3339)
	case AfterLastDay:
		return "reads nothing since " + r.At.Format(time.RFC3339)
	case NoGroup:
		return "in no group of the configuration"
	case ShutOut:
		return r.Detail
	case OfNobody:
		return "it is read by nobody"
	case OtherDepartments:
		return "in none of its departments, nor under one"
	case Denied:
		if r.Through == r.Department {
			return "it is denied to " + string(r.Department)
		}
		return fmt.Sprintf("it is denied to %s, which %s is under", r.Department, r.Through)
	case AboveClearance:
		return fmt.Sprintf("it asks for clearance %s", r.Clearance)
	case NotYet:
		return "it is read from " + r.At.Format(time.RFC3339) + " on"
	case NoLonger:
		return "it was read until " + r.At.Format(time.RFC3339)
	}
	return string(r.Rule)
}
