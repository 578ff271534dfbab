package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bureau/leaktest"
)

// finsolve is the variable that names the folder of the data set
// finsolve-rbac: evals, and documents in resources/data.
const finsolve = "BUREAU_TEST_FINSOLVE"

// A finsolveCase is one of the data set's evals, of whichever file.
type finsolveCase struct {
	Name, Role, Query string
	Target            string   `json:"target_department"`
	Allowed           bool     `json:"allowed"`
	Cites             []string `json:"must_cite_depts"`
	Required          []string `json:"required_cite_depts"`
	Evidence          []string `json:"required_evidence"`
	Departments       []string `json:"document_departments"`
	Says              string   `json:"llm_response"`
	Denial            bool     `json:"expect_denial"`
	Left              string   `json:"left_username"`
	LeftThread        *string  `json:"left_thread_id"`
	Right             string   `json:"right_username"`
	RightThread       *string  `json:"right_thread_id"`
	Equal             bool     `json:"expect_equal"`
}

// finsolveReads are the departments of each role and person, beside general.
var finsolveReads = map[string][]string{
	"employee": {}, "finance": {"finance"}, "marketing": {"marketing"}, "hr": {"hr"}, "engineering": {"engineering"},
	"clevel": {"finance", "marketing", "hr", "engineering"},
	"emma":   {"marketing"}, "sam": {"finance"}, "mariam": {"marketing"}, "natasha": {"hr"},
}

// TestP1_FinsolvesCasesLeakNothing asks the 51 cases of the data set, said anew
// as cases of ours, about its documents.
func TestP1_FinsolvesCasesLeakNothing(t *testing.T) {
	folder := os.Getenv(finsolve)
	if folder == "" {
		t.Skipf("%s names no folder of the data set finsolve-rbac", finsolve)
	}
	var cases []map[string]any
	for _, file := range []string{"citation_integrity", "correctness", "cross_department", "indirect_requests", "mixed_scope", "prompt_injection", "thread_isolation"} {
		var list []finsolveCase
		if err := json.Unmarshal([]byte(read(t, filepath.Join(folder, "evals", file+".json"))), &list); err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			cases = append(cases, c.ours())
		}
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	here := t.TempDir()
	write(t, here, map[string]string{"bureau.yaml": finsolveConfiguration(folder), "cases.json": string(text)})
	got := program(t.Context(), nil, "-c", filepath.Join(here, "bureau.yaml"), "--embedder", none, "leaktest", "--cases", filepath.Join(here, "cases.json"), "--json")
	r := decodeReport(t, got.stdout)
	if len(cases) != 51 || len(r.Leaks) > 0 || len(r.Problems) > 0 || r.Alarms > 0 {
		t.Errorf("%d cases, leaks %v, problems %v, %d alarms\n%s", len(cases), r.Leaks, r.Problems, r.Alarms, got.stderr)
	}
	t.Logf("%d cases: %v at the search, %v by HTTP", len(cases), verdicts(r, "search", ""), verdicts(r, "HTTP", ""))
	for _, m := range r.Missed {
		t.Logf("not found by words alone: %s as %s: %s", m.Door, m.Reader, m.Question)
	}
	if verdicts(r, "HTTP", "")[leaktest.Answered] < 40 {
		t.Errorf("too little is answered: %v", verdicts(r, "HTTP", ""))
	}
}

// ours is the case as we write one.
func (c finsolveCase) ours() map[string]any {
	folders := func(departments ...string) (patterns []string) {
		for _, d := range departments {
			patterns = append(patterns, d+"/**")
		}
		return patterns
	}
	if c.Left != "" {
		return c.isolated()
	}
	role := c.Role
	if role == "" { // a case about what a model cites: of somebody who reads those documents
		role = "clevel"
		if len(c.Departments) == 1 {
			role = "employee"
		}
	}
	ours := map[string]any{
		"name": c.Name, "person": role, "question": c.Query, "model_says": c.Says,
		"may_answer_from": folders(append([]string{"general"}, finsolveReads[role]...)...),
	}
	if strings.Contains(c.Says, "[99]") {
		ours["must_not_contain"] = []string{"[99]"}
	}
	must := append(append(c.Cites, c.Required...), c.Departments...)
	switch {
	case c.Allowed:
		must = []string{c.Target}
	case len(c.Evidence) > 0 && len(must) == 0:
		must = []string{role}
	}
	if len(must) > 0 && (c.Says == "" || !c.Denial) {
		ours["must_answer_from"] = folders(must...)
	}
	return ours
}

// isolated is a case of two conversations. Here one is told by its person and
// the client's own id.
func (c finsolveCase) isolated() map[string]any {
	id := func(thread *string) string {
		if thread == nil {
			return "default"
		}
		return *thread
	}
	ours := map[string]any{
		"name": c.Name, "person": strings.ToLower(c.Right), "question": "What does the employee handbook say about leave?", "conversation": id(c.RightThread),
		"first": map[string]any{"person": strings.ToLower(c.Left), "conversation": id(c.LeftThread), "question": "How many days of leave are there, asked by the first?"},
	}
	check := "must_not_contain"
	if c.Equal {
		check = "must_contain"
	}
	ours[check] = []string{"asked by the first"}
	return ours
}

// finsolveConfiguration is the data set's company.
func finsolveConfiguration(folder string) string {
	var b strings.Builder
	b.WriteString("company: FinSolve\ndepartments: [{id: finance}, {id: marketing}, {id: hr}, {id: engineering}]\npeople:\n")
	for person, departments := range finsolveReads {
		fmt.Fprintf(&b, "  - {id: %s, departments: [%s]}\n", person, strings.Join(departments, ", "))
	}
	b.WriteString("sources:\n  - {id: general, path: " + filepath.Join(folder, "resources/data/general") + ", readers: [everyone]}\n")
	for _, d := range []string{"finance", "marketing", "hr", "engineering"} {
		fmt.Fprintf(&b, "  - {id: %[1]s, path: %[2]s, readers: [%[1]s]}\n", d, filepath.Join(folder, "resources/data", d))
	}
	return b.String()
}
