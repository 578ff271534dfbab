package sqlite

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

var processGeneration = retrieval.Generation{Embedder: "process", Dimensions: 8, Cutting: "1"}

func openProcess(tb testing.TB, path string) *Index {
	tb.Helper()
	x, err := Open(tb.Context(), path, processGeneration)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	return x
}

// triple is a document of three passages.
func triple(id retrieval.DocumentID) retrieval.Replacement {
	return leave(id, axis(8, 0), axis(8, 1), axis(8, 2))
}

// TestWriterForKill9 is no test of its own: it is the process that the next
// one kills. It says the number of each document once it is written.
func TestWriterForKill9(t *testing.T) {
	if flag.NArg() != 1 {
		t.Skip("runs inside TestP7_AcknowledgedWritesSurviveKill9")
	}
	x := openProcess(t, flag.Arg(0))
	for n := 0; ; n++ {
		d := triple(retrieval.DocumentID(fmt.Sprint(n)))
		if err := x.Replace(t.Context(), d.Document, d.Passages); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("written %d\n", n)
	}
}

func TestP7_AcknowledgedWritesSurviveKill9(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	writer := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWriterForKill9$", "-test.v", path)
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := -1
	for lines := bufio.NewScanner(output); acknowledged < 40 && lines.Scan(); {
		if n := 0; scanned(lines.Text(), &n) {
			acknowledged = n
		}
	}
	if err := writer.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := writer.Wait(); err == nil {
		t.Fatal("the writer ended by itself")
	}
	if acknowledged < 40 {
		t.Fatalf("the writer wrote %d documents", acknowledged+1)
	}
	x := openProcess(t, path)
	documents, err := x.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range acknowledged + 1 {
		if _, kept := documents[retrieval.DocumentID(strconv.Itoa(n))]; !kept {
			t.Errorf("document %d was acknowledged and is lost", n)
		}
	}
	r, err := x.Search(t.Context(), benchScope(t, 1), retrieval.Query{Vector: axis(8, 0), Terms: triple("").Passages[0].Terms, K: 1000})
	if want := 3 * len(documents); err != nil || len(r.Dense) != want || len(r.Lexical) != want {
		t.Errorf("%d and %d passages of %d documents, %v", len(r.Dense), len(r.Lexical), len(documents), err)
	}
}

// scanned reads the number of a line of the writer.
func scanned(line string, n *int) bool {
	_, err := fmt.Sscanf(line, "written %d", n)
	return err == nil
}

// Two handles on one file stand for two processes: neither knows of the
// other's memory.
func TestP3_OtherProcessesAreHeardAtTheNextSearch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	server, ingest := openProcess(t, path), openProcess(t, path)
	scope := benchScope(t, 1)
	wantFound := func(want int) {
		t.Helper()
		r, err := server.Search(t.Context(), scope, retrieval.Query{Vector: axis(8, 0), Terms: triple("").Passages[0].Terms, K: 10})
		if err != nil || len(r.Dense) != want || len(r.Lexical) != want {
			t.Errorf("found %d and %d passages, %v; want %d", len(r.Dense), len(r.Lexical), err, want)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wantFound(0)
	must(ingest.ReplaceAll(t.Context(), []retrieval.Replacement{triple("a"), triple("b")}))
	wantFound(6)
	must(ingest.SetReaders(t.Context(), map[retrieval.DocumentID]access.Readers{"a": {Departments: []access.Department{"d7"}}}))
	wantFound(3)
	must(ingest.Delete(t.Context(), "b"))
	wantFound(0)
	must(ingest.SetReaders(t.Context(), map[retrieval.DocumentID]access.Readers{"a": {Departments: []access.Department{"d0"}}}))
	wantFound(3)
}

// Numbers of deleted passages are given again, to passages of other readers,
// while searches run at moments before and after.
func TestP1_ManyWritersAndSearchersStayInsideTheirScope(t *testing.T) {
	path := filepath.Join(t.TempDir(), "index.db")
	handles := []*Index{openProcess(t, path), openProcess(t, path)}
	own, foreign := access.Readers{Departments: []access.Department{"d0"}}, access.Readers{Departments: []access.Department{"d7"}}
	done := make(chan struct{})
	var writers, searchers sync.WaitGroup
	for i, x := range handles {
		writers.Go(func() {
			for n := range 25 {
				mine, theirs := triple(retrieval.DocumentID(fmt.Sprint("own-", i, n%3))), triple(retrieval.DocumentID(fmt.Sprint("foreign-", i, n%5)))
				mine.Document.Readers, theirs.Document.Readers = own, foreign
				if err := x.ReplaceAll(t.Context(), []retrieval.Replacement{mine, theirs}); err != nil {
					t.Error(err)
				}
				if err := x.Delete(t.Context(), theirs.Document.ID, mine.Document.ID); err != nil {
					t.Error(err)
				}
				moved := map[retrieval.DocumentID]access.Readers{retrieval.DocumentID(fmt.Sprint("foreign-", i, (n+1)%5)): foreign}
				if err := x.SetReaders(t.Context(), moved); err != nil {
					t.Error(err)
				}
			}
		})
		searchers.Go(func() { searchOwn(t, x, done) })
		searchers.Go(func() { searchOwn(t, x, done) })
	}
	writers.Wait()
	close(done)
	searchers.Wait()
}

// searchOwn searches until done and wants whole documents of its own.
func searchOwn(t *testing.T, x *Index, done <-chan struct{}) {
	scope := benchScope(t, 1)
	for {
		select {
		case <-done:
			return
		default:
		}
		r, err := x.Search(t.Context(), scope, retrieval.Query{Vector: axis(8, 0), Terms: triple("").Passages[0].Terms, K: 1000})
		if err != nil || len(r.Dense)%3 != 0 || len(r.Dense) != len(r.Lexical) {
			t.Errorf("found %d and %d passages, %v", len(r.Dense), len(r.Lexical), err)
			return
		}
		for _, h := range slices.Concat(r.Dense, r.Lexical) {
			if h.Document[:3] != "own" {
				t.Errorf("found %s", h.Document)
			}
		}
	}
}
