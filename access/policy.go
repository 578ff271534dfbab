package access

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"
)

// ErrUnknownPerson says that the policy does not know a person.
var ErrUnknownPerson = errors.New("unknown person")

// ErrNotInEffect says that a person is known but reads nothing at the moment
// asked for: before their first or after their last day.
var ErrNotInEffect = errors.New("person is not in effect")

// A Policy is what the company says about departments and people. It does not
// change; a changed configuration is a new Policy.
type Policy struct {
	departments map[Department]department
	order       []Department // as configured
	people      map[string]Person
	personOrder []string          // as configured
	byEmail     map[string]string // person of an address, its ASCII letters lower
	bySlack     map[string]string // person of an account in Slack
	groups      map[string][]Department
	groupRoles  map[string][]Role
	clearances  []Clearance // lowest first
	fingerprint string      // hash of all that decides about reading
}

type department struct {
	parent  Department // Everyone for the top of the tree
	names   Names
	contact string
}

// Names are a thing's names by language: "en", "zh-Hans", "zh-Hant". A single
// name for all languages has the key "".
type Names map[string]string

// In returns the name in a language, else the nearest: the other Chinese
// script, English, or any.
func (n Names) In(language string) string {
	for _, key := range append(nearest(language), "en", "zh-Hans", "zh-Hant") {
		if name := n[key]; name != "" {
			return name
		}
	}
	return ""
}

// nearest lists the keys to look under for a language, best first.
func nearest(language string) []string {
	switch language {
	case "zh-Hans":
		return []string{"zh-Hans", "zh-Hant", ""}
	case "zh-Hant":
		return []string{"zh-Hant", "zh-Hans", ""}
	default:
		return []string{language, ""}
	}
}

// A Person is somebody the policy knows.
type Person struct {
	ID          string
	Name        string
	Title       Names        // of their position, may be empty
	Language    string       // they read the pages in, or "" for the browser's
	Departments []Department // own and by groups; sorted, unique, without ancestors
	Clearance   Clearance    // the highest level they read
	Roles       []Role       // own and by groups
	From, Until time.Time    // when they are in effect; zero is open
	Email       string       // as the administrator wrote it, or ""
	Slack       string       // id of their account in Slack, or ""
}

// Scope returns what a person may read at now. An unknown person is
// ErrUnknownPerson, one outside their dates ErrNotInEffect; the Scope is then
// zero and reads nothing.
func (p *Policy) Scope(person string, now time.Time) (Scope, error) {
	who, err := p.inEffect(person, now)
	if err != nil {
		return Scope{}, err
	}
	return p.scopeOf(who, now), nil
}

// inEffect returns a person who is in effect at now, or the error of Scope.
func (p *Policy) inEffect(person string, now time.Time) (Person, error) {
	who, ok := p.people[person]
	if !ok {
		return Person{}, fmt.Errorf("scope of %q: %w", person, ErrUnknownPerson)
	}
	if !within(who.From, who.Until, now) {
		return Person{}, fmt.Errorf("scope of %q: %w", person, ErrNotInEffect)
	}
	return who, nil
}

// scopeOf returns what somebody in effect may read at now.
func (p *Policy) scopeOf(who Person, now time.Time) Scope {
	belongs := []Department{Everyone}
	for _, d := range who.Departments {
		for above := range p.upward(d) {
			belongs = append(belongs, above)
		}
	}
	belongs = sorted(belongs)
	return Scope{reads: belongs, belongs: belongs, cleared: p.upTo(who.Clearance), at: now, policy: p.fingerprint}
}

// upward yields d and its ancestors, Everyone last. An unknown department
// yields nothing.
func (p *Policy) upward(d Department) iter.Seq[Department] {
	return func(yield func(Department) bool) {
		for d != Everyone {
			node, ok := p.departments[d]
			if !ok || !yield(d) {
				return
			}
			d = node.parent
		}
		yield(Everyone)
	}
}

// HasDepartment reports whether the policy knows d. Everyone is known.
func (p *Policy) HasDepartment(d Department) bool {
	_, ok := p.departments[d]
	return ok || d == Everyone
}

// Within reports whether d is ancestor or lies under it. Everyone is the
// ancestor of every known department; an unknown one is within nothing.
func (p *Policy) Within(d, ancestor Department) bool {
	for above := range p.upward(d) {
		if above == ancestor {
			return true
		}
	}
	return false
}

// HasClearance reports whether the policy knows a level. The empty one is
// known.
func (p *Policy) HasClearance(c Clearance) bool { return c == "" || slices.Contains(p.clearances, c) }

// Stricter returns the higher of two known levels.
func (p *Policy) Stricter(a, b Clearance) Clearance {
	if slices.Index(p.clearances, a) > slices.Index(p.clearances, b) {
		return a
	}
	return b
}

// upTo returns a level and all below it. Who has no level has the lowest.
func (p *Policy) upTo(c Clearance) []Clearance { return slices.Clone(p.clearances[:p.levels(c)]) }

// levels returns how many levels a level and those below it are.
func (p *Policy) levels(c Clearance) int {
	return min(max(0, slices.Index(p.clearances, c))+1, len(p.clearances))
}

// Departments returns every department in the order of the configuration,
// without Everyone.
func (p *Policy) Departments() []Department { return slices.Clone(p.order) }

// DepartmentName returns the name of d for people who read language, or its id
// when the policy does not know it.
func (p *Policy) DepartmentName(d Department, language string) string {
	if name := p.departments[d].names.In(language); name != "" {
		return name
	}
	if d == Everyone {
		return Names{"en": "Everyone", "zh-Hans": "全公司", "zh-Hant": "全公司"}.In(language)
	}
	return string(d)
}

// Contact returns the address to ask d at, or "".
func (p *Policy) Contact(d Department) string { return p.departments[d].contact }

// People returns everyone the policy knows, in the order of the configuration.
func (p *Policy) People() []Person {
	people := make([]Person, len(p.personOrder))
	for i, id := range p.personOrder {
		people[i], _ = p.Person(id)
	}
	return people
}

// Person returns a person by id. The departments are the caller's own: writing
// to them gives nobody a right.
func (p *Policy) Person(id string) (Person, bool) {
	who, ok := p.people[id]
	who.Departments, who.Roles = slices.Clone(who.Departments), slices.Clone(who.Roles)
	return who, ok
}
