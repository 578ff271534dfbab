package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestMisuseIsSaidAndNothingIsTried(t *testing.T) {
	h := indexed(t)
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"UnknownPerson", []string{"search", "leave", "--as", "mallory"}, []string{"mallory", sample}},
		{"UnknownPersonAsks", []string{"ask", "leave", "--as", "mallory"}, []string{"mallory", sample}},
		{"NoPerson", []string{"ask", "leave"}, []string{"--as"}},
		{"UnknownFlag", []string{"ask", "leave", "--as", "hanna", "--everything"}, []string{"--everything", "bureau --help"}},
		{"UnknownCommand", []string{"serch", "leave"}, []string{"serch"}},
		{"NoCommand", nil, []string{"expected one of"}},
		{"NothingToSearchFor", []string{"search", " ", "--as", "hanna"}, []string{"nothing to search for"}},
		{"TooFew", []string{"search", "leave", "--as", "hanna", "-k", "0"}, []string{"-k 0", "1 to 100"}},
		{"TooMany", []string{"search", "leave", "--as", "hanna", "-k", "101"}, []string{"-k 101", "1 to 100"}},
		{"OpenAddress", []string{"serve", "--listen", "0.0.0.0:0"}, []string{"0.0.0.0:0", "loopback"}},
		{"NoAddress", []string{"serve", "--listen", "8080"}, []string{"8080", "127.0.0.1:8080"}},
		{"NoSet", []string{"eval", "--set", filepath.Join(t.TempDir(), "none")}, []string{"none", "qrels.tsv"}},
		{"NoDate", []string{"eval", "--set", filepath.Join(root, "examples", "company", "eval"), "--at", "tomorrow"}, []string{"tomorrow"}},
		{"AuditOfOneQuestion", []string{"index", "audit", "--questions", "1"}, []string{"--questions 1", "2 to 1000"}},
		{"BenchOfAnotherMachine", []string{"bench", "search", "--engine", "qdrant://qdrant.example:6334"}, []string{"qdrant.example", "--any-address"}},
		{"BenchOfNoEngine", []string{"bench", "search", "--engine", "postgres"}, []string{"postgres", "qdrant://HOST:PORT"}},
		{"BenchTooLarge", []string{"bench", "search", "--passages", "10000000"}, []string{"10000000 passages", "2000000"}},
		{"BenchTooLong", []string{"bench", "search", "--seconds", "3600"}, []string{"1h0m0s", "10m"}},
		{"NoURL", []string{"doctor", "--ollama", "localhost"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := h.run(c.args...)
			if c.name == "NoURL" { // the doctor finds mistakes, and so has not been misused
				if got.status != exitFailed || !strings.Contains(got.stdout, "localhost") {
					t.Errorf("%+v", got)
				}
				return
			}
			if got.status != exitMisused || got.stdout != "" {
				t.Errorf("status %d, want %d; printed %q", got.status, exitMisused, got.stdout)
			}
			for _, words := range c.says {
				if !strings.Contains(got.stderr, words) {
					t.Errorf("%q is not in: %s", words, got.stderr)
				}
			}
		})
	}
}

func TestMissingConfigurationNamesTheWayOn(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "none.yaml"))
	for _, args := range [][]string{{"ingest"}, {"serve"}, {"search", "leave", "--as", "hanna"}, {"ask", "leave", "--as", "hanna"}} {
		got := h.run(args...)
		if got.status != exitMisused || !strings.Contains(got.stderr, "none.yaml") || !strings.Contains(got.stderr, "bureau demo") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}

// wrong has a mistake of most kinds, each on a line of its own.
const wrong = `company: Larkfield
modles: {chat: none}
departments:
  - {id: hr, name: Human Resources}
  - {id: hr, name: Human Resources again}
people:
  - {id: hanna, departments: [hr]}
  - {id: feng, departments: [finance]}
sources:
  - {id: a, path: documents}
  - {id: b, readers: [everyone]}
`

func TestEveryMistakeOfTheConfigurationIsSaidAtOnce(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "bureau.yaml")
	write(t, folder, map[string]string{"bureau.yaml": wrong})
	got := newHouse(t, file).run("ingest")
	if got.status != exitMisused {
		t.Errorf("status %d", got.status)
	}
	for _, says := range []string{file + ":2: unknown key \"modles\"", file + ":5", file + ":8"} {
		if !strings.Contains(got.stderr, says) {
			t.Errorf("%q is not in:\n%s", says, got.stderr)
		}
	}

	write(t, folder, map[string]string{"bureau.yaml": strings.NewReplacer(
		"modles: {chat: none}", "models: {ollama: nowhere, threads: -1, context: 10}",
		"id: hr, name: Human Resources again", "id: finance", "departments: [finance]", "departments: [finance]",
	).Replace(wrong)})
	got = newHouse(t, file).run("ingest")
	for _, says := range []string{"nowhere", "models.threads", "models.context", file + ":10", file + ":11", "readers", "no path"} {
		if got.status != exitMisused || !strings.Contains(got.stderr, says) {
			t.Errorf("status %d, and %q is not in:\n%s", got.status, says, got.stderr)
		}
	}
	if strings.Contains(got.stderr, "main.") || strings.Contains(got.stderr, "!!") {
		t.Errorf("names of the program's own:\n%s", got.stderr)
	}
}

func TestFlagsStandOverTheEnvironmentOverTheFile(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": read(t, sample) + "\n", "documents/everyone/a.md": "# Leave\n\nAnnual leave is 28 days."})
	for _, name := range []string{"hr", "marketing", "finance", "operations"} {
		write(t, folder, map[string]string{"documents/" + name + "/a.md": "# " + name + "\n\nOf this department."})
	}
	file := filepath.Join(folder, "bureau.yaml")
	write(t, folder, map[string]string{"bureau.yaml": strings.Replace(read(t, file), "http://127.0.0.1:11434", "http://127.0.0.1:3", 1)})
	environment := map[string]string{"BUREAU_OLLAMA": "http://127.0.0.1:2"}
	for want, c := range map[string]struct {
		vars map[string]string
		args []string
	}{
		"http://127.0.0.1:3": {nil, nil}, "http://127.0.0.1:2": {environment, nil}, "http://127.0.0.1:1": {environment, []string{"--ollama", "http://127.0.0.1:1"}},
	} {
		got := program(t.Context(), c.vars, append([]string{"-c", file, "doctor"}, c.args...)...)
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%s is not asked:\n%s", want, got.stdout)
		}
	}
}

func TestHelpAndVersionAreAnswered(t *testing.T) {
	for args, says := range map[string]string{"--help": "doctor", "--version": "bureau ", "ask --help": "--earlier"} {
		if got := program(t.Context(), nil, strings.Fields(args)...); got.status != exitDone || !strings.Contains(got.stdout, says) {
			t.Errorf("%s: %+v", args, got)
		}
	}
}
