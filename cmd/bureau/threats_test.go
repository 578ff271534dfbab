package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// threatsHead is how the table of threats begins.
const threatsHead = "| threat | defence | tests |"

// testLink matches a link to a test: its name, and the file that it is in.
var testLink = regexp.MustCompile("\\[`((?:Test|Fuzz)\\w+)`\\]\\(([^)]+_test\\.go)\\)")

// Every line of the threat model in SECURITY.md names the tests that hold its
// defence, and a test that is renamed or taken away takes its line with it.
func TestEveryThreatHasATestThatIsThere(t *testing.T) {
	threats := 0
	for _, line := range threatLines(t, read(t, filepath.Join(root, "SECURITY.md"))) {
		threats++
		for _, problem := range problemsOf(line, func(file string) (string, error) {
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
			return string(text), err
		}) {
			t.Errorf("SECURITY.md: %s\n%s", problem, line)
		}
	}
	if threats < 30 {
		t.Errorf("SECURITY.md has a table of %d threats", threats)
	}
}

// threatLines returns the lines of the tables of threats.
func threatLines(t *testing.T, document string) (lines []string) {
	t.Helper()
	inside := false
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		switch {
		case line == threatsHead:
			inside = true
		case !strings.HasPrefix(line, "|"):
			inside = false
		case inside && !strings.HasPrefix(line, "|---"):
			lines = append(lines, line)
		}
	}
	return lines
}

// problemsOf returns what is wrong with a line of the table.
func problemsOf(line string, readFile func(string) (string, error)) (problems []string) {
	cells := strings.Split(strings.Trim(line, "|"), " | ")
	if len(cells) != 3 {
		return []string{"a line that is not threat, defence and tests"}
	}
	found := testLink.FindAllStringSubmatch(cells[2], -1)
	if len(found) == 0 {
		problems = append(problems, "a threat without a link to a test, such as [`TestX`](web/x_test.go)")
	}
	if rest := strings.Trim(testLink.ReplaceAllString(cells[2], ""), " ,"); rest != "" {
		problems = append(problems, "beside its tests it has "+rest)
	}
	for _, link := range found {
		switch text, err := readFile(link[2]); {
		case err != nil:
			problems = append(problems, err.Error())
		case !strings.Contains(text, "\nfunc "+link[1]+"("):
			problems = append(problems, link[2]+" has no "+link[1])
		}
	}
	return problems
}

func TestAThreatThatIsNotTestedIsFound(t *testing.T) {
	files := func(file string) (string, error) {
		if file == "web/x_test.go" {
			return "package web\n\nfunc TestX(t *testing.T) {}\n", nil
		}
		return "", os.ErrNotExist
	}
	for line, sound := range map[string]bool{
		"| a | b | [`TestX`](web/x_test.go) |":                           true,
		"| a | b | [`TestX`](web/x_test.go), [`TestX`](web/x_test.go) |": true,
		"| a | b | [`TestXY`](web/x_test.go) |":                          false,
		"| a | b | [`Test`](web/x_test.go) |":                            false,
		"| a | b | [`TestX`](web/y_test.go) |":                           false,
		"| a | b | none yet |":                                           false,
		"| a | b | [`TestX`](web/x_test.go), and by review |":            false,
		"| a | [`TestX`](web/x_test.go) |":                               false,
	} {
		if problems := problemsOf(line, files); (len(problems) == 0) != sound {
			t.Errorf("%s: %q", line, problems)
		}
	}
}
