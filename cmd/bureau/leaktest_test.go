package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/leaktest"
	"bureau/retrieval/qdrant/qdranttest"
)

// twoDepartments has one of everything that decides about reading.
const twoDepartments = `
company: Two Departments
clearances: [internal, restricted]
departments: [{id: hr}, {id: finance}]
groups: [{id: g-finance, departments: [finance]}]
people:
  - {id: hanna, departments: [hr]}
  - {id: feng, groups: [g-finance], clearance: restricted}
sources: [{id: any, path: any, readers: [everyone]}]
`

// tried runs the leak test and decodes its report.
func tried(t *testing.T, want int, args ...string) leaktest.Report {
	t.Helper()
	got := program(t.Context(), nil, append([]string{"--model", none, "--embedder", none}, append(args, "--json")...)...)
	if got.status != want {
		t.Fatalf("status %d, %d wanted\n%.4000s\n%s", got.status, want, got.stdout, got.stderr)
	}
	return decodeReport(t, got.stdout)
}

func decodeReport(t *testing.T, text string) (report leaktest.Report) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatalf("%v in %.2000s", err, text)
	}
	return report
}

// verdicts counts what came of a door, or of one reader at it.
func verdicts(r leaktest.Report, door, reader string) map[leaktest.Verdict]int {
	count := map[leaktest.Verdict]int{}
	for _, c := range r.Cells {
		if c.Door == door && (reader == "" || c.Reader == reader) {
			count[c.Verdict]++
		}
	}
	return count
}

// TestP1_P2_L06_EverybodyAtEveryDoorReadsTheirOwnAndNothingElse is the matrix
// of people by doors by documents, for the sample company.
func TestP1_P2_L06_EverybodyAtEveryDoorReadsTheirOwnAndNothingElse(t *testing.T) {
	program := build(t)  // the real one: the race detector would make minutes of it
	t.Chdir(t.TempDir()) // where no configuration is: the sample company
	r := trial(t, program, exitDone, "--embedder", none, "leaktest")
	if !r.OK() || r.Company != "Larkfield Instruments" || len(r.Documents) < 20 {
		t.Errorf("%d documents of %s; leaks %v, missed %v, problems %v", len(r.Documents), r.Company, r.Leaks, r.Missed, r.Problems)
	}
	for _, door := range []string{
		"index: search", "index: load by id", "second lock, alone", "readers of passages, alone", "document by id", "search",
		"bureau search", "bureau ask", "HTTP", "socket", "document page", "Slack, direct", "Slack, in a channel", "conversation", "export", "answer", "search in history",
	} {
		if n := verdicts(r, door, ""); n[leaktest.Answered] == 0 || n[leaktest.Nothing] == 0 {
			t.Errorf("%s answers nothing, or everything: %v", door, n)
		}
	}
	for _, door := range []string{
		"greeting and suggestions", "answers and conversations of others", "after a right was taken away", "answer under way after a right was taken away", "log of the server",
	} {
		if !slices.Contains(r.Doors, door) {
			t.Errorf("%s was not tried", door)
		}
	}
	for reader, most := range map[string]int{
		"nobody": 0, "nobody, with a made-up session": 0, testerExpired: 0, testerEarly: 0, testerDisabled: 0, "oliver": 0, "a revoked token": 0, "a token for hr": 3,
	} {
		if n := verdicts(r, "HTTP", reader); n[leaktest.Answered] != most || n[leaktest.Nothing] == 0 {
			t.Errorf("%s: %v", reader, n)
		}
	}
}

// TestLeaktestTriesACompanyOfItsOwn runs in this process, with its race
// detector, what goes on at once.
func TestLeaktestTriesACompanyOfItsOwn(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments})
	before := read(t, filepath.Join(folder, "bureau.yaml"))
	r := tried(t, exitDone, "-c", filepath.Join(folder, "bureau.yaml"), "leaktest",
		"--door", "index", "--door", "socket", "--door", "Slack", "--door", "taken away", "--door", "of others", "--door", "greeting")
	if r.Company != "Two Departments" || verdicts(r, "socket", "feng")[leaktest.Answered] == 0 || r.Alarms > 0 {
		t.Errorf("%+v", r)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 || read(t, filepath.Join(folder, "bureau.yaml")) != before {
		t.Errorf("it leaves %v behind, %v", entries, err)
	}
}

// TestP1_L04_LeaktestFindsNothingOnQdrant tries the engine whose server must be
// told the scope with every request, and leaves no collection behind.
func TestP1_L04_LeaktestFindsNothingOnQdrant(t *testing.T) {
	server := qdranttest.Start(t)
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments})
	r := tried(t, exitDone, "-c", filepath.Join(folder, "bureau.yaml"), "--index", "qdrant://"+server.Address, "leaktest",
		"--door", "index", "--door", "alone", "--door", "search", "--door", "taken away")
	if n := verdicts(r, "index: search", "hanna"); r.Engine != engineQdrant || n[leaktest.Answered] == 0 || n[leaktest.Nothing] == 0 {
		t.Errorf("engine %s: %v", r.Engine, n)
	}
	if left := collections(t, server.Address); len(left) > 0 {
		t.Errorf("it leaves %v on the server", left)
	}
}

