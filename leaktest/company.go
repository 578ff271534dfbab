package leaktest

import (
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// everyone is the department that all people are in.
const everyone = "everyone"

// A Company is what a configuration says about people, as this package reads
// it. It decides nothing for the product.
type Company struct {
	Clearances  []string
	Departments []struct{ ID, Parent string }
	Groups      []struct {
		ID          string
		Departments []string
	}
	People []Person
}

// A Person is one line of the configuration's people.
type Person struct {
	ID          string
	Departments []string
	Groups      []string
	Clearance   string
	From, Until string
}

// ParseCompany reads the people and departments of a configuration that
// Bureau has accepted.
func ParseCompany(configuration []byte) (*Company, error) {
	var c Company
	if err := yaml.Unmarshal(configuration, &c); err != nil {
		return nil, fmt.Errorf("read the people of the configuration: %w", err)
	}
	return &c, nil
}

// Rights say who may read a document. Without a department nobody does.
type Rights struct {
	Departments, Deny []string
	Clearance         string
	From, Until       time.Time
}

// A Reader is one row of the matrix: somebody with a way to ask.
type Reader struct {
	Name   string   `json:"name"`
	Person string   `json:"person,omitempty"` // of the configuration, "" for nobody
	Only   []string `json:"only,omitempty"`   // departments that a token was made for; nil for all
	Out    string   `json:"out,omitempty"`    // why this reader reads nothing whatever the configuration says
	Token  bool     `json:"token,omitempty"`  // asks with a token
	Among  []string `json:"among,omitempty"`  // people who all read what this reader is told, such as those in a channel
}

// reads reports whether a reader may read what rights describe at now.
func (c *Company) reads(r Reader, d Rights, now time.Time) bool {
	for _, other := range r.Among {
		if !c.reads(Reader{Person: other}, d, now) {
			return false
		}
	}
	if r.Among != nil {
		return true
	}
	who, ok := c.person(r.Person)
	if !ok || r.Out != "" || !inside(day(who.From, 0), day(who.Until, 1), now) || !inside(d.From, d.Until, now) {
		return false
	}
	belongs := c.belongs(who)
	reads := belongs
	if r.Only != nil {
		reads = slices.DeleteFunc(slices.Clone(belongs), func(department string) bool { return !slices.Contains(r.Only, department) })
	}
	return meet(reads, d.Departments) && !meet(belongs, d.Deny) && c.level(d.Clearance) <= c.level(who.Clearance)
}

func (c *Company) person(id string) (Person, bool) {
	i := slices.IndexFunc(c.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return Person{}, false
	}
	return c.People[i], true
}

// belongs returns the departments of a person and all above them.
func (c *Company) belongs(who Person) []string {
	own := slices.Clone(who.Departments)
	for _, g := range c.Groups {
		if slices.Contains(who.Groups, g.ID) {
			own = append(own, g.Departments...)
		}
	}
	all := []string{everyone}
	for _, d := range own {
		for d != "" && d != everyone {
			all = append(all, d)
			d = c.parent(d)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (c *Company) parent(id string) string {
	for _, d := range c.Departments {
		if d.ID == id {
			return d.Parent
		}
	}
	return ""
}

// level is how high a clearance is; none is the lowest.
func (c *Company) level(clearance string) int { return max(0, slices.Index(c.Clearances, clearance)) }

// Readers returns the people who differ in what they read, the first of each
// kind, at most so many.
func (c *Company) Readers(most int) []Reader {
	var readers []Reader
	seen := map[string]bool{}
	for _, p := range c.People {
		kind := fmt.Sprintf("%q %d %s %s", c.belongs(p), c.level(p.Clearance), p.From, p.Until)
		if len(readers) < most && !seen[kind] {
			seen[kind] = true
			readers = append(readers, Reader{Name: p.ID, Person: p.ID})
		}
	}
	return readers
}

// day reads a date of the configuration, moved on by days where it is a plain
// one; zero is open. Bureau has refused what is no date.
func day(text string, days int) time.Time {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at.AddDate(0, 0, days)
	}
	at, _ := time.Parse(time.RFC3339, text)
	return at
}

func inside(from, until, now time.Time) bool {
	return (from.IsZero() || !now.Before(from)) && (until.IsZero() || now.Before(until))
}

func meet(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}
