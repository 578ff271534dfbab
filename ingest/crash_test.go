package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

// crashing names the folder of the child that is going to be killed.
const crashing = "BUREAU_TEST_CRASHING"

// TestCrashingChild ingests, and stops before and after everything it writes
// until it is told to go on. Outside of TestP7 it does nothing.
func TestCrashingChild(t *testing.T) {
	folder := os.Getenv(crashing)
	if folder == "" {
		return
	}
	o := openOffice(t, filepath.Join(folder, "docs"), filepath.Join(folder, "data"))
	input := bufio.NewReader(os.Stdin)
	var one sync.Mutex // a run deletes while a batch is written
	stop := func(at string) {
		one.Lock()
		defer one.Unlock()
		fmt.Println("stop", at)
		if _, err := input.ReadString('\n'); err != nil {
			os.Exit(3)
		}
	}
	o.Index = stopping{o.index, stop}
	o.Embedder = stoppingEmbedder{o.embedder, stop}
	o.embedder.refuse = refused
	o.Sources = o.sourcesAfter()
	o.run()
}

// A stopping index stops before and after each write.
type stopping struct {
	retrieval.Writer
	stop func(at string)
}

func (s stopping) ReplaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	s.stop("before replacing")
	defer s.stop("after replacing")
	return s.Writer.ReplaceAll(ctx, batch)
}

func (s stopping) SetReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	s.stop("before the readers")
	defer s.stop("after the readers")
	return s.Writer.SetReaders(ctx, readers)
}

func (s stopping) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	s.stop("before deleting")
	defer s.stop("after deleting")
	return s.Writer.Delete(ctx, ids...)
}

// A stoppingEmbedder stops before it embeds.
type stoppingEmbedder struct {
	*wordHash
	stop func(at string)
}

func (s stoppingEmbedder) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	s.stop("before embedding")
	return s.wordHash.EmbedDocuments(ctx, texts)
}

// Secrets are words that feng must not find: of texts that are not there any
// more, and of texts that are not for him.
var secrets = []string{"zebra", "giraffe", "walrus", "ostrich", "meerkat", "lemur"}

// refused is a word that the embedder does not take while a run crashes.
const refused = "xylophone"

// writeBefore and writeAfter are the documents before and after the run that
// crashes: texts that are opened once they are clean, closed once they are
// secret, moved, deleted, broken and new.
func (o *office) writeBefore() {
	o.write("a/opened.md", "---\nreaders: [hr]\n---\nThe zebra will be let go.")
	o.write("a/closed.md", "All may know of the picnic.")
	o.write("a/moved.md", "---\nreaders: [hr]\n---\nThe giraffe is on probation.")
	o.write("a/gone.md", "The old canteen menu.")
	o.write("a/broken.md", "The parking rules.")
	o.write("a/same.md", "---\ndeny: [finance]\n---\nThe meerkat investigates.")
	o.write("a/share.zip", packed(o.t, map[string]string{
		"kept.md": "The packed lunch.", "gone.md": "The old packed menu.", "closed.md": "All may know of the packed party.",
	}))
	o.write("b/ours.md", "The rota of the night shift.")
}

func (o *office) writeAfter() {
	o.write("a/opened.md", "All may know that a successor is sought.")
	o.write("a/closed.md", "---\nreaders: [hr]\n---\nThe walrus ruined the picnic.")
	o.remove("a/moved.md")
	o.write("a/2026/moved.md", "---\nreaders: [hr]\n---\nThe giraffe is on probation.")
	o.remove("a/gone.md")
	o.write("a/broken.md", "---\nreaders: [hr\n---\nThe ostrich parks here.")
	o.write("a/share.zip", packed(o.t, map[string]string{
		"kept.md": "The packed lunch.", "new.md": "The new packed menu.", "closed.md": "---\nreaders: [hr]\n---\nThe lemur ruined the packed party.",
	}))
	o.write("a/post.eml", mailOf("picnic", "The mail of the picnic.", "list.md", "---\nreaders: [hr]\n---\nThe lemur brings a salad."))
	var long strings.Builder
	for i := range batchPassages + 10 {
		fmt.Fprintf(&long, "# Part %d\n\n%s\n\n", i, strings.Repeat(fmt.Sprintf("paragraph %d of the handbook ", i), 50))
	}
	o.write("a/new.md", long.String())
}

func (o *office) sourcesBefore() []Source {
	return []Source{
		{ID: "a", Path: filepath.Join(o.folder, "a"), Readers: readBy(access.Everyone)},
		{ID: "b", Path: filepath.Join(o.folder, "b"), Readers: readBy(access.Everyone)},
	}
}

func (o *office) sourcesAfter() []Source {
	sources := o.sourcesBefore()
	sources[1].Readers = readBy("hr")
	return sources
}

