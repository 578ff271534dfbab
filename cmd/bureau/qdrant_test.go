package main

import (
	"net"
	"strconv"
	"strings"
	"testing"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/ingest"
	"bureau/retrieval/qdrant/qdranttest"
)

// onQdrant returns the address of a Qdrant server of the test's own.
func onQdrant(t *testing.T) string { return "qdrant://" + qdranttest.Start(t).Address }

func TestQdrantReindexMovesToAnotherEmbedder(t *testing.T) { reindexMoves(t, onQdrant(t)) }

func TestP7_QdrantReindexKilledAnywhereEndsWithTheRightPassages(t *testing.T) {
	server := qdranttest.Start(t)
	l := reindexKilled(t, "qdrant://"+server.Address)
	want := l.everything()["hanna"].Counts.Passages
	if got := points(t, server.Address, "bureau-2"); got != want {
		t.Errorf("the server has %d points, want exactly the %d passages", got, want)
	}
}

// points returns how many points a collection has.
func points(t *testing.T, address, collection string) int {
	t.Helper()
	n, err := asking(t, address).Count(t.Context(), &client.CountPoints{CollectionName: collection})
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}

// collections returns the collections of a server.
func collections(t *testing.T, address string) []string {
	t.Helper()
	names, err := asking(t, address).ListCollections(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// asking returns a client of a server, for as long as the test.
func asking(t *testing.T, address string) *client.Client {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.NewClient(&client.Config{Host: host, Port: number, SkipCompatibilityCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() }) // it was only read
	return c
}

func TestP1_QdrantNothingDeletedOrRevokedComesBack(t *testing.T) { nothingComesBack(t, onQdrant(t)) }

func TestQdrantSwitchUnderLoadMixesNothing(t *testing.T) { switchUnderLoad(t, onQdrant(t)) }

// TestQdrantTakesOverAndTheIndexBeforeStandsIn moves the sample company to a
// Qdrant server, and takes the server away.
func TestQdrantTakesOverAndTheIndexBeforeStandsIn(t *testing.T) {
	server := qdranttest.Start(t)
	h := indexed(t)
	on := func(args ...string) []string { return append(args, "--index", "qdrant://"+server.Address) }
	question := on("search", "--as", "hanna", "pay bands")
	before := report[searchReport](h, question...)

	if got := h.run(on("doctor")...); !strings.Contains(got.stdout, "answers, version") || !strings.Contains(got.stdout, "bureau reindex") {
		t.Errorf("the doctor does not say that the index is to move:\n%s", got.stdout)
	}
	moved := report[reindexReport](h, on("reindex")...)
	if moved.Engine != engineQdrant || !moved.Switched || moved.Passages == 0 {
		t.Fatalf("reindex reports %+v", moved)
	}
	after := report[searchReport](h, question...)
	wantSameHits(t, before, after)
	if again := report[ingest.Report](h, on("ingest")...); again.Indexed != 0 || again.Embedded != 0 {
		t.Errorf("an ingest after the move indexed %d documents", again.Indexed)
	}
	if got := h.run(on("doctor")...); !strings.Contains(got.stdout, "engine qdrant") || strings.Contains(got.stdout, "FAIL  index") {
		t.Errorf("the doctor finds fault with the moved index:\n%s", got.stdout)
	}

	server.Kill()
	got := h.run(question...)
	if got.status != exitDone || !strings.Contains(got.stderr, "generation 1 was searched instead of generation 2") || !strings.Contains(got.stderr, server.Address) {
		t.Errorf("a search without its server gave %d and said\n%s", got.status, got.stderr)
	}
	wantSameHits(t, before, report[searchReport](h, question...))
	if got := h.run(on("doctor")...); got.status != exitFailed || !strings.Contains(got.stdout, "start the Qdrant server") {
		t.Errorf("the doctor says of a server that is away:\n%s", got.stdout)
	}
	server.Restart()
	if got := h.run(question...); got.stderr != "" {
		t.Errorf("a search says, with its server back:\n%s", got.stderr)
	}
	h.mustRun(on("index", "rollback")...)
	h.mustRun(on("index", "drop", "2")...)
	wantSameHits(t, before, report[searchReport](h, question...))
}

// TestP3_RevocationReachesTheIndexThatStandsIn deletes a document and takes
// another one's readers away while the server is away and the index before it
// answers.
func TestP3_RevocationReachesTheIndexThatStandsIn(t *testing.T) {
	server := qdranttest.Start(t)
	l := newLibrary(t, engineSQLite)
	l.must("hash-16", "ingest")
	l.must("hash-16", "reindex", "--index", "qdrant://"+server.Address)
	server.Kill()
	patience := qdrantPatience
	t.Cleanup(func() { qdrantPatience = patience })
	qdrantPatience = 0
	l.remove(3)
	l.put(4, "readers: [hr]", 4)
	if got := l.do("hash-16", "ingest"); got.status != exitFailed || !strings.Contains(got.stderr, server.Address) {
		t.Errorf("an ingest without its server gave %d and said\n%s", got.status, got.stderr)
	}
	wantGone := func() {
		t.Helper()
		found := told[searchReport](l, "hash-16", "search", "holiday", "--as", "feng", "-k", "100")
		if len(found.Hits) == 0 {
			t.Error("feng finds nothing")
		}
		for _, h := range found.Hits {
			if h.Path == l.name(3) || h.Path == l.name(4) {
				t.Errorf("feng finds %s", h.Path)
			}
		}
	}
	wantGone()
	server.Restart()
	wantGone()
	l.must("hash-16", "ingest")
	wantGone()
}

// wantSameHits fails the test unless two searches have found the same in the
// same order.
func wantSameHits(t *testing.T, a, b searchReport) {
	t.Helper()
	if len(a.Hits) == 0 || len(a.Hits) != len(b.Hits) {
		t.Errorf("%d hits and %d", len(a.Hits), len(b.Hits))
		return
	}
	for i := range a.Hits {
		if a.Hits[i].Text != b.Hits[i].Text {
			t.Errorf("hit %d is in %s and in %s", i, a.Hits[i].Path, b.Hits[i].Path)
		}
	}
}
