package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/leaktest"
)

// A mutant is the product with one filter removed.
type mutant struct {
	name          string
	file, old, as string // what is removed, and what stands in its place
	door          string // that is tried
	leak          leaktest.Leak
	alarms        bool // the lock behind it raises the alarm
	missed        bool // it leaks nothing, and answers nobody
	more          bool // tried only where allMutants is set
}

// allMutants is the variable that has every mutant tried. A build and a trial
// of each take half a minute on a slow machine.
const allMutants = "BUREAU_TEST_ALL_MUTANTS"

// mutants have the leak that each must be seen by: its door, reader, and
// document and part as far as they are named.
var mutants = []mutant{
	{
		name: "FilterOfTheIndex", file: "retrieval/sqlite/classes.go", old: "if scope.Allows(c.readers) {", as: "if true {",
		door: "search", leak: leaktest.Leak{Door: "index: search", Reader: "hanna", Document: "finance", Part: leaktest.Text}, alarms: true,
	},
	{
		name: "HidingOfHistory", file: "chat/history/conversation.go", old: "turns[i].Events, turns[i].Hidden = shown, !ok", as: "_, _ = shown, ok",
		door: "taken away", leak: leaktest.Leak{Door: "after a right was taken away", Reader: testerLeaver},
	},
	{
		name: "SecondLock", file: "retrieval/searcher.go", old: "return scope.Allows(readers[d]) })", as: "return scope.Allows(readers[d]) || true })",
		door: "second lock", leak: leaktest.Leak{Door: "second lock, alone", Reader: "hanna", Document: "finance"},
	},
	{
		name: "OwnerOfAnAnswer", file: "chat/history/record.go", old: "SELECT events FROM turns WHERE id = $1 AND person = $2", as: "SELECT events FROM turns WHERE id = $1 AND $2 = $2",
		door: "of others", leak: leaktest.Leak{Door: "answers and conversations of others", Reader: "feng"},
	},
	{
		name: "AudienceOfAChannel", file: "slack/audience.go", old: "b.people.all(ctx, b.readersOf(m, asker))", as: "b.people.all(ctx, []string{asker})",
		door: "Slack", leak: leaktest.Leak{Door: "Slack, in a channel", Reader: "a channel in Slack"},
	},
	{
		name: "Denial", file: "access/explain.go", old: "{Denied, intersects(s.belongs, r.Deny)},", as: "{Denied, false},",
		door: "HTTP", leak: leaktest.Leak{Door: "HTTP", Reader: "hanna", Document: "everyone but hr", Part: leaktest.Text},
	},
	{
		name: "L31_AnswersNobody", file: "ingest/library.go", old: "err == nil && !scope.Allows(e.document.Readers):", as: "err == nil:",
		door: "document", missed: true,
	},
	{
		name: "DocumentByItsID", file: "ingest/library.go", old: "err == nil && !scope.Allows(e.document.Readers):", as: "err == nil && false:",
		door: "document by id", leak: leaktest.Leak{Door: "document by id", Reader: "hanna", Document: "finance"}, more: true,
	},
	{
		name: "ReadersOfPassages", file: "retrieval/searcher.go", old: "if scope.Allows(m.Document.Readers) {", as: "if true {",
		door: "readers of passages", leak: leaktest.Leak{Door: "readers of passages, alone", Reader: "hanna", Document: "finance"}, more: true,
	},
	{
		name: "Suggestions", file: "ingest/suggest.go", old: " && scope.Allows(e.document.Readers)\n", as: " && !scope.IsZero()\n",
		door: "greeting", leak: leaktest.Leak{Door: "greeting and suggestions", Reader: testerNone}, more: true,
	},
	{
		name: "OwnerOfAConversation", file: "chat/history/conversation.go", old: "FROM conversations c WHERE person = $1 AND id = $2", as: "FROM conversations c WHERE $1 = $1 AND id = $2",
		door: "of others", leak: leaktest.Leak{Door: "answers and conversations of others", Reader: "feng", Part: "existence"}, more: true,
	},
	{
		name: "RightsWhileItIsWritten", file: "chat/asker.go", old: "if err != nil || !now.Covers(before) {", as: "if err != nil || now.IsZero() {",
		door: "taken away", leak: leaktest.Leak{Door: "answer under way after a right was taken away", Reader: testerLeaver}, more: true,
	},
	{
		name: "WhoIsShutOut", file: "identity/directory.go", old: "\tcase known.shut != nil:\n\t\treturn access.Scope{}, known.shut\n", as: "",
		door: "HTTP", leak: leaktest.Leak{Door: "HTTP", Reader: testerDisabled, Part: leaktest.Text}, more: true,
	},
	{
		name: "DepartmentsOfAToken", file: "identity/token.go", old: "return scope.Narrow(t.Departments...), nil", as: "return scope, nil",
		door: "HTTP", leak: leaktest.Leak{Door: "HTTP", Reader: "a token for hr", Part: leaktest.Text}, more: true,
	},
}

