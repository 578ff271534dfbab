package qdranttest

import (
	"context"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// connect returns a client of the server at address.
func connect(t testing.TB, address string) *qdrant.Client {
	t.Helper()
	host, digits, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	client, err := qdrant.NewClient(&qdrant.Config{Host: host, Port: port, SkipCompatibilityCheck: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// within returns a context that bounds every call: nothing else does where a
// server hangs.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// A room is a collection of one test.
type room struct {
	*qdrant.Client
	t    testing.TB
	name string
}

// newRoom creates a collection with a dense vector of 3 dimensions, a sparse
// one without IDF, and the indexes of a payload that says who may read what.
func newRoom(t testing.TB, client *qdrant.Client) room {
	t.Helper()
	r := room{client, t, strings.ReplaceAll(t.Name(), "/", "-")}
	err := r.CreateCollection(within(t), &qdrant.CreateCollection{
		CollectionName:      r.name,
		VectorsConfig:       qdrant.NewVectorsConfigMap(map[string]*qdrant.VectorParams{"dense": {Size: 3, Distance: qdrant.Distance_Cosine}}),
		SparseVectorsConfig: qdrant.NewSparseVectorsConfig(map[string]*qdrant.SparseVectorParams{"words": {}}),
		HnswConfig:          &qdrant.HnswConfigDiff{M: qdrant.PtrOf(uint64(16)), PayloadM: qdrant.PtrOf(uint64(16))},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.DeleteCollection(within(t), r.name) })
	r.index("readers", qdrant.NewPayloadIndexParamsKeyword(&qdrant.KeywordIndexParams{IsTenant: qdrant.PtrOf(true)}), qdrant.FieldType_FieldTypeKeyword)
	r.index("document", qdrant.NewPayloadIndexParamsKeyword(&qdrant.KeywordIndexParams{EnableHnsw: qdrant.PtrOf(false)}), qdrant.FieldType_FieldTypeKeyword)
	r.index("clearance", qdrant.NewPayloadIndexParamsInt(&qdrant.IntegerIndexParams{Lookup: qdrant.PtrOf(true), Range: qdrant.PtrOf(true)}), qdrant.FieldType_FieldTypeInteger)
	r.index("until", nil, qdrant.FieldType_FieldTypeDatetime)
	return r
}

func (r room) index(field string, params *qdrant.PayloadIndexParams, kind qdrant.FieldType) {
	r.t.Helper()
	_, err := r.CreateFieldIndex(within(r.t), &qdrant.CreateFieldIndexCollection{
		CollectionName: r.name, FieldName: field, FieldIndexParams: params, FieldType: kind.Enum(), Wait: qdrant.PtrOf(true),
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// A note is one point: its place in the space of three dimensions, the weights
// of its words, and its payload.
type note struct {
	id      uint64
	dense   []float32
	words   map[uint32]float32
	payload map[string]any
}

// put upserts notes and waits until they are applied.
func (r room) put(notes ...note) {
	r.t.Helper()
	var points []*qdrant.PointStruct
	for _, n := range notes {
		indices := slices.Sorted(maps.Keys(n.words))
		values := make([]float32, len(indices))
		for i, word := range indices {
			values[i] = n.words[word]
		}
		points = append(points, &qdrant.PointStruct{
			Id: qdrant.NewIDNum(n.id),
			Vectors: qdrant.NewVectorsMap(map[string]*qdrant.Vector{
				"dense": qdrant.NewVectorDense(n.dense),
				"words": qdrant.NewVectorSparse(indices, values),
			}),
			Payload: qdrant.NewValueMap(n.payload),
		})
	}
	result, err := r.Upsert(within(r.t), &qdrant.UpsertPoints{CollectionName: r.name, Points: points, Wait: qdrant.PtrOf(true)})
	if err != nil {
		r.t.Fatal(err)
	}
	if result.GetStatus() != qdrant.UpdateStatus_Completed {
		r.t.Fatalf("upsert with wait=true: %v", result.GetStatus())
	}
}

// ask returns the ids and scores of a query's answer, in its order.
func (r room) ask(q *qdrant.QueryPoints) (ids []uint64, scores []float32) {
	r.t.Helper()
	q.CollectionName = r.name
	found, err := r.Query(within(r.t), q)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, point := range found {
		ids = append(ids, point.GetId().GetNum())
		scores = append(scores, point.GetScore())
	}
	return ids, scores
}

// nearest returns the ids that a dense search with filter finds, sorted.
func (r room) nearest(filter *qdrant.Filter) []uint64 {
	r.t.Helper()
	ids, _ := r.ask(&qdrant.QueryPoints{Query: qdrant.NewQueryDense([]float32{1, 1, 1}), Using: qdrant.PtrOf("dense"), Filter: filter})
	slices.Sort(ids)
	return ids
}

// wantCode fails the test unless err is a gRPC error of that code.
func wantCode(t testing.TB, err error, code codes.Code) {
	t.Helper()
	if status.Code(err) != code {
		t.Errorf("got %v, want %v", err, code)
	}
}
