package loadtest

import (
	"math"
	"reflect"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

func small(t *testing.T) *Company {
	t.Helper()
	c, err := NewCompany(Size{Passages: 1005, Dimensions: 64, Departments: 20})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCompanyIsAlwaysTheSame(t *testing.T) {
	a, b := small(t), small(t)
	shape := a.Shapes()[3]
	for _, n := range []int{0, 7, 100} {
		if !reflect.DeepEqual(a.Document(n), b.Document(n)) {
			t.Errorf("document %d differs between two companies of a size", n)
		}
		if !reflect.DeepEqual(a.Question(shape, n, 10), b.Question(shape, n, 10)) {
			t.Errorf("question %d differs", n)
		}
	}
}

func TestCompanyHasTheShapeOfOne(t *testing.T) {
	c := small(t)
	passages, shares := 0, map[access.Department]float64{}
	for _, d := range c.Batch(0, c.Documents()) {
		passages += len(d.Passages)
		shares[d.Document.Readers.Departments[0]] += 1 / float64(c.Documents())
		for _, p := range d.Passages {
			length := 0.0
			for _, x := range p.Vector {
				length += float64(x) * float64(x)
			}
			if math.Abs(length-1) > 1e-5 || len(p.Terms) < 10 {
				t.Fatalf("passage %s has a vector of length %v and %d terms", p.Passage.ID, math.Sqrt(length), len(p.Terms))
			}
		}
	}
	if passages != 1005 {
		t.Errorf("%d passages, want 1005", passages)
	}
	if largest, smallest := shares[department(0)], shares[department(19)]; math.Abs(largest-.21) > .02 || math.Abs(smallest-.02) > .01 {
		t.Errorf("the largest department has %.2f of the documents and the smallest %.2f", largest, smallest)
	}
}

func TestShapesReadWhatTheyAreCalled(t *testing.T) {
	c := small(t)
	count := func(s Shape) (n int) {
		for _, d := range c.Batch(0, c.Documents()) {
			if s.Scope.Allows(d.Document.Readers) {
				n++
			}
		}
		return n
	}
	read, departments := map[string]int{}, map[string]int{}
	for _, s := range c.Shapes() {
		read[s.Name], departments[s.Name] = count(s), len(s.Scope.Departments())
	}
	if read["all departments"] != c.Documents() || departments["several small departments"] != 5 || departments["three departments"] != 3 {
		t.Errorf("documents %v, departments %v", read, departments)
	}
	for _, name := range []string{"one large department", "three departments", "all departments"} {
		if lowest := read[name+", lowest clearance"]; lowest == 0 || lowest >= read[name] {
			t.Errorf("%s: the lowest clearance reads %d of %d", name, lowest, read[name])
		}
	}
}

func TestQuestionsInsideAreNearerThanOthers(t *testing.T) {
	c := small(t)
	shape := c.Shapes()[0]
	var own []retrieval.Embedded
	for _, d := range c.Batch(0, c.Documents()) {
		if shape.Scope.Allows(d.Document.Readers) {
			own = append(own, d.Passages...)
		}
	}
	nearest := func(q retrieval.Query) float64 {
		best := -1.0
		for _, p := range own {
			cosine := 0.0
			for i, x := range p.Vector {
				cosine += float64(x) * float64(q.Vector[i])
			}
			best = max(best, cosine)
		}
		return best
	}
	var inside, outside float64
	for n := range 100 {
		if Inside(n) {
			inside += nearest(c.Question(shape, n, 1)) / 50
		} else {
			outside += nearest(c.Question(shape, n, 1)) / 50
		}
	}
	if inside < outside+.05 {
		t.Errorf("mean cosine to the nearest passage: %.2f inside, %.2f outside", inside, outside)
	}
}

func TestSizesAreBounded(t *testing.T) {
	for _, size := range []Size{{}, {999, 32, 20}, {2_000_001, 32, 20}, {1000, 7, 20}, {1000, 4097, 20}, {1000, 32, 6}, {1000, 32, 201}} {
		if _, err := NewCompany(size); err == nil {
			t.Errorf("%+v was made", size)
		}
	}
}
