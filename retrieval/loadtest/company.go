package loadtest

import (
	"fmt"
	"math"
	"strings"
	"time"

	"bureau/access"
)

// The bounds of a company, so that a mistyped number ends with words and not
// with a full disk.
const (
	mostPassages    = 2_000_000
	mostDimensions  = 4096
	mostDepartments = 200
)

// A Size is how large a company is.
type Size struct {
	Passages    int // 1,000 to 2,000,000
	Dimensions  int // of a vector, 8 to 4,096
	Departments int // 7 to 200
}

// check reports a size that is out of its bounds.
func (s Size) check() error {
	for _, bound := range []struct {
		name             string
		value, low, high int
	}{
		{"passages", s.Passages, 1000, mostPassages},
		{"dimensions", s.Dimensions, 8, mostDimensions},
		{"departments", s.Departments, fewDepartments + 2, mostDepartments},
	} {
		if bound.value < bound.low || bound.value > bound.high {
			return fmt.Errorf("%d %s: there must be from %d to %d", bound.value, bound.name, bound.low, bound.high)
		}
	}
	return nil
}

// A Company is made up. It does not change; its methods may be called at once.
type Company struct {
	Size
	policy *access.Policy
	shares []float64 // of the documents that lie in the departments up to each, ascending to 1
	space  space
	words  vocabulary
}

// NewCompany makes a company.
func NewCompany(size Size) (*Company, error) {
	if err := size.check(); err != nil {
		return nil, err
	}
	policy, err := access.Parse("company", []byte(policyOf(size.Departments)))
	if err != nil {
		return nil, err // unreachable: the text is valid for every size
	}
	return &Company{
		Size: size, policy: policy, shares: sharesOf(size.Departments),
		space: newSpace(size), words: newVocabulary(),
	}, nil
}

// The levels of clearance, lowest first, and the share of the documents of each.
var levels = []struct {
	name  access.Clearance
	share float64
}{{"internal", 0.6}, {"confidential", 0.25}, {"restricted", 0.15}}

// The two people of a company: both belong to every department.
const (
	cleared = "cleared" // reads every level
	staff   = "staff"   // reads the lowest
)

func policyOf(departments int) string {
	var yaml strings.Builder
	yaml.WriteString("clearances: [internal, confidential, restricted]\ndepartments:\n")
	all := make([]string, departments)
	for i := range all {
		all[i] = string(department(i))
		fmt.Fprintf(&yaml, "  - {id: %s}\n", all[i])
	}
	fmt.Fprintf(&yaml, "people:\n  - {id: %s, departments: [%s], clearance: restricted}\n  - {id: %s, departments: [%s]}\n",
		cleared, strings.Join(all, ", "), staff, strings.Join(all, ", "))
	return yaml.String()
}

// department names a department by its rank in size, from 0.
func department(rank int) access.Department {
	return access.Department(fmt.Sprintf("department-%d", rank+1))
}

// sharesOf returns the shares of the documents, added up. The size of a
// department falls with its rank to the power of 3/4: of 20 the largest has a
// fifth and the smallest 2 in 100.
func sharesOf(departments int) []float64 {
	shares, sum := make([]float64, departments), 0.0
	for i := range shares {
		sum += math.Pow(float64(i+1), -0.75)
		shares[i] = sum
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

// A Shape is a kind of scope.
type Shape struct {
	Name        string
	Scope       access.Scope
	departments []int // by rank
}

// fewDepartments is how many the scope of several small ones has: together too
// many passages to score them all, each too few for a graph of its own.
const fewDepartments = 5

// Shapes returns the kinds of scope that an engine is asked for: one, several
// and all departments, some by somebody with the lowest clearance.
func (c *Company) Shapes() []Shape {
	n := c.Departments
	var few, all []int
	for i := range n {
		all = append(all, i)
	}
	few = all[n-fewDepartments:]
	three := []int{1, n / 3, n / 2}
	return []Shape{
		c.shape("one small department", cleared, n-1),
		c.shape("one large department", cleared, 0),
		c.shape("one large department, lowest clearance", staff, 0),
		c.shape("several small departments", cleared, few...),
		c.shape("three departments", cleared, three...),
		c.shape("three departments, lowest clearance", staff, three...),
		c.shape("all departments", cleared, all...),
		c.shape("all departments, lowest clearance", staff, all...),
	}
}

func (c *Company) shape(name, person string, departments ...int) Shape {
	scope, err := c.policy.Scope(person, time.Now())
	if err != nil {
		panic(err) // unreachable: both are in the policy, without dates
	}
	var names []access.Department
	for _, rank := range departments {
		names = append(names, department(rank))
	}
	return Shape{Name: name, Scope: scope.Narrow(names...), departments: departments}
}
