package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"bureau/access"
	"bureau/ingest"
	"bureau/retrieval"
)

func TestReindexMovesToAnotherEmbedder(t *testing.T) { reindexMoves(t, engineSQLite) }

// reindexMoves holds that a reindex needs no source, and that afterwards an
// unchanged corpus costs nothing.
func reindexMoves(t *testing.T, index string) {
	l := newLibrary(t, index)
	first := told[ingest.Report](l, "hash-16", "ingest")
	away := l.documents + ".away"
	if err := os.Rename(l.documents, away); err != nil {
		t.Fatal(err)
	}
	got := told[reindexReport](l, "hash-32", "reindex", "--share", "1")
	if got.Generation != 2 || !got.Switched || got.Documents != first.Indexed || got.Passages != first.Passages || got.Embedded != first.Passages {
		t.Errorf("%+v, of %+v", got, first)
	}
	if err := os.Rename(away, l.documents); err != nil {
		t.Fatal(err)
	}
	if again := told[ingest.Report](l, "hash-32", "ingest"); again.Unchanged != first.Seen || again.Indexed != 0 || again.Embedded != 0 {
		t.Errorf("an unchanged corpus after the switch: %+v", again)
	}
	if found := told[searchReport](l, "hash-32", "search", "holiday", "--as", "feng"); found.ByWords || len(found.Hits) == 0 {
		t.Errorf("%+v", found)
	}
	l.must("hash-32", "index", "rollback")
	if again := told[ingest.Report](l, "hash-16", "ingest"); again.Unchanged != first.Seen || again.Embedded != 0 {
		t.Errorf("an unchanged corpus after going back: %+v", again)
	}
	if got := told[reindexReport](l, "hash-32", "reindex", "--share", "1"); got.Embedded != 0 || got.Generation != 3 {
		t.Errorf("what was embedded once was embedded again: %+v", got)
	}
}

func TestP7_ReindexKilledAnywhereEndsWithTheRightPassages(t *testing.T) {
	reindexKilled(t, engineSQLite)
}

// kills is how often the reindex is killed.
const kills = 20

// reindexKilled kills a reindex at random points, with an ingest between two
// of them or in the middle of one, and ends with the index that an undisturbed
// ingest makes of the same documents in the embedded engine.
func reindexKilled(t *testing.T, index string) *library {
	l := newLibrary(t, index)
	l.must("hash-16", "ingest")
	random, next := rand.New(rand.NewPCG(1, 2)), 100
	edit := func() { // three documents more, of which one is revoked or gets another text, and one goes
		for range 3 {
			l.put(next, "", 4)
			next++
		}
		l.put(next-1, "readers: [hr]", 4+random.IntN(2))
		l.remove(next - 2 - random.IntN(2))
		l.must("hash-16", "ingest")
	}
	for killed := 0; killed < kills; {
		if random.IntN(2) == 0 {
			edit()
		}
		if l.killReindex(random.IntN(3), random.IntN(2) == 0, edit) {
			killed++
		}
	}
	l.ollama.before(nil)
	l.must("hash-32", "reindex", "--share", "1")
	clean := &library{newHouse(t, l.config), l.ollama, l.documents}
	clean.must("hash-32", "ingest", "--index", engineSQLite)
	sameLibrary(t, clean, l)
	if again := told[ingest.Report](l, "hash-32", "ingest"); again.Indexed != 0 || again.Embedded != 0 || again.Unchanged != again.Seen {
		t.Errorf("afterwards an ingest finds %+v", again)
	}
	return l
}

// killReindex starts a reindex as a process of its own and kills it at one of
// its calls to the embedder, before the call is answered or just after, when
// what came back is being written. In between edit may be called. It reports
// whether there were so many calls.
func (l *library) killReindex(calls int, answered bool, edit func()) bool {
	l.t.Helper()
	killed := make(chan struct{})
	var once sync.Once
	var c *child
	ready := make(chan struct{})
	l.ollama.before(func(model string) {
		<-ready
		if calls--; model != "hash-32" || calls >= 0 {
			return
		}
		once.Do(func() {
			close(killed)
			if answered {
				go c.kill()
				return
			}
			l.ollama.before(nil) // the edit embeds too, with the other model
			edit()
			c.kill()
		})
	})
	c = start(l.t, l.args("hash-32", "reindex", "--share", "1", "--no-switch")...)
	close(ready)
	<-c.ended
	select {
	case <-killed:
		return true
	default:
		if status := c.status(); status != exitDone {
			l.t.Fatalf("exit status %d", status)
		}
		edit() // so that the next one has something to do
		return false
	}
}

