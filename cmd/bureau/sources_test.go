package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bureau/access"
)

// A key that is misspelt inside a source would leave out a denial.
func TestL16_UnknownKeysOfASourceAreNamedWithTheirLine(t *testing.T) {
	_, err := decode("bureau.yaml", []byte(`sources:
  - id: a
    path: documents
    readers: [hr]
    denny: [finance]
  -
  - {id: b, readres: [hr]}
`))
	if err == nil {
		t.Fatal("nothing is said")
	}
	for _, says := range []string{`bureau.yaml:5: unknown key "denny"`, `bureau.yaml:7: unknown key "readres"`} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not in:\n%v", says, err)
		}
	}
	if _, err = decode("bureau.yaml", []byte("sources:\n  - id: a\n  -\n  - id: b\n")); err == nil || !strings.Contains(err.Error(), "bureau.yaml:3") {
		t.Errorf("an empty source: %v", err)
	}
}

// An index may take minutes to build between reading the rights and serving.
func TestP3_AnEditBeforeServingTakesARightAway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bureau.yaml")
	const before = `departments: [{id: hr, name: Human Resources}]
people: [{id: hanna, name: Hanna, departments: [hr]}]
sources: [{id: a, path: documents, readers: [everyone]}]
`
	write := func(document string) {
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(before)
	c, err := (&settings{Config: file}).load()
	if err != nil {
		t.Fatal(err)
	}
	write(strings.Replace(before, ", departments: [hr]", "", 1))
	policy := newLivePolicy(c, c.auditor())
	policy.refresh()
	scope, err := policy.Scope("hanna", time.Now())
	if err != nil || scope.Allows(access.Readers{Departments: []access.Department{"hr"}}) {
		t.Errorf("hanna still reads what the file took away (%v)", err)
	}
}
