package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/eval"
)

// setRights are the rights in a question set: each of its departments has one
// asker, and a question without a department is asked by somebody who is in
// all of them. The names of a set's departments are any text, so they stand
// for ids.
type setRights struct {
	policy     *access.Policy
	ids        map[string]access.Department
	byDocument map[retrieval.DocumentID]access.Readers
}

func newSetRights(set eval.Set) (*setRights, error) {
	r := &setRights{ids: map[string]access.Department{}, byDocument: map[retrieval.DocumentID]access.Readers{}}
	var departments, people, all strings.Builder
	for i, name := range set.Departments() {
		id := fmt.Sprintf("d%d", i)
		r.ids[name] = access.Department(id)
		fmt.Fprintf(&departments, "  - {id: %s}\n", id)
		fmt.Fprintf(&people, "  - {id: %s, departments: [%s]}\n", id, id)
		fmt.Fprintf(&all, "%s, ", id)
	}
	document := fmt.Sprintf("departments:\n%speople:\n%s  - {id: everybody, departments: [%s]}\n", &departments, &people, strings.TrimSuffix(all.String(), ", "))
	var err error
	r.policy, err = access.Parse(set.Name, []byte(document))
	return r, err
}

// scope returns what the asker of a question reads.
func (r *setRights) scope(asker string) (access.Scope, error) {
	person := "everybody"
	if asker != "" {
		person = string(r.ids[asker])
	}
	return r.policy.Scope(person, time.Now())
}

// readers returns who reads the documents of a department.
func (r *setRights) readers(department string) access.Readers {
	if department == "" {
		return access.Readers{Departments: []access.Department{access.Everyone}}
	}
	return access.Readers{Departments: []access.Department{r.ids[department]}}
}

// Readers is the record that the search is held against.
func (r *setRights) Readers(_ context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := make(map[retrieval.DocumentID]access.Readers, len(ids))
	for _, id := range ids {
		if who, ok := r.byDocument[id]; ok {
			readers[id] = who
		}
	}
	return readers, nil
}
