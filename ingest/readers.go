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
	// HasClearance reports whether a level exists; the empty one does.
	HasClearance(c access.Clearance) bool
	// Stricter returns the higher of two levels that exist.
	Stricter(a, b access.Clearance) access.Clearance
	// Gains returns who reads by to, at now or later, and does not by from.
	Gains(from, to access.Readers, now time.Time) access.Gain
	// Meet returns readers who let in only whom both let in.
	Meet(a, b access.Readers) access.Readers
}

// decideReaders returns who reads a document: its source's readers, narrowed
// by its front matter. Nothing here can widen: departments outside the
// source's are refused, denials add up, of two clearances the higher counts,
// of two periods the part in common. What is unknown leaves nobody.
// Warnings say what was refused, in words for an administrator.
func decideReaders(policy Policy, source access.Readers, front FrontMatter) (readers access.Readers, warnings []string) {
	readers = source
	nobody := false
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	if front.Has("readers") {
		readers.Departments, warnings = narrowed(policy, source.Departments, front.Readers)
	}
	readers.Deny = slices.Clone(source.Deny)
	for _, id := range front.Deny {
		if !policy.HasDepartment(access.Department(id)) {
			warn("deny: department %q is unknown, so nobody reads the document until that is corrected", id)
			nobody = true
		}
		readers.Deny = append(readers.Deny, access.Department(id))
	}
	level := access.Clearance(front.Clearance)
	if !policy.HasClearance(level) {
		warn("clearance %q is unknown, so nobody reads the document until that is corrected", front.Clearance)
		nobody = true
	}
	readers.Clearance = policy.Stricter(source.Clearance, level)
	readers.From = later(storable(source.From), storable(front.FromTime))
	readers.Until = earlier(storable(source.Until), storable(front.UntilTime))
	nobody = nobody || front.Has("until") && front.UntilTime.IsZero() // a zero end would be an open one
	if nobody || readers.IsNobody() {
		warn("nobody may read the document, so it is not in the index")
		return access.Readers{}, warnings
	}
	return readers.Canonical(), warnings
}

// narrowed returns those of the departments with these ids that lie within
// one of the source's, and a warning for each of the others.
func narrowed(policy Policy, source []access.Department, ids []string) (departments []access.Department, warnings []string) {
	for _, id := range ids {
		d := access.Department(id)
		switch {
		case !policy.HasDepartment(d):
			warnings = append(warnings, fmt.Sprintf("readers: department %q is unknown, so it reads nothing; correct the front matter", id))
		case !slices.ContainsFunc(source, func(of access.Department) bool { return policy.Within(d, of) }):
			warnings = append(warnings, fmt.Sprintf("readers: %s is outside the readers of the folder, which front matter can only narrow", id))
		default:
			departments = append(departments, d)
		}
	}
	return departments, warnings
}

// The first and the last moment that JSON can write. "until: 9999-12-31",
// which people write for "for ever", ends after it.
var (
	firstMoment = time.Date(0, time.January, 1, 0, 0, 0, 0, time.UTC)
	lastMoment  = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)
)

// storable returns t, in UTC, or the nearest moment that the ledger can keep.
func storable(t time.Time) time.Time {
	switch {
	case t.Before(firstMoment):
		return firstMoment
	case t.After(lastMoment):
		return lastMoment
	}
	return t.UTC()
}

// later returns the later of two beginnings, zero being open.
func later(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.After(a) {
		return b
	}
	return a
}

// earlier returns the earlier of two ends, zero being open.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
