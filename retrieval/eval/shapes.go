package eval

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// An auditShape is a scope with what it stands for.
type auditShape struct {
	name  string
	scope access.Scope
}

// A class is the documents that the same people read. There are few, however
// many documents there are.
type class struct {
	readers   access.Readers
	documents int
}

func classesOf(documents map[retrieval.DocumentID]retrieval.Document) []class {
	byReaders := map[string]*class{}
	for _, d := range documents {
		key, err := json.Marshal(d.Readers.Canonical())
		if err != nil {
			panic(err) // unreachable: strings and times encode
		}
		if byReaders[string(key)] == nil {
			byReaders[string(key)] = &class{readers: d.Readers}
		}
		byReaders[string(key)].documents++
	}
	var classes []class
	for _, key := range slices.Sorted(maps.Keys(byReaders)) {
		classes = append(classes, *byReaders[key])
	}
	return classes
}

// read returns how many documents a scope reads.
func read(classes []class, scope access.Scope) int {
	n := 0
	for _, c := range classes {
		if scope.Allows(c.readers) {
			n += c.documents
		}
	}
	return n
}

// several is how many small departments are taken together.
const several = 5

// shapesOf returns the shapes of an audit: the fixed ones that the scopes
// allow, then the scopes themselves, each once. None is wider than one of the
// scopes.
func shapesOf(classes []class, scopes []access.Scope) []auditShape {
	var widest auditShape
	var small, large auditShape
	fewest, most, all := 0, 0, 0
	for _, scope := range scopes {
		if n := read(classes, scope); n > all {
			widest, all = auditShape{"all that one person reads", scope}, n
		}
		for _, d := range scope.Departments() {
			one := scope.Narrow(d)
			n := read(classes, one)
			if n > 0 && (fewest == 0 || n < fewest) {
				small, fewest = auditShape{"one small department", one}, n
			}
			if n > most {
				large, most = auditShape{"the largest department", one}, n
			}
		}
	}
	shapes := []auditShape{small, severalSmall(classes, scopes), large, widest}
	for _, scope := range scopes {
		shapes = append(shapes, auditShape{"in use", scope})
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(shapes, func(s auditShape) bool {
		key := s.scope.Key()
		again := seen[key]
		seen[key] = true
		return again || read(classes, s.scope) == 0
	})
}

// severalSmall returns the smallest departments of the scope that has most of
// them, together: the shape that graphs with links inside departments alone
// find nothing for. It is zero where no scope has several departments.
func severalSmall(classes []class, scopes []access.Scope) auditShape {
	type sized struct {
		department access.Department
		documents  int
	}
	var best []sized
	var of access.Scope
	for _, scope := range scopes {
		var departments []sized
		for _, d := range scope.Departments() {
			if n := read(classes, scope.Narrow(d)); n > 0 {
				departments = append(departments, sized{d, n})
			}
		}
		if len(departments) > len(best) {
			best, of = departments, scope
		}
	}
	if len(best) < 2 {
		return auditShape{}
	}
	slices.SortFunc(best, func(a, b sized) int {
		return cmp.Or(cmp.Compare(a.documents, b.documents), cmp.Compare(a.department, b.department))
	})
	var names []access.Department
	for _, s := range best[:min(several, len(best))] {
		names = append(names, s.department)
	}
	return auditShape{"several small departments", of.Narrow(names...)}
}
