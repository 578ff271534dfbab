package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bureau/ingest"
)

// hostileMemory is what all processes of an ingest may take together at their
// largest, in MiB.
const hostileMemory = 500

// TestHostileFilesAreReportedAndTheOthersFound takes in a folder in which most
// files are made to stop, to fill or to fool what reads them, and some are what
// people write. The run ends, says of each bad file what is wrong with it and
// what to do, stays within its memory, and every good file is found.
func TestHostileFilesAreReportedAndTheOthersFound(t *testing.T) {
	folder := t.TempDir()
	documents := filepath.Join(folder, "documents")
	write(t, folder, map[string]string{"bureau.yaml": formatsConfig})
	bad := hostileFiles(t)
	for name, data := range bad {
		writeBytes(t, filepath.Join(documents, "bad", name), data)
	}
	good := goodFiles(t)
	for name := range good {
		copyFile(t, filepath.Join(madeFolder, name), filepath.Join(documents, "good "+name))
	}
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	c := startProgram(t, withoutDetector(t), "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "ingest", "--json")
	peak := c.memory()
	if status := c.status(); status != exitFailed {
		t.Errorf("status %d, want %d", status, exitFailed)
	}
	wantMemory(t, peak())
	wantSaid(t, reportOf(t, c), bad)
	for name, question := range good { // as a hit, or as one of the documents with the same text
		found := h.mustRun("search", "--json", "--as", "hanna", "-k", "40", question)
		if !strings.Contains(found, fmt.Sprintf("%q", "good "+name)) {
			t.Errorf("%q does not find %s", question, name)
		}
	}
}

// wantSaid fails the test unless the report says something of every bad file, or
// of a file in it, and a reason and a remedy wherever it says something.
func wantSaid(t *testing.T, ran ingest.Report, bad map[string][]byte) {
	t.Helper()
	said := map[string]bool{}
	for _, f := range slices.Concat(ran.Failed, ran.Warnings) {
		wantReason(t, f)
		for where := f.Path; where != "."; where = path.Dir(where) {
			said[where] = true
		}
	}
	for name := range bad {
		if !said["bad/"+name] && !mayBeRead(name) {
			t.Errorf("nothing is said of %q", name)
		}
	}
}

// reportOf returns the report that an ingest has printed.
func reportOf(t *testing.T, c *child) (ran ingest.Report) {
	t.Helper()
	said := c.said.String()
	begin := strings.Index(said, "\n{")
	if strings.HasPrefix(said, "{") {
		begin = 0
	}
	end := strings.LastIndex(said, "}")
	if begin < 0 || end < begin {
		t.Fatalf("no report in\n%.2000s", said)
	}
	if err := json.Unmarshal([]byte(said[begin:end+1]), &ran); err != nil {
		t.Fatalf("%v in\n%.2000s", err, said[begin:end+1])
	}
	return ran
}

// saidRemedy finds what somebody can do, and saidInside what only a programmer reads.
var (
	saidRemedy = regexp.MustCompile(`; (?:save|copy|split|export|open|unpack|pack|name|take|exclude|write|use|print|run|put|give)\b`)
	saidInside = regexp.MustCompile(`goroutine|panic|runtime error|0x[0-9a-f]{4}|\.go:\d|%!|<nil>|\n`)
)

// wantReason fails the test unless a reason says what is wrong and what to do.
func wantReason(t *testing.T, f ingest.Finding) {
	t.Helper()
	isLeftOut := strings.Contains(f.Reason, "left out") || strings.Contains(f.Reason, "not read") // a warning of what was otherwise read
	if !isLeftOut && !saidRemedy.MatchString(f.Reason) || saidInside.MatchString(f.Reason) || len(f.Reason) > 500 {
		t.Errorf("%s: the reason %q is none", f.Path, f.Reason)
	}
}

// withoutDetector returns this program without the race detector, which takes
// several times the memory and would read hostile files for minutes.
func withoutDetector(t *testing.T) string {
	t.Helper()
	if readMemory > 0 {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		return self
	}
	program := filepath.Join(t.TempDir(), "bureau")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build bureau: %v\n%s", err, said)
	}
	return program
}

// wantMemory fails the test where processes took too much, in MiB.
func wantMemory(t *testing.T, peak int) {
	t.Helper()
	switch {
	case peak == 0:
		t.Log("the memory is not looked at: no /proc here")
	case peak > hostileMemory:
		t.Errorf("the processes took %d MiB together, want up to %d", peak, hostileMemory)
	default:
		t.Logf("at most %d MiB together", peak)
	}
}

// madeFolder has documents that other programs made.
var madeFolder = filepath.Join(root, "ingest", "testdata", "made")

// goodFiles are documents of that folder with words that stand in each.
func goodFiles(t *testing.T) map[string]string {
	t.Helper()
	good := map[string]string{
		"travel-en.docx": "photograph the receipt", "travel-zh.docx": "拍下票据", "travel-en.odt": "photograph the receipt", "travel-zh.odt": "拍下票据",
		"travel-en.pdf": "photograph the receipt", "travel-zh.pdf": "拍下票据", "travel-en.epub": "photograph the receipt", "travel-zh.epub": "拍下票据",
		"rates-en.xlsx": "Suzhou Taipei nights", "rates-zh.xlsx": "台北 晚数", "rates-en.ods": "Suzhou Taipei nights", "rates-zh.ods": "台北 晚数",
		"welcome-en.pptx": "badge from the front desk", "welcome-zh.pptx": "前台领取工牌", "welcome-en.odp": "badge from the front desk", "welcome-zh.odp": "前台领取工牌",
		"rules-en.pdf": "visitors from a competitor", "rules-zh.pdf": "未经登记的访客", "restricted-en.pdf": "office in Hanoi",
		"reply-en.eml": "the limit for Leeds", "reply-zh.eml": "苏州的住宿标准", "limits-excel.csv": "called the North", "limits-gb18030.csv": "新台币 含早餐", "limits-utf16.tsv": "新台币 含早餐",
	}
	for name := range good {
		if _, err := os.Stat(filepath.Join(madeFolder, name)); err != nil {
			t.Fatal(err)
		}
	}
	return good
}

// mayBeRead reports whether a hostile file has a text that can be read for all
// its hostility, so that nothing has to be said of it: it is enough that the run
// has ended.
func mayBeRead(name string) bool {
	if strings.HasPrefix(name, "loop ") || strings.HasPrefix(name, "read ") {
		return true
	}
	return strings.HasPrefix(name, "cut ") && slices.Contains([]string{".pdf", ".eml", ".csv", ".tsv", ".html", ".md"}, path.Ext(name))
}

func writeBytes(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(fmt.Errorf("write a hostile file: %w", err))
	}
}