// sameLibrary holds that what is in use in two libraries is the same: every
// passage under its id, once, with its text, its readers and its scores.
func sameLibrary(t *testing.T, a, b *library) {
	t.Helper()
	one, other := a.everything(), b.everything()
	if diff := cmp.Diff(one, other, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
		t.Errorf("(-clean +reindexed):\n%s", diff)
	}
	for person, all := range one {
		if len(all.Found) < 100 || len(all.Rankings.Dense) != len(all.Found) || len(all.Rankings.Lexical) != len(all.Found) {
			t.Errorf("%s was compared by %d passages of %d", person, len(all.Rankings.Lexical), len(all.Found))
		}
		if person == "hanna" && len(all.Found) != all.Counts.Passages { // who reads everything
			t.Errorf("%d passages were compared, of %d", len(all.Found), all.Counts.Passages)
		}
	}
}

// An everything is all that somebody finds.
type everything struct {
	Rankings retrieval.Rankings
	Found    []retrieval.Found
	Counts   retrieval.Counts
}

// everything returns all that is found in the generation in use, by person.
func (l *library) everything() map[string]everything {
	l.t.Helper()
	ctx, p := l.t.Context(), l.parts("hash-32")
	searcher := p.follower()
	g, release, err := searcher.take(ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	defer func() { _ = errors.Join(release(), searcher.close()) }()
	vector, err := g.embedder.EmbedQuery(ctx, "word31 of the holiday")
	if err != nil {
		l.t.Fatal(err)
	}
	all := map[string]everything{}
	for _, person := range []string{"hanna", "feng"} {
		scope, err := p.scope(person)
		if err != nil {
			l.t.Fatal(err)
		}
		found := everything{}
		query := retrieval.Query{Vector: vector, Terms: retrieval.AnalyzeQuery("document"), K: 1000, Exact: true}
		if found.Rankings, err = g.index.Search(ctx, scope, query); err != nil {
			l.t.Fatal(err)
		}
		var ids []string
		for _, hit := range found.Rankings.Lexical {
			ids = append(ids, hit.Passage)
		}
		slices.Sort(ids)
		if found.Found, err = g.index.Load(ctx, scope, ids); err != nil {
			l.t.Fatal(err)
		}
		if found.Counts, err = g.index.Counts(ctx); err != nil {
			l.t.Fatal(err)
		}
		found.Counts.Bytes = 0
		for _, hits := range [][]retrieval.Hit{found.Rankings.Dense, found.Rankings.Lexical} { // engines may differ in the last bit of a score
			slices.SortFunc(hits, func(a, b retrieval.Hit) int { return strings.Compare(a.Passage, b.Passage) })
		}
		all[person] = found
	}
	return all
}

func TestP1_NothingDeletedOrRevokedComesBack(t *testing.T) { nothingComesBack(t, engineSQLite) }

// nothingComesBack holds that what is deleted or revoked leaves every
// generation at once, through a reindex that has it in hand, a switch and a
// rollback.
func nothingComesBack(t *testing.T, index string) {
	l := newLibrary(t, index)
	l.must("hash-16", "ingest")
	// While the reindex waits for the vectors of all, document 0 is deleted, 1
	// is revoked and 2 has another text.
	var once sync.Once
	l.ollama.before(func(model string) {
		if model == "hash-32" {
			once.Do(func() {
				l.ollama.before(nil)
				l.remove(0)
				l.put(1, "readers: [hr]", 4)
				l.put(2, "", 5)
				l.must("hash-16", "ingest")
			})
		}
	})
	l.must("hash-32", "reindex", "--share", "1", "--no-switch")
	l.wantIn(2, 1, 0)
	// The same in the generation that is built and not in use.
	l.remove(3)
	l.put(4, "readers: [hr]", 4)
	l.must("hash-16", "ingest")
	l.wantIn(2, 4, 3)
	l.must("hash-32", "index", "switch", "2")
	l.wantIn(2, 4, 3)
	// And in the one that is kept to go back to.
	l.remove(5)
	l.put(6, "readers: [hr]", 4)
	l.must("hash-32", "ingest")
	l.wantIn(1, 6, 5)
	l.must("hash-32", "index", "rollback")
	l.wantIn(1, 6, 5)
	if found := told[searchReport](l, "hash-16", "search", "document 6 holiday", "--as", "feng", "-k", "100"); slices.ContainsFunc(found.Hits, func(h hitReport) bool {
		return h.Path == l.name(6) || h.Path == l.name(4) || h.Path == l.name(1)
	}) {
		t.Errorf("feng finds what was revoked: %+v", found.Hits)
	}
}

// wantIn holds that a generation has one document for Human Resources alone,
// lacks another one, and has no text that the ledger has otherwise.
func (l *library) wantIn(generation, revoked, deleted int) {
	l.t.Helper()
	documents := l.in(generation)
	if d, ok := documents[l.name(deleted)]; ok {
		l.t.Errorf("generation %d has %+v, which was deleted", generation, d)
	}
	if d, ok := documents[l.name(revoked)]; ok && !slices.Equal(d.Readers.Departments, []access.Department{"hr"}) {
		l.t.Errorf("generation %d gives %+v to others than Human Resources", generation, d)
	}
}

// Between the last look of a reindex and the switch nothing moves: it waits for
// an ingest that is under way, and takes in what that one has brought.
func TestReindexWaitsForAnIngestAndTakesItIn(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	const last = 80
	for n := 50; n <= last; n++ { // more than one batch: the last comes to the ledger after the first is embedded
		l.put(n, "", 4)
	}
	embedding, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	l.ollama.before(func(model string) {
		if model == "hash-16" {
			once.Do(func() { close(embedding); <-goOn })
		}
	})
	ingested := make(chan outcome)
	go func() { ingested <- l.do("hash-16", "ingest") }()
	<-embedding
	c := start(t, l.args("hash-32", "reindex", "--share", "1")...)
	c.await("waiting until nothing is ingested")
	if _, ok := l.in(2)[l.name(last)]; ok {
		t.Error("the reindex knows what the ingest has not read yet")
	}
	close(goOn)
	if got := <-ingested; got.status != exitDone {
		t.Errorf("%+v", got)
	}
	if status := c.status(); status != exitDone {
		t.Errorf("exit status %d", status)
	}
	if got := told[ingest.Report](l, "hash-32", "ingest"); got.Indexed != 0 || got.Unchanged != got.Seen {
		t.Errorf("the next ingest finds %+v", got)
	}
}

func TestGenerationThatIsOutOfReachIsSaidAndMendedAtTheSwitch(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1", "--no-switch")
	file := filepath.Join(l.data, "index", "2.db")
	if err := errors.Join(os.Rename(file, file+".away"), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	l.remove(0)
	got := l.do("hash-16", "ingest")
	if got.status != exitFailed || !strings.Contains(got.stdout, "generation 2") || !strings.Contains(got.stdout, "1 deleted") {
		t.Errorf("%+v", got)
	}
	if err := errors.Join(os.Remove(file), os.Rename(file+".away", file)); err != nil {
		t.Fatal(err)
	}
	l.must("hash-32", "index", "switch", "2")
	if _, ok := l.in(2)[l.name(0)]; ok {
		t.Error("what was deleted meanwhile has come back")
	}
}

func TestServerFollowsASwitchWithoutARestart(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	c := start(t, l.args("hash-16", "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")...)
	s := signIn(t, c.await(`http://127\.0\.0\.1:\d+`), "feng").socket()
	ask := func(question string) {
		t.Helper()
		if frames := s.ask(question); frames[len(frames)-1].Type != "done" {
			t.Errorf("%s", rawOf(frames))
		}
	}
	ask("word31 of the holiday")
	l.must("hash-32", "reindex", "--share", "1")
	ask("word32 of the holiday")
	c.await("questions go to another generation")
	l.must("hash-32", "index", "drop", "1")
	ask("word33 of the holiday")
	if again := l.must("hash-32", "index", "switch", "2"); !strings.Contains(again, "already") {
		t.Errorf("a switch to the one in use says %q", again)
	}
}

func TestDemoReindexesByItself(t *testing.T) {
	ollama, folder := newHashOllama(t), t.TempDir()
	for _, step := range []struct{ embedder, says string }{{"hash-16", "Indexing the documents"}, {"hash-32", "building generation 2"}} {
		c := start(t, "--data", folder, "--model", none, "--ollama", ollama.url, "--embedder", step.embedder, "demo", "--listen", "127.0.0.1:0")
		c.await(step.says)
		c.await(`http://127\.0\.0\.1:\d+`)
		c.kill()
	}
}

func TestSwitchSaysWhatItLacksAndTheNextIngestAddsIt(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1")
	l.put(50, "", 4)
	l.put(0, "", 5)
	l.must("hash-32", "ingest")
	got := told[switchReport](l, "hash-32", "index", "rollback")
	if got.Generation != 1 || got.Lacks != 2 {
		t.Errorf("%+v", got)
	}
	if next := told[ingest.Report](l, "hash-16", "ingest"); next.Indexed != 2 {
		t.Errorf("%+v", next)
	}
}

func TestDroppedGenerationIsGoneWithItsVectors(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-32", "reindex", "--share", "1")
	if got := l.do("hash-32", "index", "drop", "2"); got.status != exitFailed || !strings.Contains(got.stderr, "current") {
		t.Errorf("the current one: %+v", got)
	}
	l.must("hash-32", "index", "drop", "1")
	if files, err := filepath.Glob(filepath.Join(l.data, "index", "1.db*")); err != nil || len(files) != 0 {
		t.Errorf("files %v are left, %v", files, err)
	}
	if got := l.do("hash-32", "index", "rollback"); got.status != exitFailed || !strings.Contains(got.stderr, "go back to") {
		t.Errorf("%+v", got)
	}
	before := l.ollama.asked["hash-16"]
	if got := told[reindexReport](l, "hash-16", "reindex", "--share", "1"); got.Generation != 3 || got.Embedded == 0 || l.ollama.asked["hash-16"] == before {
		t.Errorf("the vectors of hash-16 are still there: %+v", got)
	}
}

func TestOneIsBuiltAtATime(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	var second, drop outcome
	var once sync.Once
	l.ollama.before(func(string) {
		once.Do(func() {
			second = l.do("hash-32", "reindex")
			drop = l.do("hash-32", "index", "drop", "2")
		})
	})
	l.must("hash-32", "reindex", "--share", "1", "--no-switch")
	for name, got := range map[string]outcome{"reindex": second, "drop": drop} {
		if got.status != exitFailed || !strings.Contains(got.stderr, fmt.Sprint(os.Getpid())) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestUnfinishedGenerationOfOtherPropertiesIsNamed(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	c := make(chan struct{})
	var once sync.Once
	var child *child
	l.ollama.before(func(string) { <-c; once.Do(child.kill) })
	child = start(t, l.args("hash-32", "reindex", "--share", "1")...)
	close(c)
	<-child.ended
	l.ollama.before(nil)
	if got := l.do("hash-64", "reindex"); got.status != exitFailed || !strings.Contains(got.stderr, "bureau index drop 2") {
		t.Errorf("%+v", got)
	}
	if got := l.do("hash-32", "index", "switch", "2"); got.status != exitFailed || !strings.Contains(got.stderr, "--force") {
		t.Errorf("%+v", got)
	}
	l.must("hash-32", "index", "drop", "2")
	if got := told[reindexReport](l, "hash-64", "reindex", "--share", "1"); got.Generation != 3 || !got.Switched {
		t.Errorf("%+v", got)
	}
}

func TestDifferenceFromTheConfigurationIsSaid(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	says := []string{"hash-32", "hash-16", "generation 1", "bureau reindex -c " + l.config}
	served := start(t, l.args("hash-32", "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")...)
	served.await(`http://127\.0\.0\.1:\d+`)
	for name, text := range map[string]string{
		"ingest": l.do("hash-32", "ingest").stderr, "doctor": l.do("hash-32", "doctor").stdout, "serve": served.said.String(),
	} {
		for _, part := range says {
			if !strings.Contains(text, part) {
				t.Errorf("%s does not say %q:\n%s", name, part, text)
			}
		}
	}
	// What is in use has its own embedder, whatever the configuration says.
	if l.ollama.asked["hash-32"] != 0 {
		t.Error("the embedder of the configuration was asked")
	}
	if found := told[searchReport](l, "hash-32", "search", "holiday", "--as", "feng"); found.ByWords || len(found.Hits) == 0 {
		t.Errorf("%+v", found)
	}
}

func TestGenerationOfAnotherVersionNamesItsRemedy(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	p := l.parts("hash-16")
	old := p.wanted()
	old.Generation.Cutting = "0"
	b, err := p.generations.Begin(t.Context(), old)
	if err == nil {
		err = p.generations.Switch(t.Context(), b.Number)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"ingest"}, {"serve"}, {"search", "holiday", "--as", "feng"}, {"ask", "holiday?", "--as", "feng"}} {
		if got := l.do("hash-16", args...); got.status != exitFailed || !strings.Contains(got.stderr, "bureau reindex") {
			t.Errorf("%v: %+v", args, got)
		}
	}
	l.must("hash-16", "reindex", "--share", "1")
	l.must("hash-16", "search", "holiday", "--as", "feng")
	l.must("hash-16", "index", "drop", fmt.Sprint(b.Number))
}
