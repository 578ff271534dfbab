package ingest

import (
	"fmt"
	"slices"
	"time"

	"bureau/access"
)

// A Policy knows the company's tree of departments and its clearances.
// [access.Policy] is one.
type Policy interface {
	// HasDepartment reports whether d exists; access.Everyone does.
	HasDepartment(d access.Department) bool
	// Within reports whether d is ancestor or lies under it.
	Within(d, ancestor access.Department) bool
	// ClearanceLevel returns the level of a name; the empty name is the lowest.
	ClearanceLevel(name string) (access.Clearance, bool)
}

// decideReaders returns who reads a document: its source's readers, narrowed
// by its front matter. Nothing here can widen: departments outside the
// source's are refused, denials add up, of two clearances the higher counts,
// of two periods the part in common. What is unknown leaves nobody.
// Warnings say what was refused, in words for an administrator.
func decideReaders(policy Policy, source access.Readers, front FrontMatter) (readers access.Readers, warnings []string) {
	readers = source
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	nobody := func() { readers.Departments = nil }
	if front.Has("readers") {
		readers.Departments = nil
		for _, id := range front.Readers {
			d := access.Department(id)
			switch {
			case !policy.HasDepartment(d):
				warn("readers: department %q is unknown, so it reads nothing; correct the front matter", id)
			case !slices.ContainsFunc(source.Departments, func(of access.Department) bool { return policy.Within(d, of) }):
				warn("readers: %s is outside the readers of the folder, which front matter can only narrow", id)
			default:
				readers.Departments = append(readers.Departments, d)
			}
		}
	}
	readers.Deny = slices.Clone(source.Deny)
	for _, id := range front.Deny {
		if !policy.HasDepartment(access.Department(id)) {
			warn("deny: department %q is unknown, so nobody reads the document until that is corrected", id)
			nobody()
		}
		readers.Deny = append(readers.Deny, access.Department(id))
	}
	level, ok := policy.ClearanceLevel(front.Clearance)
	if !ok {
		warn("clearance %q is unknown, so nobody reads the document until that is corrected", front.Clearance)
		nobody()
	}
	readers.Clearance = max(source.Clearance, level)
	readers.From = later(source.From, front.FromTime)
	readers.Until = earlier(source.Until, front.UntilTime)
	if readers.IsNobody() {
		warn("nobody may read the document, so it is not in the index")
		return access.Readers{}, warnings
	}
	return readers.Canonical(), warnings
}

// later returns the later of two beginnings, zero being open.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier returns the earlier of two ends, zero being open.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
