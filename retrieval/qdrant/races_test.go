package qdrant

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
)

// A hook stands before the calls of a connection: an error goes back to the
// caller in place of an answer.
type hook func(ctx context.Context, request any) error

func (h hook) intercept(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if err := h(ctx, request); err != nil {
		return err
	}
	return invoke(ctx, method, request, reply, cc, opts...)
}

// beside opens the index x as another process does, with hooks in its
// connections.
func beside(t *testing.T, x *Index, around grpc.UnaryClientInterceptor) *Index {
	t.Helper()
	server := connect(t, x.server.name)
	intercepted(t, server, around)
	return openAt(t, server, x.register.db.Path(), x.collection, x.settings)
}

// written opens an index with documents, and returns what changes it or fails the
// test.
func written(t *testing.T, batch ...retrieval.Replacement) (x *Index, change func(error)) {
	t.Helper()
	change = func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	x = open(t, connect(t, qdranttest.Shared(t)))
	change(x.ReplaceAll(t.Context(), batch))
	return x, change
}

// edition makes the sample document of another version.
func edition(id, version string, passages int) retrieval.Replacement {
	r := sample(id, passages)
	r.Document.Version = version
	return r
}

// TestSearchEndsThoughADocumentNeverRests replaces a document whenever the
// server is asked for passages.
func TestSearchEndsThoughADocumentNeverRests(t *testing.T) {
	writer, change := written(t, sample("restless", 2), sample("steady", 2))
	var mu sync.Mutex
	asks := 0
	reader := beside(t, writer, hook(func(_ context.Context, request any) error {
		if _, search := request.(*client.QueryPoints); !search {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if asks++; asks > 10*attempts {
			return errors.New("the search does not end")
		}
		change(writer.ReplaceAll(t.Context(), []retrieval.Replacement{sample("restless", 2)}))
		return nil
	}).intercept)
	r, err := reader.Search(t.Context(), indextest.Scopes(t)[0], asked)
	if err != nil {
		t.Fatal(err)
	}
	for name, hits := range map[string][]retrieval.Hit{"meaning": r.Dense, "words": r.Lexical} {
		if len(hits) != 2 || hits[0].Document != "steady" || hits[1].Document != "steady" {
			t.Errorf("by %s: found %v, want what is steady", name, hits)
		}
	}
}

// TestDeletedBetweenTheRankingsIsInNeither deletes a document when the ranking
// by meaning has taken it and the one by words is about to be made.
func TestDeletedBetweenTheRankingsIsInNeither(t *testing.T) {
	writer, change := written(t, sample("gone", 2), sample("kept", 2))
	var reader *Index
	var once sync.Once
	reader = beside(t, writer, hook(func(ctx context.Context, request any) error {
		if q, search := request.(*client.QueryPoints); search && q.GetUsing() == vectorWords {
			once.Do(func() {
				for !looked(reader, "gone") && ctx.Err() == nil {
					runtime.Gosched()
				}
				change(writer.Delete(t.Context(), "gone"))
			})
		}
		return ctx.Err()
	}).intercept)
	r, err := reader.Search(t.Context(), indextest.Scopes(t)[0], asked)
	if err != nil {
		t.Fatal(err)
	}
	if hits := slices.Concat(r.Dense, r.Lexical); len(hits) != 4 || slices.ContainsFunc(hits, func(h retrieval.Hit) bool { return h.Document != "kept" }) {
		t.Errorf("found %v, want what was kept in both rankings", hits)
	}
}

// looked reports whether a search of x has held a document against the register
// as it is.
func looked(x *Index, id retrieval.DocumentID) bool {
	kept := x.register.kept.Load()
	if kept == nil {
		return false
	}
	found, _ := kept.get([]retrieval.DocumentID{id})
	return len(found) > 0
}

// loaded loads passages as everyone, while a step is taken before each time that
// the server is asked for them.
func loaded(t *testing.T, x *Index, ids []string, steps ...func()) (passages []string) {
	t.Helper()
	reader := beside(t, x, hook(func(_ context.Context, request any) error {
		if _, loading := request.(*client.ScrollPoints); loading && len(steps) > 0 {
			step := steps[0]
			steps = steps[1:]
			step()
		}
		return nil
	}).intercept)
	found, err := reader.Load(t.Context(), indextest.Scopes(t)[0], ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		passages = append(passages, f.Passage.ID+" of "+f.Document.Version)
	}
	return passages
}

func TestReplacedWhileItIsLoadedIsLoadedAnew(t *testing.T) {
	x, change := written(t, sample("a", 1), sample("b", 1))
	got := loaded(t, x, []string{"a#0", "b#0"},
		func() { change(x.ReplaceAll(t.Context(), []retrieval.Replacement{edition("b", "2", 1)})) })
	if want := []string{"a#0 of 1", "b#0 of 2"}; !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
}

// TestLoadMixesNoTwoMoments changes one document in the first attempt and two
// others in the second: what the first has found is no answer any more.
func TestLoadMixesNoTwoMoments(t *testing.T) {
	x, change := written(t, sample("a", 3), sample("b", 1), sample("gone", 1))
	got := loaded(t, x, []string{"a#0", "a#1", "a#2", "b#0", "gone#0"},
		func() { change(x.ReplaceAll(t.Context(), []retrieval.Replacement{edition("b", "2", 1)})) },
		func() {
			change(x.ReplaceAll(t.Context(), []retrieval.Replacement{edition("a", "2", 1)}))
			change(x.Delete(t.Context(), "gone"))
		})
	if want := []string{"a#0 of 2", "b#0 of 2"}; !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
}

// TestP4_LoadHoldsTheRegisterAgainstTheServer takes a right away that the server
// does not hear of.
func TestP4_LoadHoldsTheRegisterAgainstTheServer(t *testing.T) {
	x, _ := written(t, sample("moved", 1), sample("kept", 1))
	wantError(t, deaf(t, x).SetReaders(t.Context(), legalAlone), retrieval.ErrUnavailable)
	if got, want := loaded(t, x, []string{"moved#0", "kept#0"}), []string{"kept#0 of 1"}; !slices.Equal(got, want) {
		t.Errorf("loaded %q, want %q", got, want)
	}
}

// TestKilledBeforeItsCommitLeavesNothing ends a writer when its points are on
// the server and the register does not name them yet.
func TestKilledBeforeItsCommitLeavesNothing(t *testing.T) {
	x, _ := written(t, sample("a", 2))
	ctx, kill := context.WithCancel(t.Context())
	killed := beside(t, x, func(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		err := invoke(ctx, method, request, reply, cc, opts...)
		if _, upsert := request.(*client.UpsertPoints); upsert {
			kill()
		}
		return err
	})
	wantError(t, killed.ReplaceAll(ctx, []retrieval.Replacement{edition("a", "2", 5), sample("b", 3)}), context.Canceled)
	if n, err := x.points(t.Context(), nil); err != nil || n != 10 {
		t.Fatalf("%d points, %v; want those that were in force and those of the killed writer", n, err)
	}
	if counts := found(t, x); counts["a"] != 2 || len(counts) != 1 {
		t.Errorf("found %v, want the edition before", counts)
	}
	if err := errors.Join(x.Settle(t.Context()), x.Check(t.Context())); err != nil {
		t.Error(err)
	}
	if n, err := x.points(t.Context(), nil); err != nil || n != 2 {
		t.Errorf("%d points, %v; want those in force", n, err)
	}
}

// legalAlone takes the document "moved" from everyone.
var legalAlone = map[retrieval.DocumentID]access.Readers{"moved": {Departments: []access.Department{"legal"}}}
