package access

import (
	"errors"
	"iter"
	"slices"
	"time"
)

// A Rule is one by which a person reads a document, or does not.
type Rule string

// The rules by which a person reads a document.
const (
	ByDepartment Rule = "department" // it is for a department of theirs
	ByAncestor   Rule = "ancestor"   // it is for a department above one of theirs
	ByEveryone   Rule = "everyone"   // it is for everyone
)

// The rules by which a person does not read a document. One is enough.
const (
	UnknownPerson    Rule = "unknown" // the policy does not know them
	BeforeFirstDay   Rule = "before-first-day"
	AfterLastDay     Rule = "after-last-day"
	NoGroup          Rule = "no-group"  // they are known by groups alone, none of which is the policy's
	ShutOut          Rule = "shut-out"  // whoever says who they are has ended their access
	OfNobody         Rule = "nobody"    // the document has no readers
	OtherDepartments Rule = "other"     // it is for departments that they do not belong to
	Denied           Rule = "denied"    // it is denied to a department that they belong to
	AboveClearance   Rule = "clearance" // it asks for a level that they do not have
	NotYet           Rule = "not-yet"   // it is read from a later day on
	NoLonger         Rule = "no-longer" // it was read up to an earlier day
)

// A Reason is a rule with what it is about, as far as that applies.
type Reason struct {
	Rule       Rule       `json:"rule"`
	Department Department `json:"department,omitempty"` // that the document names
	// Through is the department of the person that is, or lies under,
	// Department; Everyone for who has none.
	Through   Department `json:"through,omitempty"`
	Clearance Clearance  `json:"clearance,omitempty"` // that is asked for
	At        time.Time  `json:"at,omitzero"`         // the bound that was met
	Group     string     `json:"group,omitempty"`     // by which they belong to Through, where groups alone say so
	Detail    string     `json:"detail,omitempty"`    // of ShutOut, in words
}

// An Explanation is a decision about one person and one document: by what they
// read it, or all that keeps them from it. There is always a reason.
type Explanation struct {
	Allowed bool     `json:"allowed"`
	Reasons []Reason `json:"reasons"`
}

// against yields every rule by which s may not read a document that r
// describes. It is the one decision about reading: nothing against it is what
// [Scope.Allows] means, and what [Policy.Explain] explains.
func (s Scope) against(r Readers) iter.Seq[Rule] {
	return func(yield func(Rule) bool) {
		for _, rule := range [...]struct {
			Rule
			holds bool
		}{
			{OfNobody, r.IsNobody()},
			{OtherDepartments, !r.IsNobody() && !intersects(s.reads, r.Departments)},
			{Denied, intersects(s.belongs, r.Deny)},
			{AboveClearance, r.Clearance != "" && !slices.Contains(s.cleared, r.Clearance)},
			{NotYet, !within(r.From, time.Time{}, s.at)},
			{NoLonger, !within(time.Time{}, r.Until, s.at)},
		} {
			if rule.holds && !yield(rule.Rule) {
				return
			}
		}
	}
}

// Explain says whether a person may read at now a document that r describes,
// and why. The verdict is that of [Scope.Allows] for the person's scope.
func (p *Policy) Explain(person string, now time.Time, r Readers) Explanation {
	scope, err := p.Scope(person, now)
	who := p.people[person]
	switch {
	case errors.Is(err, ErrUnknownPerson):
		return Explanation{Reasons: []Reason{{Rule: UnknownPerson}}}
	case err != nil:
		if !within(who.From, time.Time{}, now) {
			return Explanation{Reasons: []Reason{{Rule: BeforeFirstDay, At: who.From}}}
		}
		return Explanation{Reasons: []Reason{{Rule: AfterLastDay, At: who.Until}}}
	}
	return p.explain(scope, who, r)
}

// explain says whether somebody in effect may read what r describes.
func (p *Policy) explain(scope Scope, who Person, r Readers) Explanation {
	var against []Reason
	for rule := range scope.against(r) {
		against = append(against, p.detail(rule, who, r)...)
	}
	if against != nil {
		return Explanation{Reasons: against}
	}
	return Explanation{Allowed: true, Reasons: p.grants(who, r)}
}

// detail says what a rule that keeps a person away is about. A denial is one
// reason for each department that is denied.
func (p *Policy) detail(rule Rule, who Person, r Readers) []Reason {
	switch rule {
	case Denied:
		var denials []Reason
		for _, d := range r.Deny {
			if through, ok := p.through(who, d); ok {
				denials = append(denials, Reason{Rule: Denied, Department: d, Through: through})
			}
		}
		return denials
	case AboveClearance:
		return []Reason{{Rule: rule, Clearance: r.Clearance}}
	case NotYet:
		return []Reason{{Rule: rule, At: r.From}}
	case NoLonger:
		return []Reason{{Rule: rule, At: r.Until}}
	default:
		return []Reason{{Rule: rule}}
	}
}

// grants returns by which of the document's departments a person reads it.
func (p *Policy) grants(who Person, r Readers) []Reason {
	var grants []Reason
	for _, d := range r.Departments {
		through, ok := p.through(who, d)
		if !ok {
			continue
		}
		grant := Reason{Rule: ByAncestor, Department: d, Through: through}
		switch d {
		case Everyone:
			grant.Rule = ByEveryone
		case through:
			grant.Rule = ByDepartment
		}
		grants = append(grants, grant)
	}
	return grants
}

// through returns the department of a person by which they belong to d: d
// itself before one under it.
func (p *Policy) through(who Person, d Department) (Department, bool) {
	if slices.Contains(who.Departments, d) {
		return d, true
	}
	for _, own := range who.Departments {
		if p.Within(own, d) {
			return own, true
		}
	}
	return Everyone, d == Everyone
}
