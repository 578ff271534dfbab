package qdrant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
)

// everyone reads the documents of these tests.
var everyone = access.Readers{Departments: []access.Department{access.Everyone}}

// sample makes a document with passages that all say word.
func sample(id string, passages int) retrieval.Replacement {
	r := retrieval.Replacement{Document: retrieval.Document{ID: retrieval.DocumentID(id), Source: "shelf", Path: id, Title: id, Version: "1", Readers: everyone}}
	for i := range passages {
		vector := make([]float32, indextest.Generation.Dimensions)
		vector[i%len(vector)] = 1
		r.Passages = append(r.Passages, retrieval.Embedded{
			Passage: retrieval.Passage{ID: fmt.Sprintf("%s#%d", id, i), Document: r.Document.ID, Ordinal: i, Text: "word"},
			Vector:  vector, Terms: []retrieval.Term{{Text: "word", Count: 1}},
		})
	}
	return r
}

// asked is a query that every passage of sample answers.
var asked = retrieval.Query{Vector: sample("any", 1).Passages[0].Vector, Terms: []retrieval.Term{{Text: "word", Count: 1}}, K: 1000}

// found returns how many passages a person reads of each document, by words.
func found(t *testing.T, x *Index) map[retrieval.DocumentID]int {
	t.Helper()
	r, err := x.Search(t.Context(), indextest.Scopes(t)[0], asked)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[retrieval.DocumentID]int{}
	for _, h := range r.Lexical {
		counts[h.Document]++
	}
	return counts
}

// wantError fails the test unless err is target and says what to do.
func wantError(t *testing.T, err, target error, says ...string) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("got %v, want %v", err, target)
		return
	}
	for _, word := range says {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

// patient returns a connection that waits for its server when it writes.
func patient(t *testing.T, address string) *Server {
	t.Helper()
	s := connect(t, address)
	s.deadlines.Patience = time.Minute
	return s
}

func TestServerThatIsDownIsSaidAndWaitedFor(t *testing.T) {
	edge := qdranttest.Start(t)
	server := patient(t, edge.Address)
	x := openAt(t, server, filepath.Join(t.TempDir(), "register.db"), "down", Settings{})
	if err := x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 3)}); err != nil {
		t.Fatal(err)
	}
	edge.Kill()
	_, err := x.Search(t.Context(), indextest.Scopes(t)[0], asked)
	wantError(t, err, retrieval.ErrUnavailable, edge.Address, "bureau.yaml")
	wantError(t, x.Check(t.Context()), retrieval.ErrUnavailable, edge.Address)
	wantError(t, x.Delete(t.Context(), "a"), retrieval.ErrUnavailable, "still on the server")

	written, waiting := make(chan error), make(chan error, 10)
	server.deadlines.Waiting = func(reason error) { waiting <- reason }
	go func() { written <- x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("b", 3)}) }()
	wantError(t, <-waiting, retrieval.ErrUnavailable, edge.Address)
	edge.Restart()
	if err := <-written; err != nil {
		t.Errorf("a batch did not wait for its server: %v", err)
	}
	if counts := found(t, x); counts["b"] != 3 || counts["a"] != 0 {
		t.Errorf("found %v, want b alone: a was deleted while the server was down", counts)
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := x.points(t.Context(), nil); err != nil || n != 3 {
		t.Errorf("%d points, %v; want those of b", n, err)
	}
}

