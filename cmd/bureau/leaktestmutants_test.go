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
}

// mutants have the leak that each must be seen by: its door, reader, and
// document as far as they are named.
var mutants = []mutant{
	{
		name: "FilterOfTheIndex", file: "retrieval/sqlite/classes.go", old: "if scope.Allows(c.readers) {", as: "if true {",
		door: "search", leak: leaktest.Leak{Door: "index: search", Reader: "hanna", Document: "finance", Part: leaktest.Text}, alarms: true,
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
		name: "HidingOfHistory", file: "chat/history/conversation.go", old: "turns[i].Events, turns[i].Hidden = shown, !ok", as: "_, _ = shown, ok",
		door: "taken away", leak: leaktest.Leak{Door: "after a right was taken away", Reader: testerLeaver},
	},
	{
		name: "Denial", file: "access/explain.go", old: "{Denied, intersects(s.belongs, r.Deny)},", as: "{Denied, false},",
		door: "HTTP", leak: leaktest.Leak{Door: "HTTP", Reader: "hanna", Document: "everyone but hr", Part: leaktest.Text},
	},
}

// TestLeaktestTurnsRedWhereAFilterIsRemoved builds the product without one of
// its filters at a time, and has it try itself.
func TestLeaktestTurnsRedWhereAFilterIsRemoved(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments})
	tested := mutants
	if testing.Short() {
		tested = mutants[:2]
	}
	for _, m := range tested {
		t.Run(m.name, func(t *testing.T) {
			r := m.try(t, filepath.Join(folder, "bureau.yaml"))
			if !slices.ContainsFunc(r.Leaks, func(l leaktest.Leak) bool {
				return l.Door == m.leak.Door && l.Reader == m.leak.Reader && (m.leak.Document == "" || l.Document == m.leak.Document) && (m.leak.Part == "" || l.Part == m.leak.Part)
			}) {
				t.Errorf("it is not seen: %+v", r.Leaks)
			}
			if (r.Alarms > 0) != m.alarms {
				t.Errorf("%d alarms", r.Alarms)
			}
		})
	}
}

// try builds the mutant and has it try itself.
func (m mutant) try(t *testing.T, config string) leaktest.Report {
	t.Helper()
	program := filepath.Join(t.TempDir(), "bureau")
	source, err := filepath.Abs(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		t.Fatal(err)
	}
	text := read(t, source)
	if strings.Count(text, m.old) != 1 {
		t.Fatalf("%s has %q %d times: say anew what this mutant removes", m.file, m.old, strings.Count(text, m.old))
	}
	write(t, filepath.Dir(program), map[string]string{"mutant.go": strings.Replace(text, m.old, m.as, 1)})
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {source: filepath.Join(filepath.Dir(program), "mutant.go")}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Dir(program), map[string]string{"overlay.json": string(overlay)})
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(filepath.Dir(program), "overlay.json"), "-o", program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	var stdout, stderr bytes.Buffer
	run := exec.CommandContext(t.Context(), program, "-c", config, "--embedder", none, "leaktest", "--door", m.door, "--json")
	run.Stdout, run.Stderr, run.Env = &stdout, &stderr, append(os.Environ(), asProgram+"=")
	if err := run.Run(); run.ProcessState == nil || run.ProcessState.ExitCode() != exitFailed {
		t.Fatalf("it ends with %v and not with %d\n%s%.2000s", err, exitFailed, stderr.String(), stdout.String())
	}
	return decodeReport(t, stdout.String())
}