// TestEveryMutantIsOfTheCodeAsItIs holds that each removes one place, also of
// those that are not tried each time.
func TestEveryMutantIsOfTheCodeAsItIs(t *testing.T) {
	for _, m := range mutants {
		code, err := os.ReadFile(filepath.Join("..", "..", m.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(code), m.old); n != 1 {
			t.Errorf("%s: %d places in %s have %q", m.name, n, m.file, m.old)
		}
	}
}

// TestLeaktestTurnsRedWhereAFilterIsRemoved builds the product without one of
// its filters at a time, and has it try itself.
func TestLeaktestTurnsRedWhereAFilterIsRemoved(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments})
	for i, m := range mutants {
		if testing.Short() && i >= 2 || m.more && os.Getenv(allMutants) == "" {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			got := trial(t, build(t, m), exitFailed, "-c", filepath.Join(folder, "bureau.yaml"), "--embedder", none, "leaktest", "--door", m.door)
			if seen := slices.ContainsFunc(got.Leaks, m.seenBy); seen == m.missed || (len(got.Missed) > 0) != m.missed {
				t.Errorf("it is not seen for what it is: leaks %+v, missed %+v", got.Leaks, got.Missed)
			}
			if (got.Alarms > 0) != m.alarms {
				t.Errorf("%d alarms", got.Alarms)
			}
		})
	}
}

// seenBy reports whether a leak is the one that the mutant must be seen by.
func (m mutant) seenBy(l leaktest.Leak) bool {
	want := m.leak
	return l.Door == want.Door && l.Reader == want.Reader && (want.Document == "" || l.Document == want.Document) && (want.Part == "" || l.Part == want.Part)
}

// build builds the program, without what the mutant lacks if one is given.
func build(t *testing.T, without ...mutant) (program string) {
	t.Helper()
	folder := t.TempDir()
	program = filepath.Join(folder, "bureau")
	args := []string{"build", "-o", program}
	for _, m := range without {
		args = append(args, "-overlay", m.overlay(t, folder))
	}
	if out, err := exec.CommandContext(t.Context(), "go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return program
}

// overlay writes what go build reads a changed file by.
func (m mutant) overlay(t *testing.T, folder string) string {
	t.Helper()
	source, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, source)
	if n := strings.Count(text, m.old); n != 1 {
		t.Fatalf("%s has %q %d times: say anew what this mutant removes", m.file, m.old, n)
	}
	changed := filepath.Join(folder, "changed.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, folder, map[string]string{"changed.go": strings.Replace(text, m.old, m.as, 1), "overlay.json": string(overlay)})
	return filepath.Join(folder, "overlay.json")
}

// trial runs a program's leak test as a process of its own.
func trial(t *testing.T, program string, want int, args ...string) leaktest.Report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	run := exec.CommandContext(t.Context(), program, append(args, "--json")...)
	run.Stdout, run.Stderr = &stdout, &stderr
	if err := run.Run(); run.ProcessState == nil || run.ProcessState.ExitCode() != want {
		t.Fatalf("it ends with %v and not with %d\n%s%.3000s", err, want, stderr.String(), stdout.String())
	}
	return decodeReport(t, stdout.String())
}
