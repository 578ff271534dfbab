package access

import (
	"slices"
	"time"
)

// A Gain is who comes to read a document by a change of its readers.
type Gain struct {
	People []string `json:"people,omitempty"` // ids, in the order of the configuration
	// Departments whose members would come to read, should there be any: a
	// change is judged before the first of them arrives. Without those that lie
	// under another one of them.
	Departments []Department `json:"departments,omitempty"`
}

// IsZero reports whether nobody would.
func (g Gain) IsZero() bool { return len(g.People) == 0 && len(g.Departments) == 0 }

// Gains returns who may read by to and not by from, now or at any later moment.
// It goes by what people read and not by how readers are written: departments
// that are named beside one above them let nobody in, and a clearance that
// everybody has keeps nobody out.
func (p *Policy) Gains(from, to Readers, now time.Time) Gain {
	var g Gain
	for _, id := range p.personOrder {
		if p.gains(p.people[id], from, to, now) {
			g.People = append(g.People, id)
		}
	}
	for _, d := range append([]Department{Everyone}, p.order...) {
		under := slices.ContainsFunc(g.Departments, func(of Department) bool { return p.Within(d, of) })
		if !under && p.memberGains(d, from, to, now) {
			g.Departments = slices.DeleteFunc(g.Departments, func(of Department) bool { return p.Within(of, d) })
			g.Departments = append(g.Departments, d)
		}
	}
	return g
}

// memberGains reports whether somebody who belongs to d alone, at any level,
// would come to read.
func (p *Policy) memberGains(d Department, from, to Readers, now time.Time) bool {
	return slices.ContainsFunc(append([]Clearance{""}, p.clearances...), func(level Clearance) bool {
		return p.gains(Person{Departments: []Department{d}, Clearance: level}, from, to, now)
	})
}

// gains reports whether somebody would come to read. What they read changes at
// bounds alone, so that these are the only moments to look at.
func (p *Policy) gains(who Person, from, to Readers, now time.Time) bool {
	bounds := []time.Time{now, who.From, who.Until, from.From, from.Until, to.From, to.Until}
	return slices.ContainsFunc(bounds, func(at time.Time) bool {
		if at.Before(now) || !within(who.From, who.Until, at) {
			return false
		}
		scope := p.scopeOf(who, at)
		return scope.Allows(to) && !scope.Allows(from)
	})
}

// Meet returns readers who let in only whom both a and b let in: departments
// that lie within both, the denials of both, of two levels the higher, of two
// periods the part in common. Somebody who belongs to a department of a alone
// and to another of b alone is left out. What is unknown lets nobody in.
func (p *Policy) Meet(a, b Readers) Readers {
	if !p.HasClearance(a.Clearance) || !p.HasClearance(b.Clearance) {
		return Readers{}
	}
	met := Readers{
		Departments: append(p.inside(a.Departments, b.Departments), p.inside(b.Departments, a.Departments)...),
		Deny:        slices.Concat(a.Deny, b.Deny),
		Clearance:   p.Stricter(a.Clearance, b.Clearance),
		From:        a.From, Until: a.Until,
	}
	if b.From.After(a.From) {
		met.From = b.From
	}
	if a.Until.IsZero() || !b.Until.IsZero() && b.Until.Before(a.Until) {
		met.Until = b.Until
	}
	if met.IsNobody() {
		return Readers{}
	}
	return met.Canonical()
}

// inside returns those departments that lie within one of the others.
func (p *Policy) inside(departments, others []Department) []Department {
	return slices.DeleteFunc(slices.Clone(departments), func(d Department) bool {
		return !slices.ContainsFunc(others, func(of Department) bool { return p.Within(d, of) })
	})
}
