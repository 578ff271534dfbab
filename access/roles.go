package access

import (
	"slices"
	"time"
)

// A Role is what somebody may do besides asking. It lets nobody read a document:
// that is the Scope's alone to say.
type Role string

// The roles. Everybody is an employee, which needs no word.
const (
	// Owner looks after the departments that they belong to.
	Owner Role = "owner"
	// Administrator looks after people, sessions and sources.
	Administrator Role = "administrator"
	// Auditor reads the audit.
	Auditor Role = "auditor"
)

// roles are those that a configuration may give.
var roles = []Role{Owner, Administrator, Auditor}

// Has reports whether a person whom the policy lists has a role at now. Who is
// not in effect has none.
func (p *Policy) Has(person string, role Role, now time.Time) bool {
	who, err := p.inEffect(person, now)
	return err == nil && slices.Contains(who.Roles, role)
}

// GroupsHave reports whether one of the groups gives a role.
func (p *Policy) GroupsHave(groups []string, role Role) bool {
	return slices.ContainsFunc(groups, func(id string) bool { return slices.Contains(p.groupRoles[id], role) })
}

// roleList reads a list of roles.
func (b *builder) roleList(e entry) (list []Role) {
	for _, item := range b.list(e, "roles") {
		if !slices.Contains(roles, Role(item.Value)) {
			b.mistake(item, "%s: unknown role %q%s", e.label(), item.Value, suggest(item.Value, texts(roles)))
			continue
		}
		list = append(list, Role(item.Value))
	}
	return list
}
