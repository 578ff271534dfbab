package access

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// A Scope is everything one asker may read at one moment. Only a [Policy]
// fills it and [Scope.Narrow] only takes away, so that holding a Scope is
// holding the right. The zero Scope reads nothing.
type Scope struct {
	// reads are the departments whose documents may be read: the person's own,
	// their ancestors and Everyone, less what Narrow took. Sorted, unique.
	reads []Department
	// belongs are the departments that the person belongs to, ancestors
	// included. Narrow leaves them alone: a denied department stays denied
	// when somebody looks at another one. Sorted, unique.
	belongs []Department
	cleared []Clearance // the person's level and all below it
	at      time.Time
	policy  string // fingerprint of the policy that gave the scope
}

// IsZero reports whether s reads nothing.
func (s Scope) IsZero() bool { return len(s.reads) == 0 }

// Departments returns the departments whose documents s reads, sorted. The
// slice is the caller's own.
func (s Scope) Departments() []Department { return slices.Clone(s.reads) }

// Belongs returns the departments that a document's deny list is held
// against: those the asker belongs to, with their ancestors, sorted. It is at
// least as large as Departments. The slice is the caller's own.
func (s Scope) Belongs() []Department { return slices.Clone(s.belongs) }

// Clearances returns the levels that s reads. The slice is the caller's own.
func (s Scope) Clearances() []Clearance { return slices.Clone(s.cleared) }

// At returns the moment for which s holds.
func (s Scope) At() time.Time { return s.at }

// Narrow returns the part of s that is also in want. It never widens s: a
// department that s does not read is ignored, and want without any that s
// reads gives a Scope that reads nothing.
func (s Scope) Narrow(want ...Department) Scope {
	narrowed := s
	narrowed.reads = slices.DeleteFunc(slices.Clone(s.reads), func(d Department) bool {
		return !slices.Contains(want, d)
	})
	return narrowed
}

// Allows reports whether s may read a document that r describes: there is no
// rule against it. It is the only decision about reading; every engine's filter
// is held against it.
func (s Scope) Allows(r Readers) bool {
	for range s.against(r) {
		return false
	}
	return true
}

// Key identifies the rights in s, for keys of caches: scopes with the same
// key read the same documents as long as no date of effect passes between
// them. It tells nothing about the person.
func (s Scope) Key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %s", s.reads, s.belongs, s.cleared, s.policy))
	return hex.EncodeToString(sum[:12])
}

// intersects reports whether a and b have a department in common.
func intersects(a, b []Department) bool {
	return slices.ContainsFunc(a, func(d Department) bool { return slices.Contains(b, d) })
}