// TestP7_AcknowledgedDocumentsOutliveAKilledServer kills the server twenty times
// while documents are replaced and deleted.
func TestP7_AcknowledgedDocumentsOutliveAKilledServer(t *testing.T) {
	edge := qdranttest.Start(t)
	x := openAt(t, patient(t, edge.Address), filepath.Join(t.TempDir(), "register.db"), "killed", Settings{})
	want := map[retrieval.DocumentID]int{}
	for round := range 20 {
		working, under := make(chan error), make(chan struct{}, 6)
		go func() {
			var err error
			for i := 0; i < 6 && err == nil; i++ {
				under <- struct{}{}
				id := fmt.Sprintf("d%d", (round+i)%9)
				if i == 5 {
					if err = x.Delete(t.Context(), retrieval.DocumentID(id)); errors.Is(err, retrieval.ErrUnavailable) {
						err = nil // gone for every search, and cleared away by Settle
					}
					delete(want, retrieval.DocumentID(id))
					continue
				}
				passages := 1 + (round*7+i)%40
				err = x.ReplaceAll(t.Context(), []retrieval.Replacement{sample(id, passages)})
				want[retrieval.DocumentID(id)] = passages
			}
			working <- err
		}()
		for range 1 + round%6 {
			<-under
		}
		edge.Kill() // in the midst of that step, or about
		edge.Restart()
		if err := <-working; err != nil {
			t.Fatal(err)
		}
		if got := found(t, x); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("round %d: found %v, want %v", round, got, want)
		}
	}
	total := 0
	for _, n := range want {
		total += n
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := x.points(t.Context(), nil); err != nil || n != total {
		t.Errorf("%d points, %v; want exactly %d", n, err, total)
	}
	if err := x.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCollectionOfAnotherIsRefused(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	mine := open(t, server)
	if err := mine.ReplaceAll(t.Context(), []retrieval.Replacement{sample("mine", 2)}); err != nil {
		t.Fatal(err)
	}
	other := openAt(t, server, filepath.Join(t.TempDir(), "other.db"), mine.collection, Settings{})
	wantError(t, other.ReplaceAll(t.Context(), []retrieval.Replacement{sample("theirs", 2)}), ErrForeign, mine.collection, "bureau.yaml")
	wantError(t, other.Check(t.Context()), ErrForeign, mine.collection)
	wantError(t, other.Drop(t.Context()), ErrForeign)
	if counts := found(t, mine); counts["mine"] != 2 || len(counts) != 1 {
		t.Errorf("found %v", counts)
	}
}

func TestLostIndexOfAFieldIsSaidAndMadeAgain(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	x := open(t, server)
	if err := x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 2)}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.writes.DeleteFieldIndex(t.Context(), &client.DeleteFieldIndexCollection{
		CollectionName: x.collection, FieldName: fieldDepartment, Wait: client.PtrOf(true),
	}); err != nil {
		t.Fatal(err)
	}
	wantError(t, x.Check(t.Context()), ErrUnindexed, fieldDepartment, "bureau ingest")
	x.prepared = false // as in another process
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := x.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLostCollectionIsSaid(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	x := open(t, server)
	if err := x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 2)}); err != nil {
		t.Fatal(err)
	}
	if _, err := server.writes.Delete(t.Context(), &client.DeletePoints{
		CollectionName: x.collection, Wait: client.PtrOf(true), Points: client.NewPointsSelector(pointID(editionNow(t, x, "a"), "a#1")),
	}); err != nil {
		t.Fatal(err)
	}
	wantError(t, x.Check(t.Context()), ErrLost, "1 of 2", "reindex")
	if err := server.writes.DeleteCollection(t.Context(), x.collection); err != nil {
		t.Fatal(err)
	}
	wantError(t, x.Check(t.Context()), ErrLost, "0 of 2", "reindex")
	_, err := x.Search(t.Context(), indextest.Scopes(t)[0], asked)
	wantError(t, err, ErrLost, x.collection, "reindex")
	x.prepared = false // as in another process
	wantError(t, x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("b", 1)}), ErrLost)
}

func editionNow(t *testing.T, x *Index, id retrieval.DocumentID) string {
	t.Helper()
	rows, err := x.register.rows(t.Context(), []retrieval.DocumentID{id})
	if err != nil {
		t.Fatal(err)
	}
	return rows[id].edition
}

func TestCollectionOfOtherDimensionsIsRefused(t *testing.T) {
	server := connect(t, qdranttest.Shared(t))
	x := open(t, server)
	if err := server.writes.CreateCollection(t.Context(), &client.CreateCollection{
		CollectionName: x.collection,
		VectorsConfig: client.NewVectorsConfigMap(map[string]*client.VectorParams{
			vectorMeaning: {Size: 8, Distance: client.Distance_Cosine},
		}),
		SparseVectorsConfig: client.NewSparseVectorsConfig(map[string]*client.SparseVectorParams{vectorWords: {}}),
		Metadata:            map[string]*client.Value{ownerKey: client.NewValueString(x.register.owner)},
	}); err != nil {
		t.Fatal(err)
	}
	wantError(t, x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 1)}), ErrShape, "8 dimensions", "64", "reindex")
}

