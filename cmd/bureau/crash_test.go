package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"bureau/ingest"
)

// copies is how many times the sample company's documents are in a large one.
const copies = 12

// largeCompany writes a company whose ingest takes a while, and returns its
// configuration.
func largeCompany(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	documents := filepath.Join(root, "examples", "company", "documents")
	for i := range copies {
		for _, department := range []string{"everyone", "hr", "finance", "marketing", "operations"} {
			to := filepath.Join(folder, "documents", department, fmt.Sprint(i))
			if err := os.CopyFS(to, os.DirFS(filepath.Join(documents, department)).(fs.ReadDirFS)); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(t, folder, map[string]string{"bureau.yaml": read(t, sample)})
	return filepath.Join(folder, "bureau.yaml")
}

// What a run has said to be indexed is there after a loss of power, and the
// next run ends in the index that an undisturbed one makes.
func TestP7_KillDuringIngestLosesNothing(t *testing.T) {
	config := largeCompany(t)
	clean, killed := newHouse(t, config), newHouse(t, config)
	whole := report[ingest.Report](clean, "ingest")

	kept := 0
	for round := range 3 {
		c := start(t, "-c", config, "--data", killed.data, "--model", none, "--embedder", none, "ingest")
		c.await(fmt.Sprintf(`^%d of \d+ documents`, 50*(round+2)))
		c.kill()
		if got := killed.run("search", "annual leave", "--as", "feng"); got.status != exitDone {
			t.Fatalf("after kill %d: %+v", round+1, got)
		}
		kept++
	}
	last := report[ingest.Report](killed, "ingest")
	if last.Seen != whole.Seen || last.Unchanged+last.Indexed != whole.Seen || last.Unchanged == 0 || len(last.Failed) != 0 {
		t.Errorf("after %d kills: %+v, of a clean run: %+v", kept, last, whole)
	}
	if again := report[ingest.Report](killed, "ingest"); again.Unchanged != whole.Seen {
		t.Errorf("a further run: %+v", again)
	}
	sameIndex(t, clean, killed)
}

// sameIndex asks two houses the same and compares all of what they find.
// Scores are made from counts over the whole index, so one passage too many
// or too few changes them.
func sameIndex(t *testing.T, a, b house) {
	t.Helper()
	for _, person := range []string{"hanna", "feng", "yating", "marcus", "jun", "noor", "xiaowen"} {
		for _, query := range []string{"pay bands annual leave", "Merle 3 上市", "年假 出差 報銷", "supplier incident approval 2026"} {
			var hits [2]string
			for i, h := range []house{a, b} {
				found, err := json.MarshalIndent(report[searchReport](h, "search", query, "--as", person, "-k", "100").Hits, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				hits[i] = string(found)
			}
			if hits[0] != hits[1] {
				t.Errorf("%s finds something else for %q", person, query)
			}
		}
	}
	ollama := emptyOllama(t)
	if one, other := report[[]finding](a, "--ollama", ollama, "doctor"), report[[]finding](b, "--ollama", ollama, "doctor"); one[2] != other[2] {
		t.Errorf("%v and %v", one[2], other[2])
	}
}
