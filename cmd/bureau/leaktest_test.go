package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/leaktest"
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
	t.Chdir(t.TempDir()) // where no configuration is: the sample company
	r := tried(t, exitDone, "leaktest")
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

// TestL31_AnAnswerThatDoesNotComeIsAFailure asks a product that answers nobody.
func TestL31_AnAnswerThatDoesNotComeIsAFailure(t *testing.T) {
	r := leaktest.Report{Missed: []leaktest.Miss{{Door: "HTTP", Reader: "hanna", Document: "hr"}}}
	if r.OK() {
		t.Error("a missed answer is no failure")
	}
}

func TestLeaktestSaysWhatIsWrongWithItsCall(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": twoDepartments, "broken.yaml": "departments: 1\n"})
	for name, args := range map[string][]string{
		`no door has ["nowhere"]`:     {"-c", filepath.Join(folder, "bureau.yaml"), "leaktest", "--door", "nowhere"},
		"broken.yaml:1":               {"-c", filepath.Join(folder, "broken.yaml"), "leaktest"},
		"missing.yaml does not exist": {"-c", filepath.Join(folder, "missing.yaml"), "leaktest"},
	} {
		got := program(t.Context(), nil, append(args, "--embedder", none)...)
		if got.status != exitMisused || !strings.Contains(got.stderr, name) {
			t.Errorf("%v: status %d, %s", args, got.status, got.stderr)
		}
	}
}
