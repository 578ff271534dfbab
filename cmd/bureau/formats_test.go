package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"bureau/ingest"
)

const formatsConfig = `
departments: [{id: hr, name: Human Resources}]
people: [{id: hanna, name: Hanna, departments: [hr]}]
sources: [{id: all, path: documents, readers: [hr]}]
`

// TestEveryFormatIsFoundAtItsPlace takes in documents that other programs made,
// and finds in each what stands in it, where it stands.
func TestEveryFormatIsFoundAtItsPlace(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, map[string]string{"bureau.yaml": formatsConfig})
	documents := filepath.Join(folder, "documents")
	if err := os.Mkdir(documents, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"ingest/office/testdata/*.*", "ingest/pdf/testdata/*.pdf"} {
		names, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("no documents in %s: %v", pattern, err)
		}
		for _, name := range names {
			if !slices.Contains([]string{".md", ".py"}, filepath.Ext(name)) {
				copyFile(t, name, filepath.Join(documents, filepath.Base(name)))
			}
		}
	}
	write(t, documents, map[string]string{"canteen.eml": "From: hanna@larkfield.example\r\nSubject: Canteen prices\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nLunch costs 4.80 from April.\r\n"})
	write(t, documents, map[string]string{"cut off.docx": read(t, filepath.Join(documents, "leave-en.docx"))[:2000]})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	got := h.run("ingest", "--json")
	var ran ingest.Report
	if err := json.Unmarshal([]byte(got.stdout), &ran); err != nil {
		t.Fatal(err)
	}
	if got.status != exitFailed || ran.Indexed < 10 || len(ran.Failed) != 1 || ran.Failed[0].Path != "cut off.docx" {
		t.Fatalf("status %d, %d indexed, failed %+v\n%s", got.status, ran.Indexed, ran.Failed, got.stderr)
	}
	said := map[ingest.Finding]bool{}
	for _, w := range ran.Warnings {
		if said[w] {
			t.Errorf("%s: %s is said twice", w.Path, w.Reason)
		}
		said[w] = true
	}
	if len(said) == 0 {
		t.Error("nothing is said of hidden slides and sheets")
	}
	for _, want := range []struct{ question, path, place string }{
		{"annual leave days", "leave-en.docx", ""},
		{"年假", "leave-zh.docx", ""},
		{"handbook", "handbook-en.pdf", "page "},
		{"员工手册", "handbook-zh.pdf", "第 "},
		{"plan", "plan-en.pptx", "slide "},
		{"lunch costs", "canteen.eml", ""},
	} {
		t.Run(want.path, func(t *testing.T) {
			found := report[searchReport](h, "search", "--as", "hanna", "-k", "40", want.question)
			at := slices.IndexFunc(found.Hits, func(h hitReport) bool { return h.Path == want.path })
			if at < 0 {
				t.Fatalf("%q is not found among %d hits", want.question, len(found.Hits))
			}
			if place := strings.Join(found.Hits[at].Headings, " › "); !strings.Contains(place, want.place) {
				t.Errorf("found at %q, want %q in it", place, want.place)
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
