package main

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"bureau/ingest"
)

// TestP7_TwentyKilledIngestsLeaveTheIndexOfOne kills the program twenty times
// while it takes documents in, at random points, between edits, documents that
// fail, dry runs and retries. In the end the index is that of one run.
func TestP7_TwentyKilledIngestsLeaveTheIndexOfOne(t *testing.T) {
	l := newLibrary(t, engineSQLite)
	l.ollama.refuse = "xylophone"
	write(t, l.documents, map[string]string{
		"broken.md": "---\nreaders: [hr\n---\nA holiday.\n", "refused.md": "A xylophone.\n", "empty.md": "---\ntitle: Nothing\n---\n",
	})
	for i := range 40 {
		l.put(i, "", 4)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for killed := 0; killed < kills; {
		for range 12 {
			l.put(random.IntN(40), "", 3+random.IntN(3))
		}
		if l.killIngest(random.IntN(3), random.IntN(2) == 0) {
			killed++
		}
		if plan := l.do("hash-16", "ingest", "--dry-run", "--json"); plan.status == exitMisused {
			t.Fatalf("%+v", plan)
		}
		if random.IntN(3) == 0 {
			l.must("hash-16", "retry")
		}
	}
	clean := &library{newHouse(t, l.config), l.ollama, l.documents}
	for _, last := range []*library{l, clean} {
		if got := last.do("hash-16", "ingest"); got.status != exitFailed { // of the documents that fail
			t.Errorf("%+v", got)
		}
	}
	sameLibrary(t, clean, l)
	one, other := told[statusReport](clean, "hash-16", "status"), told[statusReport](l, "hash-16", "status")
	if !slices.Equal(one.Sources, other.Sources) || len(other.Waiting) != 0 || len(other.Failed) != 2 || !slices.Equal(namesOf(one.Failed), namesOf(other.Failed)) || !slices.Equal(namesOf(one.Withheld), namesOf(other.Withheld)) {
		t.Errorf("%+v\nof a clean run: %+v", other, one)
	}
}

// namesOf returns the documents with their reasons.
func namesOf(documents []ingest.Unfinished) (names []string) {
	for _, d := range documents {
		names = append(names, filepath.Join(d.Source, d.Path)+": "+d.Reason)
	}
	return names
}

// killIngest starts an ingest as a process of its own and kills it at one of
// its calls to the embedder, before the call is answered or just after, when
// what came back is being written. It reports whether there were so many calls.
func (l *library) killIngest(calls int, answered bool) bool {
	l.t.Helper()
	killed, ready := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var c *child
	l.ollama.before(func(string) {
		<-ready
		if calls--; calls >= 0 {
			return
		}
		once.Do(func() {
			close(killed)
			if answered {
				go c.kill()
				return
			}
			c.kill()
		})
	})
	defer l.ollama.before(nil)
	c = start(l.t, l.args("hash-16", "ingest")...)
	close(ready)
	<-c.ended
	select {
	case <-killed:
		return true
	default:
		return false
	}
}
