package access

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"
)

// A Department is a node of the company's tree, by its opaque id: lower-case
// letters, digits and inner hyphens. Names are for people and may change.
type Department string

// Everyone is the root of the tree. Its documents are read by every person
// the policy knows, and it needs no line in the configuration.
const Everyone Department = "everyone"

// A Clearance is a level of confidentiality, by its name. The empty name asks
// for nothing. Which of two is higher is the policy's to say: a document keeps
// the name, so that a level put in between moves nobody's rights.
type Clearance string

// Readers says who may read one document. The zero Readers is nobody.
type Readers struct {
	// Departments are the departments whose members, and whose descendants'
	// members, may read. Sorted, unique; empty means nobody.
	Departments []Department `json:"departments,omitempty"`
	// Deny are departments whose members, and whose descendants' members, may
	// not read, whatever else they belong to. Sorted, unique.
	Deny []Department `json:"deny,omitempty"`
	// Clearance is the level that reads, with all higher ones.
	Clearance Clearance `json:"clearance,omitempty"`
	// From and Until bound the time of reading: from From on, and before
	// Until. A zero bound is open.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// IsNobody reports whether r names no department, so that nobody can read.
func (r Readers) IsNobody() bool { return len(r.Departments) == 0 }

// Equal reports whether r and other let exactly the same people read.
func (r Readers) Equal(other Readers) bool {
	return slices.Equal(r.Departments, other.Departments) && slices.Equal(r.Deny, other.Deny) &&
		r.Clearance == other.Clearance && r.From.Equal(other.From) && r.Until.Equal(other.Until)
}

// Canonical returns r with its departments sorted and unique, as Equal and
// every keeper of Readers expect them, and its times in UTC: readers that are
// equal are written alike.
func (r Readers) Canonical() Readers {
	r.Departments, r.Deny = sorted(r.Departments), sorted(r.Deny)
	r.From, r.Until = r.From.UTC(), r.Until.UTC()
	return r
}

// UnmarshalJSON reads kept readers. A field that this program does not know may
// be a restriction of a later one, so it is an error and not passed over.
func (r *Readers) UnmarshalJSON(data []byte) error {
	type plain Readers
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(r))
}

// within reports whether now lies in [from, until), an open bound being zero.
func within(from, until, now time.Time) bool {
	return (from.IsZero() || !now.Before(from)) && (until.IsZero() || now.Before(until))
}

// sorted returns the departments sorted and unique, in a slice of its own.
func sorted(departments []Department) []Department {
	departments = slices.Clone(departments)
	slices.Sort(departments)
	return slices.Compact(departments)
}
