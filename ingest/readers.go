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
// by the rules about it, outermost first, and then by its front matter. Nothing
// here can widen: departments outside those that read so far are refused,
// denials add up, of two clearances the higher counts, of two periods the part
// in common. What is unknown leaves nobody. Warnings say what was refused, in
// words for an administrator.
func decideReaders(policy Policy, source access.Readers, rules []Rule, front FrontMatter) (readers access.Readers, warnings []string) {
	readers, isRead := source, true
	for _, rule := range append(slices.Clip(rules), Rule{Front: front}) {
		narrower, refused, ok := narrow(policy, readers, rule.Front)
		readers, isRead = narrower, isRead && ok
		for _, warning := range refused {
			if rule.Path != "" {
				warning = rule.Path + ": " + warning
			}
			warnings = append(warnings, warning)
		}
	}
	if !readers.From.IsZero() && !readers.Until.IsZero() && !readers.From.Before(readers.Until) {
		warnings = append(warnings, fmt.Sprintf("it would be read from %s and until %s, which is never: correct one of them",
			readers.From.Format(time.RFC3339), readers.Until.Format(time.RFC3339)))
		isRead = false
	}
	if !isRead || readers.IsNobody() {
		return access.Readers{}, append(warnings, "nobody may read the document, so it is not in the index")
	}
	return readers.Canonical(), warnings
}

// narrow returns readers without those whom a rule or a front matter takes
// away. It is not ok, and nobody reads the document, where that cannot be told.
func narrow(policy Policy, readers access.Readers, by FrontMatter) (narrower access.Readers, warnings []string, ok bool) {
	narrower, ok = readers, true
	warn := func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) }
	if by.Has("readers") {
		narrower.Departments, warnings = narrowed(policy, readers.Departments, by.Readers)
	}
	narrower.Deny = slices.Clone(readers.Deny)
	for _, id := range by.Deny {
		if !policy.HasDepartment(access.Department(id)) {
			warn("deny: department %q is unknown, so nobody reads the document until that is corrected", id)
			ok = false
		}
		narrower.Deny = append(narrower.Deny, access.Department(id))
	}
	level := access.Clearance(by.Clearance)
	if !policy.HasClearance(level) {
		warn("clearance %q is unknown, so nobody reads the document until that is corrected", by.Clearance)
		ok = false
	}
	narrower.Clearance = policy.Stricter(readers.Clearance, level)
	narrower.From = later(storable(readers.From), storable(by.FromTime))
	narrower.Until = earlier(storable(readers.Until), storable(by.UntilTime))
	ok = ok && (!by.Has("until") || !by.UntilTime.IsZero()) // a zero end would be an open one
	return narrower, warnings, ok
}

// narrowed returns those of the departments with these ids that lie within
// one of the source's, and a warning for each of the others.
func narrowed(policy Policy, source []access.Department, ids []string) (departments []access.Department, warnings []string) {
	for _, id := range ids {
		d := access.Department(id)
		switch {
		case !policy.HasDepartment(d):
			warnings = append(warnings, fmt.Sprintf("readers: department %q is unknown, so it reads nothing; correct its id", id))
		case !slices.ContainsFunc(source, func(of access.Department) bool { return policy.Within(d, of) }):
			warnings = append(warnings, fmt.Sprintf("readers: %s is outside those who read without this line, which can only narrow", id))
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
