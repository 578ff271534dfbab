package qdrant

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
)

// A recorder keeps the requests that leave the engine.
type recorder struct {
	mu   sync.Mutex
	sent []proto.Message
}

func (r *recorder) intercept(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	r.mu.Lock()
	r.sent = append(r.sent, proto.Clone(request.(proto.Message)))
	r.mu.Unlock()
	return invoke(ctx, method, request, reply, cc, opts...)
}

// recorded puts a recorder into every connection of a server.
func recorded(t *testing.T, s *Server) *recorder {
	t.Helper()
	r := &recorder{}
	intercepted(t, s, r.intercept)
	return r
}

// intercepted puts a function around every call that a server's connections
// make.
func intercepted(t *testing.T, s *Server, around grpc.UnaryClientInterceptor) {
	t.Helper()
	host, port, err := net.SplitHostPort(s.name)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []**client.Client{&s.reads, &s.writes, &s.revoking} {
		if err := (*c).Close(); err != nil {
			t.Fatal(err)
		}
		if *c, err = client.NewClient(&client.Config{
			Host: host, Port: number, SkipCompatibilityCheck: true, PoolSize: 1,
			GrpcOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(around)},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// everyRequestIsScoped walks all requests of a run.
func everyRequestIsScoped(t *testing.T, r *recorder) {
	queries, scrolls := 0, 0
	for _, request := range r.sent {
		switch request := request.(type) {
		case *client.QueryPoints:
			queries++
			wantScoped(t, request.GetFilter())
			walkPrefetches(t, request.GetPrefetch())
		case *client.ScrollPoints:
			if proto.Equal(request.GetWithPayload(), ownerFields) && request.GetWithVectors() == nil {
				continue // asks who a passage belongs to when it is written, and for no text
			}
			scrolls++
			wantScoped(t, request.GetFilter())
		case *client.QueryBatchPoints, *client.QueryPointGroups, *client.FacetCounts, *client.GetPoints, *client.SearchMatrixPoints:
			t.Errorf("the engine sent a %T, which this test does not look into", request)
		}
	}
	if queries < 100 || scrolls < 10 {
		t.Errorf("%d queries and %d scrolls are too few to tell", queries, scrolls)
	}
}

func walkPrefetches(t *testing.T, branches []*client.PrefetchQuery) {
	t.Helper()
	for _, branch := range branches {
		wantScoped(t, branch.GetFilter())
		walkPrefetches(t, branch.GetPrefetch())
	}
}

// wantScoped fails the test unless a filter has every condition of a scope where
// it must hold.
func wantScoped(t *testing.T, f *client.Filter) {
	t.Helper()
	must := map[string]bool{}
	for _, c := range f.GetMust() {
		field := c.GetField()
		named := len(field.GetMatch().GetKeywords().GetStrings()) > 0
		switch key := field.GetKey(); key {
		case fieldDepartment, fieldClearance:
			must[key] = named
		case fieldFrom:
			must[key] = field.GetRange().Lte != nil
		case fieldUntil:
			must[key] = field.GetRange().Gt != nil
		}
	}
	denied := slices.ContainsFunc(f.GetMustNot(), func(c *client.Condition) bool {
		return c.GetField().GetKey() == fieldDeny && len(c.GetField().GetMatch().GetKeywords().GetStrings()) > 0
	})
	for _, key := range []string{fieldDepartment, fieldClearance, fieldFrom, fieldUntil} {
		if !must[key] {
			t.Errorf("a request for passages does not hold them to %s: %v", key, f)
		}
	}
	if !denied || len(f.GetShould()) > 0 || f.GetMinShould() != nil {
		t.Errorf("a request for passages lacks the denials, or has a should: %v", f)
	}
}

// TestP1_TheServerHoldsTheScopeByItself looks at what the server gives away,
// without the register behind it.
func TestP1_TheServerHoldsTheScopeByItself(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	x := open(t, server)
	indextest.Fill(t, x)
	for _, scope := range indextest.Scopes(t) {
		points, err := x.scroll(t.Context(), within(scope), client.NewWithPayload(true), readPatience)
		if err != nil {
			t.Fatal(err)
		}
		documents, err := x.Documents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := map[retrieval.DocumentID]bool{}
		for _, p := range points {
			found[documentOf(p.GetPayload()[fieldEdition].GetStringValue())] = true
		}
		for id, d := range documents {
			if allowed := scope.Allows(d.Readers); allowed != found[id] {
				t.Errorf("the server gives away %s, read by %+v: %v, want %v", id, d.Readers, found[id], allowed)
			}
		}
	}
}

func TestEmptySelectionIsRefused(t *testing.T) {
	for _, editions := range [][]string{nil, {}, {""}, {"document/edition", ""}, {"no edition"}} {
		if f, err := ofEditions(editions); err == nil {
			t.Errorf("%q select %v", editions, f)
		}
	}
}

func TestRightsNeverBeginEarlierOrEndLater(t *testing.T) {
	at := indextest.Scopes(t)[0].At()
	payload := readersPayload(access.Readers{From: at.Add(1), Until: at.Add(1)})
	if from := payload[fieldFrom].GetIntegerValue(); from <= at.UnixMilli() {
		t.Errorf("a right that begins in a nanosecond holds at %d ms, now is %d", from, at.UnixMilli())
	}
	if until := payload[fieldUntil].GetIntegerValue(); until > at.UnixMilli() {
		t.Errorf("a right that ends in a nanosecond holds until %d ms, now is %d", until, at.UnixMilli())
	}
}