// A fake answers as an engine in trouble does.
type fake struct {
	client.UnimplementedQdrantServer
	client.UnimplementedPointsServer
	version string
	fail    error // of every call for points
	hang    bool  // calls for points are answered when their caller has gone
	status  client.UpdateStatus
	wrote   int
}

func (f *fake) HealthCheck(context.Context, *client.HealthCheckRequest) (*client.HealthCheckReply, error) {
	return &client.HealthCheckReply{Version: f.version}, nil
}

func (f *fake) answer(ctx context.Context) error {
	if f.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.fail
}

func (f *fake) Query(ctx context.Context, _ *client.QueryPoints) (*client.QueryResponse, error) {
	return &client.QueryResponse{}, f.answer(ctx)
}

func (f *fake) Upsert(ctx context.Context, _ *client.UpsertPoints) (*client.PointsOperationResponse, error) {
	f.wrote++
	return &client.PointsOperationResponse{Result: &client.UpdateResult{Status: f.status}}, f.answer(ctx)
}

func (f *fake) Delete(ctx context.Context, _ *client.DeletePoints) (*client.PointsOperationResponse, error) {
	return &client.PointsOperationResponse{Result: &client.UpdateResult{Status: f.status}}, f.answer(ctx)
}

// troubled returns an index that has one document on a real server, with its
// connections led to a fake.
func troubled(t *testing.T, f *fake, options ...grpc.ServerOption) *Index {
	t.Helper()
	x := open(t, connect(t, qdranttest.Shared(t)))
	if err := x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 2)}); err != nil {
		t.Fatal(err)
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(options...)
	client.RegisterQdrantServer(server, f)
	client.RegisterPointsServer(server, f)
	client.RegisterCollectionsServer(server, struct {
		client.UnimplementedCollectionsServer
	}{})
	go func() { _ = server.Serve(listener) }() // it ends with Stop
	t.Cleanup(server.Stop)
	return x.through(connect(t, listener.Addr().String()))
}

// through returns the same index behind another connection.
func (x *Index) through(server *Server) *Index {
	return &Index{server: server, register: x.register, collection: x.collection, prepared: true}
}

func TestTroubleOfTheServerIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		fake   fake
		target error
		says   []string
	}{
		"Slow":        {fake{hang: true}, retrieval.ErrUnavailable, []string{"in time"}},
		"Full":        {fake{fail: status.Error(codes.Internal, "No space left on device")}, ErrFull, []string{"free room"}},
		"Limit":       {fake{fail: status.Error(codes.ResourceExhausted, "request larger than rate limiter capacity")}, ErrFull, []string{"limits"}},
		"NoKey":       {fake{fail: status.Error(codes.Unauthenticated, "no key")}, ErrKey, []string{"BUREAU_QDRANT_API_KEY"}},
		"ReadKey":     {fake{fail: status.Error(codes.PermissionDenied, "read only")}, ErrKey, []string{"BUREAU_QDRANT_API_KEY"}},
		"LostIndex":   {fake{fail: status.Error(codes.InvalidArgument, "Index required but not found for \"department\"")}, ErrUnindexed, []string{"bureau ingest"}},
		"CutOff":      {fake{fail: status.Error(codes.Unavailable, "connection reset by peer")}, retrieval.ErrUnavailable, nil},
		"WaitTimeout": {fake{status: client.UpdateStatus_WaitTimeout}, retrieval.ErrUnavailable, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := troubled(t, &test.fake)
			x.server.deadlines = Deadlines{Query: 50 * time.Millisecond, Write: 50 * time.Millisecond, Revoke: 50 * time.Millisecond}
			if test.fake.status == 0 { // else only writes are in trouble
				_, err := x.Search(t.Context(), indextest.Scopes(t)[0], asked)
				wantError(t, err, test.target, test.says...)
			}
			wantError(t, x.upsertBatch(t.Context(), nil), test.target, test.says...)
			wantError(t, x.Delete(t.Context(), "a"), test.target, append(test.says, "still on the server")...)
		})
	}
}

