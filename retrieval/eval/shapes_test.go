package eval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// P1: an audit looks at nothing that nobody may see together.
func TestP1_ShapesAreNeverWiderThanAPerson(t *testing.T) {
	policy, err := access.Parse("company", []byte(`
clearances: [internal, secret]
departments: [{id: a}, {id: b}, {id: c}, {id: d, parent: c}]
people:
  - {id: ann, departments: [a, b]}
  - {id: bob, departments: [d], clearance: secret}
  - {id: eve, departments: [a, b]}
`))
	if err != nil {
		t.Fatal(err)
	}
	var scopes []access.Scope
	for _, person := range policy.People() {
		scope, err := policy.Scope(person.ID, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		scopes = append(scopes, scope)
	}
	documents := map[retrieval.DocumentID]retrieval.Document{}
	for i, d := range []access.Department{"a", "b", "b", "c", "c", "c", "d", access.Everyone} {
		id := retrieval.DocumentID(fmt.Sprint(i))
		documents[id] = retrieval.Document{ID: id, Readers: access.Readers{Departments: []access.Department{d}}}
	}
	classes := classesOf(documents)
	var names []string
	for _, s := range shapesOf(classes, scopes) {
		names = append(names, s.name)
		if !slices.ContainsFunc(scopes, func(of access.Scope) bool { return of.Narrow(s.scope.Departments()...).Key() == s.scope.Key() }) {
			t.Errorf("%s is no part of anybody's scope: %v", s.name, s.scope.Departments())
		}
	}
	want := []string{"one small department", "several small departments", "the largest department", "all that one person reads"}
	if !slices.Equal(names, want) {
		t.Errorf("shapes %q, want %q: what is in use is among them already", names, want)
	}
}

func TestRecallCountsTies(t *testing.T) {
	hits := func(scores ...float64) (list []retrieval.Hit) {
		for _, s := range scores {
			list = append(list, retrieval.Hit{Score: s})
		}
		return list
	}
	for _, test := range []struct {
		got, exact []retrieval.Hit
		want       float64
	}{
		{nil, nil, 1},
		{nil, hits(1), 0},
		{hits(.9, .8), hits(.9, .8), 1},
		{hits(.9, .7), hits(.9, .8), .5},
		{hits(.9, .8, .8), hits(.9, .8, .8, .8), 1},
		{hits(.9), hits(.9, .8), .5},
	} {
		if got := recall(test.got, test.exact, 2); got != test.want {
			t.Errorf("recall of %v against %v is %v, want %v", test.got, test.exact, got, test.want)
		}
	}
}