// wantNoLeak fails the test when feng gets to see what is not for him.
func (o *office) wantNoLeak(at string) {
	o.t.Helper()
	for _, word := range secrets {
		o.wantFinds("feng", word)
	}
	entries, err := o.Ledger.entries(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	for id := range entries {
		text, err := o.Ledger.Read(o.t.Context(), scopeOf(o.t, "feng"), id)
		if err != nil && !errors.Is(err, retrieval.ErrNotFound) {
			o.t.Fatal(err)
		}
		for _, word := range secrets {
			if strings.Contains(text.Markdown, word) {
				o.t.Errorf("%s: feng reads %q", at, text.Markdown)
			}
		}
	}
	if o.t.Failed() {
		o.t.Fatalf("stopped %s", at)
	}
}

// A snapshot is all that a run leaves behind.
type snapshot struct {
	Documents map[retrieval.DocumentID]retrieval.Document
	Found     map[string]retrieval.Passage // passages that hanna, who reads most, finds
	Entries   map[retrieval.DocumentID]string
	Texts     map[retrieval.DocumentID]string
}

func (o *office) snapshot() snapshot {
	o.t.Helper()
	s := snapshot{Found: map[string]retrieval.Passage{}, Entries: map[retrieval.DocumentID]string{}, Texts: map[retrieval.DocumentID]string{}}
	var err error
	if s.Documents, err = o.index.Documents(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	entries, err := o.Ledger.entries(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	for id, e := range entries {
		s.Entries[id] = fmt.Sprintf("%+v", e)
		if text, err := o.Ledger.Read(o.t.Context(), scopeOf(o.t, "hanna"), id); err == nil {
			s.Texts[id] = text.Markdown
		}
	}
	searcher := retrieval.Searcher{Index: o.index, Ledger: o.Ledger}
	for _, text := range append(slices.Sorted(maps.Values(s.Texts)), strings.Join(secrets, " ")) {
		result, err := searcher.Search(o.t.Context(), scopeOf(o.t, "hanna"), retrieval.Question{Text: text, K: 100})
		if err != nil {
			o.t.Fatal(err)
		}
		for _, hit := range result.Hits {
			s.Found[hit.Passage.ID] = hit.Passage
		}
	}
	return s
}

// A child is a process that ingests and stops at each step.
type child struct {
	t      testing.TB
	cmd    *exec.Cmd
	goOn   io.Writer
	output *bufio.Scanner
}

func startChild(t testing.TB, folder string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrashingChild$", "-test.count=1")}
	c.cmd.Env = append(os.Environ(), crashing+"="+folder)
	c.cmd.Stderr = os.Stderr
	in, inErr := c.cmd.StdinPipe()
	out, outErr := c.cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, c.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	c.goOn, c.output = in, bufio.NewScanner(out)
	return c
}

// next returns where the child has stopped, or false when it has ended well.
func (c *child) next() (at string, stopped bool) {
	c.t.Helper()
	for c.output.Scan() {
		if at, ok := strings.CutPrefix(c.output.Text(), "stop "); ok {
			return at, true
		}
	}
	if err := errors.Join(c.output.Err(), c.cmd.Wait()); err != nil {
		c.t.Fatalf("the child ended: %v", err)
	}
	return "", false
}

func (c *child) proceed() {
	c.t.Helper()
	if _, err := io.WriteString(c.goOn, "\n"); err != nil {
		c.t.Fatal(err)
	}
}

// kill is kill -9.
func (c *child) kill() {
	c.t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		c.t.Fatal(err)
	}
	if err := c.cmd.Wait(); err == nil {
		c.t.Fatal("the child was not killed")
	}
}

// TestP7_KillAtAnyPointLosesNothingAndOpensNothing kills a run before and
// after each thing it writes, lets a second run go to its end, and looks with
// an outsider's eyes at every step of both.
func TestP7_KillAtAnyPointLosesNothingAndOpensNothing(t *testing.T) {
	folder := t.TempDir()
	o := openOffice(t, filepath.Join(folder, "docs"), filepath.Join(folder, "clean"))
	o.writeBefore()
	o.ageFiles()
	o.Sources = o.sourcesBefore()
	o.run()
	before := filepath.Join(folder, "before")
	if err := os.CopyFS(before, os.DirFS(o.data)); err != nil { // with its write-ahead logs: nobody writes now
		t.Fatal(err)
	}
	o.writeAfter()
	o.write("a/refused.md", "A "+refused+".")
	o.embedder.refuse = refused
	o.Sources = o.sourcesAfter()
	o.run()
	want := o.snapshot()
	if len(want.Documents) != 11 || len(want.Found) < batchPassages {
		t.Fatalf("a clean run leaves %d documents and %d passages", len(want.Documents), len(want.Found))
	}
	for stops := 1; crash(t, folder, before, stops, want); stops++ {
	}
}

// ageFiles makes the documents older than anything that is written later.
func (o *office) ageFiles() {
	o.t.Helper()
	for _, name := range []string{"a/opened.md", "a/closed.md", "a/broken.md", "a/same.md", "a/share.zip", "b/ours.md"} {
		if err := os.Chtimes(filepath.Join(o.folder, name), time.Time{}, spring); err != nil {
			o.t.Fatal(err)
		}
	}
}

// crash kills a run at a stop and lets a second one end. It returns false when
// the run ended before it.
func crash(t *testing.T, folder, before string, stops int, want snapshot) bool {
	data := filepath.Join(folder, "data")
	if err := errors.Join(os.RemoveAll(data), os.CopyFS(data, os.DirFS(before))); err != nil {
		t.Fatal(err)
	}
	killed := startChild(t, folder)
	at, stopped := killed.next()
	o := openOffice(t, filepath.Join(folder, "docs"), data)
	for n := 1; stopped && n < stops; n++ {
		o.wantNoLeak(at)
		killed.proceed()
		at, stopped = killed.next()
	}
	if !stopped {
		return false
	}
	o.wantNoLeak(at)
	killed.kill()
	o.wantNoLeak("killed " + at)
	second := startChild(t, folder)
	for then, stopped := second.next(); stopped; then, stopped = second.next() {
		o.wantNoLeak(then + ", killed " + at)
		second.proceed()
	}
	o.wantNoLeak("at the end")
	if diff := cmp.Diff(want, o.snapshot()); diff != "" {
		t.Fatalf("killed at stop %d, %s, a second run leaves something else than a clean one (-want +got):\n%s", stops, at, diff)
	}
	return true
}