// TestP1_LeaktestFindsNothingByMeaning tries a search by meaning, across
// languages, with a real embedder.
func TestP1_LeaktestFindsNothingByMeaning(t *testing.T) {
	url, model := os.Getenv("BUREAU_TEST_OLLAMA"), os.Getenv("BUREAU_TEST_EMBEDDER")
	if url == "" || model == "" {
		t.Skip("BUREAU_TEST_OLLAMA and BUREAU_TEST_EMBEDDER name no embedder")
	}
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments})
	got := program(t.Context(), nil, "-c", filepath.Join(folder, "bureau.yaml"), "--ollama", url, "--embedder", model, "leaktest", "--json",
		"--door", "index: search")
	r := decodeReport(t, got.stdout)
	if got.status != exitDone || r.Embedder != model || verdicts(r, "index: search", "feng")[leaktest.Answered] == 0 {
		t.Errorf("status %d, embedder %q, leaks %v, missed %v, problems %v\n%s", got.status, r.Embedder, r.Leaks, r.Missed, r.Problems, got.stderr)
	}
}

// TestP1_TheSamplesCasesHold asks the cases of the sample company.
func TestP1_TheSamplesCasesHold(t *testing.T) {
	cases, err := filepath.Abs(filepath.Join(root, "examples", "company", "leaktest"))
	if err != nil {
		t.Fatal(err)
	}
	r := tried(t, exitDone, "-c", sample, "leaktest", "--cases", cases)
	if n := verdicts(r, "HTTP", ""); n[leaktest.Answered] < 15 || n[leaktest.Nothing] == 0 {
		t.Errorf("%v", n)
	}
}

func TestCasesThatAreWrongAreNamed(t *testing.T) {
	folder := t.TempDir()
	for text, want := range map[string]string{
		`[{name: a, person: noor, question: "Heron?", must_not_contain: [heron]}]`: `"heron" stands in the question itself`,
		`[{name: a, person: noor, question: "Heron?"}]`:                            "it checks nothing",
		`[{name: a, person: noor, question: "x", must_contian: [y]}]`:              "must_contian",
		`[{name: a, person: norr, question: "x", must_contain: [y]}]`:              `"norr"`,
		`[{person: noor, must_contain: [y]}]`:                                      "name, person and question are needed",
		`[]`:                                                                       "no cases",
	} {
		write(t, folder, map[string]string{"cases.yaml": text})
		got := program(t.Context(), nil, "-c", sample, "--embedder", none, "leaktest", "--cases", filepath.Join(folder, "cases.yaml"))
		if got.status != exitMisused || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %s", text, got.status, got.stderr)
		}
	}
}

// TestACaseThatLeaksOrIsMissedIsSeen has cases that cannot hold.
func TestACaseThatLeaksOrIsMissedIsSeen(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"cases.yaml": `
- {name: told, person: hanna, question: "What are the pay bands in Leeds of a senior engineer?", must_not_contain: ["63,500"]}
- {name: source, person: hanna, question: "What are the pay bands in Leeds of a senior engineer?", may_answer_from: []}
- {name: missed, person: noor, question: "What are the pay bands in Leeds of a senior engineer?", must_answer_from: ["hr/**"]}
`})
	r := tried(t, exitFailed, "-c", sample, "leaktest", "--cases", folder)
	want := map[string]leaktest.Verdict{"told": leaktest.Leaked, "source": leaktest.Leaked, "missed": leaktest.Missed}
	for _, c := range r.Cells {
		if c.Verdict != want[c.Document] {
			t.Errorf("%+v", c)
		}
	}
}

func TestLeaktestSaysWhatIsWrongWithItsCall(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments, "broken.yaml": "departments: 1\n"})
	for name, args := range map[string][]string{
		`no door has ["nowhere"]`:     {"-c", filepath.Join(folder, "bureau.yaml"), "leaktest", "--door", "nowhere"},
		"leave one of --cases":        {"-c", filepath.Join(folder, "bureau.yaml"), "leaktest", "--door", "HTTP", "--cases", folder},
		"broken.yaml:1":               {"-c", filepath.Join(folder, "broken.yaml"), "leaktest"},
		"missing.yaml does not exist": {"-c", filepath.Join(folder, "missing.yaml"), "leaktest"},
	} {
		got := program(t.Context(), nil, append(args, "--embedder", none)...)
		if got.status != exitMisused || !strings.Contains(got.stderr, name) {
			t.Errorf("%v: status %d, %s", args, got.status, got.stderr)
		}
	}
}
