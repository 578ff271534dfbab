package qdrant

import (
	"context"
	"path"
	"sync"
	"testing"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
)

// everyoneAgain gives the document "moved" back.
var everyoneAgain = map[retrieval.DocumentID]access.Readers{"moved": everyone}

// away is what a connection says of a server that is not there.
var away = status.Error(codes.Unavailable, "connection refused")

// deaf opens the index x as another process does, from which no change of
// readers reaches the server.
func deaf(t *testing.T, x *Index) *Index {
	t.Helper()
	return beside(t, x, hook(func(_ context.Context, request any) error {
		if _, change := request.(*client.SetPayloadPoints); change {
			return away
		}
		return nil
	}).intercept)
}

// wantTold fails the test unless the server itself gives away as many passages
// of the document "moved" as everyone may read.
func wantTold(t *testing.T, x *Index, passages int) {
	t.Helper()
	points, err := x.scroll(t.Context(), within(indextest.Scopes(t)[0]), ownerFields, readPatience)
	if err != nil || len(points) != passages {
		t.Errorf("the server gives away %d passages, %v; want %d", len(points), err, passages)
	}
}

// overtaken gives "moved" to legal alone, and lets later run while the server is
// told: before the call arrives, or after it was answered.
func overtaken(t *testing.T, x *Index, arrived bool, later func()) error {
	t.Helper()
	var once sync.Once
	first := beside(t, x, func(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		_, change := request.(*client.SetPayloadPoints)
		if change && !arrived {
			once.Do(later)
		}
		err := invoke(ctx, method, request, reply, cc, opts...)
		if change && arrived {
			once.Do(later)
		}
		return err
	})
	return first.SetReaders(t.Context(), legalAlone)
}

// TestLastOfTwoChangesOfReadersCounts has two processes change the readers of a
// document at once, and the earlier change arrive last. Both say that it is done,
// so the server must have heard the later.
func TestLastOfTwoChangesOfReadersCounts(t *testing.T) {
	x, change := written(t, sample("moved", 2))
	change(overtaken(t, x, false, func() { change(x.SetReaders(t.Context(), everyoneAgain)) }))
	wantTold(t, x, 2)
	if counts := found(t, x); counts["moved"] != 2 {
		t.Errorf("found %v, want what everyone reads again", counts)
	}
}

// TestChangeThatTheServerMissedIsNotForgotten has a second change of readers that
// does not reach the server, just before the first is noted as told.
func TestChangeThatTheServerMissedIsNotForgotten(t *testing.T) {
	x, change := written(t, sample("moved", 2))
	change(overtaken(t, x, true, func() {
		wantError(t, deaf(t, x).SetReaders(t.Context(), everyoneAgain), retrieval.ErrUnsettled)
	}))
	change(x.Settle(t.Context()))
	wantTold(t, x, 2)
}

// A busy server is long about writing.
type busy struct {
	writing chan struct{} // is closed when a batch has arrived
}

func (b busy) intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if _, upsert := request.(*client.UpsertPoints); upsert {
		close(b.writing)
		return nil, hang(ctx)
	}
	return handle(ctx, request)
}

// hang returns when the caller has gone.
func hang(ctx context.Context) error {
	<-ctx.Done()
	return status.FromContextError(ctx.Err()).Err()
}

// TestRevokingDoesNotStandInLineBehindWriting has a server that takes one call of
// a connection at a time.
func TestRevokingDoesNotStandInLineBehindWriting(t *testing.T) {
	b := busy{writing: make(chan struct{})}
	x := troubled(t, &fake{status: client.UpdateStatus_Completed}, grpc.MaxConcurrentStreams(1), grpc.UnaryInterceptor(b.intercept))
	x.server.deadlines.Revoke = 5 * time.Second
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error)
	go func() { written <- x.upsertBatch(ctx, nil) }()
	<-b.writing
	if err := x.Delete(t.Context(), "a"); err != nil {
		t.Errorf("a deletion waited for a batch: %v", err)
	}
	stop()
	wantError(t, <-written, context.Canceled)
}

// TestOnlyWhatWaitsIsTriedAgain counts how often a server is called that is away
// at first, or that does not answer.
func TestOnlyWhatWaitsIsTriedAgain(t *testing.T) {
	search := func(x *Index) error {
		_, err := x.Search(t.Context(), indextest.Scopes(t)[0], retrieval.Query{Terms: asked.Terms, K: 1})
		return err
	}
	write := func(x *Index) error {
		passage := sample("b", 1).Passages[0]
		return x.upsertBatch(t.Context(), []*client.PointStruct{pointOf(newEdition("b"), everyone, passage, retrieval.Statistics{AverageLength: 1})})
	}
	remove := func(x *Index) error { return x.Delete(t.Context(), "moved") }
	revoke := func(x *Index) error { return x.SetReaders(t.Context(), legalAlone) }
	for name, test := range map[string]struct {
		call     string
		do       func(*Index) error
		patience time.Duration
		slow     bool // the server is there and does not answer
		calls    int
		target   error
	}{
		"Search":              {"Query", search, 0, false, 2, nil},
		"Write":               {"Upsert", write, time.Minute, false, 2, nil},
		"WriteWithoutWaiting": {"Upsert", write, 0, false, 1, retrieval.ErrUnavailable},
		"Delete":              {"Delete", remove, time.Minute, false, 1, retrieval.ErrUnsettled},
		"SetReaders":          {"SetPayload", revoke, time.Minute, false, 1, retrieval.ErrUnsettled},
		"SlowSearch":          {"Query", search, 0, true, 1, retrieval.ErrUnavailable},
		"SlowWrite":           {"Upsert", write, time.Second, true, 1, retrieval.ErrUnavailable},
		"SlowDelete":          {"Delete", remove, time.Second, true, 1, retrieval.ErrUnsettled},
		"SlowSetReaders":      {"SetPayload", revoke, time.Second, true, 1, retrieval.ErrUnsettled},
	} {
		t.Run(name, func(t *testing.T) {
			x, _ := written(t, sample("moved", 2))
			calls := 0
			x = beside(t, x, func(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
				if path.Base(method) == test.call {
					calls++
					switch {
					case test.slow:
						return hang(ctx)
					case calls == 1:
						return away
					}
				}
				return invoke(ctx, method, request, reply, cc, opts...)
			})
			deadline := time.Minute
			if test.slow {
				deadline = 20 * time.Millisecond
			}
			x.server.deadlines = Deadlines{Query: deadline, Write: deadline, Revoke: deadline, Patience: test.patience}
			wantError(t, test.do(x), test.target)
			if calls != test.calls {
				t.Errorf("called %d times, want %d", calls, test.calls)
			}
		})
	}
}
