package qdrant

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"bureau/access"
	"bureau/retrieval"
	"bureau/retrieval/indextest"
	"bureau/retrieval/qdrant/qdranttest"
)

// cluster is settings of which none is the default.
var cluster = Settings{Shards: 12, Replicas: 2, ReadConsistency: "majority", Quantization: "int8", ExactBelow: 1}

// used returns what an index of these settings sends in the life of a document:
// it is written, searched with estimates and without, loaded, given to others
// and deleted.
func used(t *testing.T, settings Settings) (*Index, []proto.Message) {
	t.Helper()
	server := connect(t, qdranttest.Shared(t))
	r := recorded(t, server)
	x := open(t, server)
	x.settings = settings
	scope, exactly := indextest.Scopes(t)[0], asked
	exactly.Exact = true
	steps := []func() error{
		func() error { return x.ReplaceAll(t.Context(), []retrieval.Replacement{sample("a", 3)}) },
		func() error { _, err := x.Search(t.Context(), scope, asked); return err },
		func() error { _, err := x.Search(t.Context(), scope, exactly); return err },
		func() error { _, err := x.Load(t.Context(), scope, []string{"a#0"}); return err },
		func() error {
			return x.SetReaders(t.Context(), map[retrieval.DocumentID]access.Readers{"a": {Departments: []access.Department{"legal"}}})
		},
		func() error { return x.Delete(t.Context(), "a") },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return x, r.sent
}

// only returns the requests of one kind, in their order.
func only[T proto.Message](sent []proto.Message) []T {
	var some []T
	for _, request := range sent {
		if one, ok := request.(T); ok {
			some = append(some, one)
		}
	}
	return some
}

func TestCollectionIsMadeByItsSettings(t *testing.T) {
	for name, test := range map[string]struct {
		settings                    Settings
		shards, replicas, confirmed *uint32
		quantization                *client.QuantizationConfig
	}{
		"Zero": {},
		"Cluster": {cluster, client.PtrOf(uint32(12)), client.PtrOf(uint32(2)), client.PtrOf(uint32(2)),
			client.NewQuantizationScalar(&client.ScalarQuantization{Type: client.QuantizationType_Int8, AlwaysRam: client.PtrOf(true)})},
		"WritesOfOneReplica": {settings: Settings{Replicas: 3, WriteConsistency: 1}, replicas: client.PtrOf(uint32(3)), confirmed: client.PtrOf(uint32(1))},
	} {
		t.Run(name, func(t *testing.T) {
			x, sent := used(t, test.settings)
			want := []*client.CreateCollection{{
				CollectionName: x.collection,
				VectorsConfig: client.NewVectorsConfigMap(map[string]*client.VectorParams{vectorMeaning: {
					Size: 64, Distance: client.Distance_Cosine, OnDisk: client.PtrOf(test.quantization != nil), QuantizationConfig: test.quantization,
				}}),
				SparseVectorsConfig: client.NewSparseVectorsConfig(map[string]*client.SparseVectorParams{vectorWords: {}}),
				HnswConfig:          &client.HnswConfigDiff{M: client.PtrOf(uint64(16)), PayloadM: client.PtrOf(uint64(16))},
				ShardNumber:         test.shards, ReplicationFactor: test.replicas, WriteConsistencyFactor: test.confirmed,
				OnDiskPayload: client.PtrOf(true),
				StrictModeConfig: &client.StrictModeConfig{
					Enabled: client.PtrOf(true), UnindexedFilteringRetrieve: client.PtrOf(false), UnindexedFilteringUpdate: client.PtrOf(false),
					MaxQueryLimit: client.PtrOf(uint32(10_000)), MaxTimeout: client.PtrOf(uint32(120)), SearchAllowExact: client.PtrOf(true),
				},
				Metadata: map[string]*client.Value{ownerKey: client.NewValueString(x.register.owner)},
			}}
			if diff := cmp.Diff(want, only[*client.CreateCollection](sent), protocmp.Transform()); diff != "" {
				t.Errorf("the collection was made so (-want +got):\n%s", diff)
			}
		})
	}
}

// TestFieldsAreIndexedBeforeTheFirstPassage holds the graph's extra links too:
// the department has them, no other field.
func TestFieldsAreIndexedBeforeTheFirstPassage(t *testing.T) {
	_, sent := used(t, Settings{})
	first := slices.IndexFunc(sent, func(request proto.Message) bool { _, ok := request.(*client.UpsertPoints); return ok })
	indexed := map[string]bool{}
	for _, request := range only[*client.CreateFieldIndexCollection](sent[:first]) {
		field, params := request.GetFieldName(), request.GetFieldIndexParams()
		indexed[field] = request.GetWait()
		switch keyword, number := params.GetKeywordIndexParams(), params.GetIntegerIndexParams(); {
		case field == fieldDepartment:
			if !keyword.GetIsTenant() || keyword.EnableHnsw != nil {
				t.Errorf("departments are indexed by %v, not as tenants in the graph", params)
			}
		case keyword != nil && (keyword.EnableHnsw == nil || keyword.GetEnableHnsw()), number != nil && (number.EnableHnsw == nil || number.GetEnableHnsw()):
			t.Errorf("%s has links in the graph: %v", field, params)
		}
	}
	want := map[string]bool{fieldDepartment: true, fieldDeny: true, fieldClearance: true, fieldFrom: true, fieldUntil: true, fieldEdition: true, fieldPassage: true}
	if !reflect.DeepEqual(indexed, want) {
		t.Errorf("indexed and waited for are %v, want %v", indexed, want)
	}
}

func TestSearchesGoByTheSettings(t *testing.T) {
	quantized := func(ignored bool) *client.QuantizationSearchParams {
		return &client.QuantizationSearchParams{Ignore: &ignored, Rescore: client.PtrOf(true), Oversampling: client.PtrOf(3.0)}
	}
	exact := &client.SearchParams{Exact: client.PtrOf(true)}
	for name, test := range map[string]struct {
		settings    Settings
		byMeaning   []*client.SearchParams // of the search, and of one that is to be exact
		consistency *client.ReadConsistency
	}{
		"Zero": {Settings{}, []*client.SearchParams{exact, exact}, nil},
		"Cluster": {cluster, []*client.SearchParams{
			{Exact: client.PtrOf(false), HnswEf: client.PtrOf(uint64(800)), Acorn: &client.AcornSearchParams{Enable: client.PtrOf(true)}, Quantization: quantized(false)},
			{Exact: client.PtrOf(true), Quantization: quantized(true)},
		}, client.NewReadConsistencyType(client.ReadConsistencyType_Majority)},
	} {
		t.Run(name, func(t *testing.T) {
			_, sent := used(t, test.settings)
			params := map[string][]*client.SearchParams{}
			for _, q := range only[*client.QueryPoints](sent) {
				params[q.GetUsing()] = append(params[q.GetUsing()], q.GetParams())
				if q.GetTimeout() != 60 || !proto.Equal(q.GetReadConsistency(), test.consistency) {
					t.Errorf("a query has %d s and reads %v, want 60 s and %v", q.GetTimeout(), q.GetReadConsistency(), test.consistency)
				}
			}
			want := map[string][]*client.SearchParams{vectorMeaning: test.byMeaning, vectorWords: {exact, exact}}
			if diff := cmp.Diff(want, params, protocmp.Transform()); diff != "" {
				t.Errorf("searched so (-want +got):\n%s", diff)
			}
			for _, scroll := range only[*client.ScrollPoints](sent) {
				if !proto.Equal(scroll.GetReadConsistency(), test.consistency) {
					t.Errorf("loading reads %v, want %v", scroll.GetReadConsistency(), test.consistency)
				}
			}
		})
	}
}

// TestWritesAreWaitedForInTheLeadersOrder holds what makes an answer a promise.
func TestWritesAreWaitedForInTheLeadersOrder(t *testing.T) {
	type write interface {
		proto.Message
		GetWait() bool
		GetOrdering() *client.WriteOrdering
	}
	_, sent := used(t, cluster)
	kinds := map[reflect.Type]bool{}
	for _, request := range only[write](sent) {
		if _, index := request.(*client.CreateFieldIndexCollection); index {
			continue
		}
		kinds[reflect.TypeOf(request)] = true
		if !request.GetWait() || request.GetOrdering().GetType() != client.WriteOrderingType_Strong {
			t.Errorf("a %T waits: %v, its order is %v", request, request.GetWait(), request.GetOrdering())
		}
	}
	if len(kinds) != 3 {
		t.Errorf("only %v were sent, want an upsert, a change and a deletion", kinds)
	}
}
