package access

import (
	"errors"
	"fmt"
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
	var who Person
	for _, id := range groups {
		who.Departments = append(who.Departments, p.groups[id]...)
	}
	if len(who.Departments) == 0 {
		return Scope{}, fmt.Errorf("scope of %d groups: %w", len(groups), ErrNoDepartment)
	}
	return p.scopeOf(who, now), nil
}
