package access

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrNoDepartment says that somebody is known by groups alone, and that none of
// them is a group of the policy.
var ErrNoDepartment = errors.New("no group of the policy")

// HasGroup reports whether the policy has a group of this id.
func (p *Policy) HasGroup(id string) bool {
	_, ok := p.groups[id]
	return ok
}

// ScopeOfGroups returns what somebody may read at now whom the policy does not
// list, and of whom another directory says the groups. A group that the policy
// does not know gives nothing. Without any that it knows the Scope is zero and
// the error ErrNoDepartment: the documents for everyone are for everyone in the
// company, and nothing says that this is somebody of it. The clearance is the
// lowest.
func (p *Policy) ScopeOfGroups(groups []string, now time.Time) (Scope, error) {
	who, err := p.ofGroups(groups)
	if err != nil {
		return Scope{}, err
	}
	return p.scopeOf(who, now), nil
}

// ofGroups returns somebody who belongs where groups say, or ErrNoDepartment.
func (p *Policy) ofGroups(groups []string) (who Person, err error) {
	for _, id := range groups {
		who.Departments = append(who.Departments, p.groups[id]...)
	}
	if len(who.Departments) == 0 {
		return Person{}, fmt.Errorf("scope of %d groups: %w", len(groups), ErrNoDepartment)
	}
	return who, nil
}

// ExplainGroups is [Policy.Explain] for somebody of whom another directory says
// the groups. It names the first by which they read.
func (p *Policy) ExplainGroups(groups []string, now time.Time, r Readers) Explanation {
	who, err := p.ofGroups(groups)
	if err != nil {
		return Explanation{Reasons: []Reason{{Rule: NoGroup}}}
	}
	e := p.explain(p.scopeOf(who, now), who, r)
	for i, reason := range e.Reasons {
		by := slices.IndexFunc(groups, func(id string) bool { return slices.Contains(p.groups[id], reason.Through) })
		if by >= 0 {
			e.Reasons[i].Group = groups[by]
		}
	}
	return e
}

// AudienceWithGroups is [Policy.Audience] with others besides, each of whom is
// known by groups alone. One who has none of the policy's makes it zero, with
// ErrNoDepartment.
func (p *Policy) AudienceWithGroups(people []string, others [][]string, visitors bool, now time.Time) (Scope, error) {
	known := make([]Person, 0, len(people)+len(others))
	for _, id := range people {
		who, err := p.inEffect(id, now)
		if err != nil {
			return Scope{}, err
		}
		known = append(known, who)
	}
	for _, groups := range others {
		who, err := p.ofGroups(groups)
		if err != nil {
			return Scope{}, err
		}
		known = append(known, who)
	}
	return p.audienceOf(known, visitors, now)
}

// DepartmentsOf returns the departments that groups stand for.
func (p *Policy) DepartmentsOf(groups []string) []Department {
	who, err := p.ofGroups(groups)
	if err != nil {
		return nil
	}
	return sorted(who.Departments)
}