// TestP3_RevocationHoldsThoughTheServerHangs takes a right away while the server
// answers nothing, and looks when it answers again.
func TestP3_RevocationHoldsThoughTheServerHangs(t *testing.T) {
	x := open(t, connect(t, qdranttest.Shared(t)))
	batch := []retrieval.Replacement{sample("gone", 2), sample("moved", 2), sample("kept", 2)}
	if err := x.ReplaceAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	hung := x.through(troubled(t, &fake{hang: true}).server)
	hung.server.deadlines.Revoke = 50 * time.Millisecond
	wantError(t, hung.Delete(t.Context(), "gone"), retrieval.ErrUnavailable)
	nobody := map[retrieval.DocumentID]access.Readers{"moved": {Departments: []access.Department{"legal"}}}
	if err := hung.SetReaders(t.Context(), nobody); err == nil {
		t.Error("a server that did not hear of new readers was no error")
	}
	if counts := found(t, x); counts["kept"] != 2 || len(counts) != 1 {
		t.Errorf("found %v, want what was kept alone", counts)
	}
	if err := x.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := x.points(t.Context(), nil); err != nil || n != 4 {
		t.Errorf("%d points, %v; want 4", n, err)
	}
	points, err := x.scroll(t.Context(), within(indextest.Scopes(t)[0]), ownerFields, readPatience)
	if err != nil || len(points) != 2 {
		t.Errorf("the server gives away %d passages, %v; want the 2 that were kept", len(points), err)
	}
}

func TestUnavailableServerIsTriedAgainOnlyForWrites(t *testing.T) {
	f := &fake{fail: status.Error(codes.InvalidArgument, "no"), version: "1.18.3"}
	x := troubled(t, f)
	x.server.deadlines.Patience = time.Minute
	if err := x.upsertBatch(t.Context(), nil); err == nil || f.wrote != 1 {
		t.Errorf("a refused batch was written %d times: %v", f.wrote, err)
	}
}

func TestOldServerIsRefused(t *testing.T) {
	for version, old := range map[string]bool{"1.16.9": true, "0.11.0": true, "dev": true, "": true, "1.17.0": false, "1.18.3": false, "2.0.1": false} {
		if err := (Settings{}).checkVersion("host:6334", version); errors.Is(err, ErrVersion) != old {
			t.Errorf("version %q gave %v", version, err)
		}
	}
	if err := (Settings{Quantization: "turbo4"}).checkVersion("host:6334", "1.17.3"); !errors.Is(err, ErrVersion) {
		t.Errorf("TurboQuant on 1.17 gave %v", err)
	}
	x := troubled(t, &fake{version: "1.12.1"})
	wantError(t, x.Check(t.Context()), ErrVersion, "1.12.1", "1.17")
}

// TestKeysGoWhereTheyBelong holds that reading does not show the key that
// writes.
func TestKeysGoWhereTheyBelong(t *testing.T) {
	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	keys := make(chan string, 10)
	server := grpc.NewServer(grpc.UnaryInterceptor(func(ctx context.Context, _ any, _ *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		sent, _ := metadata.FromIncomingContext(ctx)
		keys <- strings.Join(sent.Get("api-key"), ",")
		return nil, status.Error(codes.Unimplemented, "only keys are looked at")
	}))
	client.RegisterQdrantServer(server, &fake{})
	client.RegisterPointsServer(server, &fake{})
	go func() { _ = server.Serve(listener) }() // it ends with Stop
	t.Cleanup(server.Stop)
	address := listener.Addr().(*net.TCPAddr)
	s, err := Connect(Address{Host: "127.0.0.1", Port: address.Port, Key: "write", ReadKey: "read"}, Deadlines{})
	if err != nil {
		t.Fatal(err)
	}
	x := &Index{server: s, collection: "any"}
	_, _ = s.Health(t.Context())        // only the keys are looked at
	_ = x.upsertBatch(t.Context(), nil) // likewise
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if read, write := <-keys, <-keys; read != "read" || write != "write" {
		t.Errorf("reading showed %q and writing %q", read, write)
	}
}
