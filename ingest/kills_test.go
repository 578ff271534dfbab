package ingest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// kills is how many runs are killed one after the other.
const kills = 20

// TestP7_TwentyKillsAtRandomLeaveWhatOneRunLeaves kills one run after the other
// at random, while documents change, fail, and are set to be tried again, and
// dry runs look on. In the end the data are those of one run that nothing
// disturbed.
func TestP7_TwentyKillsAtRandomLeaveWhatOneRunLeaves(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	folder := t.TempDir()
	o := openOffice(t, filepath.Join(folder, "docs"), filepath.Join(folder, "data"))
	once := openOffice(t, o.folder, filepath.Join(folder, "clean"))
	o.writeBefore()
	for _, office := range []*office{o, once} {
		office.Sources = o.sourcesBefore()
		office.run()
		office.Sources, office.embedder.refuse = o.sourcesAfter(), refused
	}
	o.writeAfter()
	killed := 0
	for round := 0; killed < kills; round++ {
		o.stir(random, round)
		if o.killAtRandom(random, folder) {
			killed++
		}
		o.wantNoLeak(fmt.Sprintf("after kill %d", killed))
		o.wantDryRunWritesNothing()
	}
	o.run()
	once.run()
	if diff := cmp.Diff(once.snapshot(), o.snapshot()); diff != "" {
		t.Fatalf("after %d kills the data are not those of one run (-one run +killed):\n%s", killed, diff)
	}
}

// stir changes something, as people and administrators do. A document that
// fails never was one that does not: who read that one before is remembered,
// and one run has no before.
func (o *office) stir(random *rand.Rand, round int) {
	o.t.Helper()
	n := random.IntN(3)
	switch random.IntN(5) {
	case 0:
		o.write(fmt.Sprintf("a/refused-%d.md", n), fmt.Sprintf("A %s, number %d.", refused, round))
	case 1:
		o.write(fmt.Sprintf("a/broken-%d.md", n), fmt.Sprintf("---\nreaders: [hr\n---\nThe ostrich is broken for the time %d.", round))
	case 2:
		if err := os.Remove(filepath.Join(o.folder, fmt.Sprintf("a/stirred-%d.md", n))); err != nil && !errors.Is(err, os.ErrNotExist) {
			o.t.Fatal(err)
		}
	default:
		o.write(fmt.Sprintf("a/stirred-%d.md", n), fmt.Sprintf("The notice number %d.", round))
	}
	if random.IntN(3) == 0 {
		if _, err := o.Ledger.Retry(o.t.Context()); err != nil {
			o.t.Fatal(err)
		}
	}
}

// killAtRandom starts a run and kills it at one of its next stops, or lets it
// end where it does before. It reports whether it was killed.
func (o *office) killAtRandom(random *rand.Rand, folder string) bool {
	o.t.Helper()
	c := startChild(o.t, folder)
	_, stopped := c.next()
	for n := random.IntN(6); stopped && n > 0; n-- {
		c.proceed()
		_, stopped = c.next()
	}
	if stopped {
		c.kill()
	}
	return stopped
}

func (o *office) wantDryRunWritesNothing() {
	o.t.Helper()
	before := o.snapshot()
	if _, err := o.Plan(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	if diff := cmp.Diff(before, o.snapshot()); diff != "" {
		o.t.Fatalf("a dry run has written (-before +after):\n%s", diff)
	}
}
