package qdranttest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// These tests hold the server, not the adapter: what an index relies on.

var newYear = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// library puts three notes: of everyone, of law, and a secret one of both law
// and sales that ends at newYear.
func library(r room) {
	r.put(
		note{1, []float32{1, 0, 0}, map[uint32]float32{7: 1, 8: 0.5}, map[string]any{"readers": []any{"everyone"}, "document": "a", "clearance": 0}},
		note{2, []float32{0, 1, 0}, map[uint32]float32{7: 2}, map[string]any{"readers": []any{"law"}, "document": "b", "clearance": 1, "until": nil}},
		note{3, []float32{0, 0, 1}, map[uint32]float32{9: 3}, map[string]any{"readers": []any{"law", "sales"}, "document": "c", "clearance": 2, "until": newYear.Format(time.RFC3339)}},
	)
}

func must(conditions ...*qdrant.Condition) *qdrant.Filter { return &qdrant.Filter{Must: conditions} }

func mustNot(conditions ...*qdrant.Condition) *qdrant.Filter {
	return &qdrant.Filter{MustNot: conditions}
}

func TestFiltersKeepWhatTheySay(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	library(r)
	for name, test := range map[string]struct {
		filter *qdrant.Filter
		want   []uint64
	}{
		"none":               {nil, []uint64{1, 2, 3}},
		"keyword":            {must(qdrant.NewMatch("document", "b")), []uint64{2}},
		"any keyword":        {must(qdrant.NewMatchKeywords("readers", "everyone", "sales")), []uint64{1, 3}},
		"any of no keywords": {must(qdrant.NewMatchKeywords("readers")), nil},
		"except keywords":    {must(qdrant.NewMatchExcept("document", "a", "b")), []uint64{3}},
		"not a keyword":      {mustNot(qdrant.NewMatch("readers", "law")), []uint64{1}},
		"integer":            {must(qdrant.NewMatchInt("clearance", 1)), []uint64{2}},
		"integer range":      {must(qdrant.NewRange("clearance", &qdrant.Range{Lte: qdrant.PtrOf(1.0)})), []uint64{1, 2}},
		"date range":         {must(qdrant.NewDatetimeRange("until", &qdrant.DatetimeRange{Gt: timestamppb.New(newYear.Add(-time.Hour))})), []uint64{3}},
		"date range, over":   {must(qdrant.NewDatetimeRange("until", &qdrant.DatetimeRange{Gt: timestamppb.New(newYear)})), nil},
		"empty":              {must(qdrant.NewIsEmpty("until")), []uint64{1, 2}},
		"null":               {must(qdrant.NewIsNull("until")), []uint64{2}},
		"ids":                {must(qdrant.NewHasID(qdrant.NewIDNum(1), qdrant.NewIDNum(3))), []uint64{1, 3}},
		"filter in a filter": {must(qdrant.NewFilterAsCondition(&qdrant.Filter{
			Should: []*qdrant.Condition{qdrant.NewMatch("document", "a"), qdrant.NewMatchInt("clearance", 2)},
		}), qdrant.NewMatch("readers", "law")), []uint64{3}},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			if got := r.nearest(test.filter); !slices.Equal(got, test.want) {
				t.Errorf("found %v, want %v", got, test.want)
			}
		})
	}
}

func TestScoresAreCosinesAndDotProducts(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	library(r)
	ids, scores := r.ask(&qdrant.QueryPoints{Query: qdrant.NewQueryDense([]float32{3, 4, 0}), Using: qdrant.PtrOf("dense"), Limit: qdrant.PtrOf(uint64(2))})
	wantScored(t, ids, scores, []uint64{2, 1}, []float32{0.8, 0.6})
	ids, scores = r.ask(&qdrant.QueryPoints{Query: qdrant.NewQuerySparse([]uint32{7, 8}, []float32{2, 1}), Using: qdrant.PtrOf("words")})
	wantScored(t, ids, scores, []uint64{2, 1}, []float32{4, 2.5})
}

func wantScored(t *testing.T, ids []uint64, scores []float32, wantIDs []uint64, wantScores []float32) {
	t.Helper()
	near := func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-5 }
	if !slices.Equal(ids, wantIDs) || !slices.EqualFunc(scores, wantScores, near) {
		t.Errorf("found %v with %v, want %v with %v", ids, scores, wantIDs, wantScores)
	}
}

func TestFusionRanksWhatThePrefetchesFind(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	library(r)
	law := must(qdrant.NewMatch("readers", "law"))
	ids, scores := r.ask(&qdrant.QueryPoints{
		Filter: law,
		Prefetch: []*qdrant.PrefetchQuery{
			{Query: qdrant.NewQueryDense([]float32{3, 2, 1}), Using: qdrant.PtrOf("dense"), Filter: law, Params: &qdrant.SearchParams{
				Acorn: &qdrant.AcornSearchParams{Enable: qdrant.PtrOf(true)}, HnswEf: qdrant.PtrOf(uint64(64)), Exact: qdrant.PtrOf(false)}},
			{Query: qdrant.NewQuerySparse([]uint32{7}, []float32{1}), Using: qdrant.PtrOf("words"), Filter: law},
		},
		Query: qdrant.NewQueryRRF(&qdrant.Rrf{K: qdrant.PtrOf(uint32(60))}),
	})
	wantScored(t, ids, scores, []uint64{2, 3}, []float32{2.0 / 60, 1.0 / 61}) // ranks count from 0
}

func TestPayloadChangesByFilter(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	library(r)
	_, err := r.SetPayload(within(t), &qdrant.SetPayloadPoints{
		CollectionName: r.name, Wait: qdrant.PtrOf(true),
		Payload:        qdrant.NewValueMap(map[string]any{"readers": []any{"board"}}),
		PointsSelector: qdrant.NewPointsSelectorFilter(must(qdrant.NewMatch("document", "a"))),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.nearest(must(qdrant.NewMatch("readers", "board"))); !slices.Equal(got, []uint64{1}) {
		t.Errorf("board reads %v, want 1", got)
	}
	if got := r.nearest(must(qdrant.NewMatch("document", "a"))); !slices.Equal(got, []uint64{1}) {
		t.Errorf("the rest of the payload did not stay: document a is %v", got)
	}
	if _, err := r.Delete(within(t), &qdrant.DeletePoints{
		CollectionName: r.name, Wait: qdrant.PtrOf(true),
		Points: qdrant.NewPointsSelectorFilter(must(qdrant.NewMatch("readers", "law"))),
	}); err != nil {
		t.Fatal(err)
	}
	if got := r.nearest(nil); !slices.Equal(got, []uint64{1}) {
		t.Errorf("%v are left, want 1", got)
	}
}

func TestScrollPagesAndCountAgree(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	library(r)
	law := must(qdrant.NewMatch("readers", "law"))
	count, err := r.Count(within(t), &qdrant.CountPoints{CollectionName: r.name, Filter: law, Exact: qdrant.PtrOf(true)})
	if err != nil || count != 2 {
		t.Fatalf("counted %d, error %v, want 2", count, err)
	}
	pages := r.ScrollAll(within(t), &qdrant.ScrollPoints{CollectionName: r.name, Filter: law, Limit: qdrant.PtrOf(uint32(1)), WithPayload: qdrant.NewWithPayloadInclude("document")})
	var documents []string
	for range count {
		page, err := pages.Next()
		if err != nil || len(page) != 1 || len(page[0].GetPayload()) != 1 {
			t.Fatalf("page %v, error %v, want one point with one field", page, err)
		}
		documents = append(documents, page[0].GetPayload()["document"].GetStringValue())
	}
	if want := []string{"b", "c"}; !slices.Equal(documents, want) {
		t.Errorf("scrolled over %v, want %v", documents, want)
	}
}

func TestOneAliasActionReplaces(t *testing.T) {
	client := connect(t, Shared(t))
	r := newRoom(t, client)
	old := r.name + "-old"
	ctx := within(t)
	if err := client.CreateCollection(ctx, &qdrant.CreateCollection{CollectionName: old, VectorsConfig: qdrant.NewVectorsConfig(&qdrant.VectorParams{Size: 3, Distance: qdrant.Distance_Dot})}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.DeleteCollection(within(t), old) })
	library(r)
	live := r.name + "-live"
	for _, target := range []string{old, r.name} {
		if err := client.CreateAlias(ctx, live, target); err != nil {
			t.Fatal(err)
		}
	}
	if count, err := client.Count(ctx, &qdrant.CountPoints{CollectionName: live}); err != nil || count != 3 {
		t.Errorf("the alias has %d points, error %v, want 3", count, err)
	}
	wantCode(t, client.CreateAlias(ctx, live, "nowhere"), codes.NotFound)
	wantCode(t, client.CreateAlias(ctx, old, r.name), codes.AlreadyExists)
	if names, err := client.ListCollectionAliases(ctx, r.name); err != nil || !slices.Equal(names, []string{live}) {
		t.Errorf("aliases %v, error %v, want %s", names, err, live)
	}
	// Two actions are not one: the first stays done when the second fails.
	wantCode(t, client.UpdateAliases(ctx, []*qdrant.AliasOperations{qdrant.NewAliasDelete(live), qdrant.NewAliasCreate(live, "nowhere")}), codes.NotFound)
	if exists, err := client.CollectionExists(ctx, live); err != nil || exists {
		t.Errorf("the alias exists: %v, error %v", exists, err)
	}
}

func TestWhatIsNotThereIsAnError(t *testing.T) {
	r := newRoom(t, connect(t, Shared(t)))
	ctx := within(t)
	_, err := r.Query(ctx, &qdrant.QueryPoints{CollectionName: "nowhere", Query: qdrant.NewQueryDense([]float32{1, 0, 0})})
	wantCode(t, err, codes.NotFound)
	_, err = r.Query(ctx, &qdrant.QueryPoints{CollectionName: r.name, Query: qdrant.NewQueryDense([]float32{1, 0}), Using: qdrant.PtrOf("dense")})
	wantCode(t, err, codes.InvalidArgument)
	_, err = r.Query(ctx, &qdrant.QueryPoints{CollectionName: r.name, Query: qdrant.NewQueryDense([]float32{1, 0, 0}), Using: qdrant.PtrOf("other")})
	wantCode(t, err, codes.InvalidArgument)
	_, err = r.Query(ctx, &qdrant.QueryPoints{CollectionName: r.name, Query: qdrant.NewQuerySample(qdrant.Sample_Random)})
	wantCode(t, err, codes.Unimplemented)
	wantCode(t, r.CreateCollection(ctx, &qdrant.CreateCollection{CollectionName: r.name}), codes.AlreadyExists)
}

func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	server := Start(t)
	address := server.Address
	r := newRoom(t, connect(t, address))
	library(r)
	if err := r.CreateAlias(within(t), "live", r.name); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Delete(within(t), &qdrant.DeletePoints{CollectionName: r.name, Wait: qdrant.PtrOf(true), Points: qdrant.NewPointsSelector(qdrant.NewIDNum(1))}); err != nil {
		t.Fatal(err)
	}
	server.Kill()
	server.Restart()
	if server.Address != address {
		t.Errorf("it listens on %s, want %s", server.Address, address)
	}
	r = room{connect(t, address), t, "live"}
	if got := r.nearest(must(qdrant.NewMatchKeywords("readers", "law", "everyone"))); !slices.Equal(got, []uint64{2, 3}) {
		t.Errorf("found %v, want 2 and 3", got)
	}
	info, err := r.GetCollectionInfo(within(t), "live")
	if err != nil {
		t.Fatal(err)
	}
	if !info.GetPayloadSchema()["readers"].GetParams().GetKeywordIndexParams().GetIsTenant() || info.GetConfig().GetHnswConfig().GetPayloadM() != 16 {
		t.Errorf("after the restart its configuration is %v", info)
	}
}

func TestGraphsAreBuiltBehindTheSearch(t *testing.T) {
	server := Start(t)
	r := newRoom(t, connect(t, server.Address))
	if err := r.UpdateCollection(within(t), &qdrant.UpdateCollection{CollectionName: r.name, OptimizersConfig: &qdrant.OptimizersConfigDiff{IndexingThreshold: qdrant.PtrOf(uint64(1))}}); err != nil {
		t.Fatal(err)
	}
	notes := make([]note, 1000)
	for i := range notes {
		x := float64(i)
		dense := []float32{float32(math.Sin(x)), float32(math.Cos(x)), float32(math.Sin(x / 3))}
		notes[i] = note{uint64(i), dense, map[uint32]float32{1: 1}, map[string]any{"readers": fmt.Sprint(i % 5)}}
	}
	r.put(notes...)
	before := r.nearest(must(qdrant.NewMatch("readers", "3")))
	if status := r.await(qdrant.CollectionStatus_Green); status.GetIndexedVectorsCount() != 2000 {
		t.Errorf("%d vectors are indexed, want 2000: dense and sparse", status.GetIndexedVectorsCount())
	}
	if after := r.nearest(must(qdrant.NewMatch("readers", "3"))); !slices.Equal(after, before) {
		t.Errorf("found %v by the graph, %v without", after, before)
	}
	server.Kill()
	server.Restart()
	if count, err := connect(t, server.Address).Count(within(t), &qdrant.CountPoints{CollectionName: r.name}); err != nil || count != 1000 {
		t.Errorf("after the restart %d points, error %v, want 1000", count, err)
	}
}

// await returns the state of the collection when it has that status.
func (r room) await(want qdrant.CollectionStatus) *qdrant.CollectionInfo {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for ctx.Err() == nil {
		info, err := r.GetCollectionInfo(ctx, r.name)
		if err != nil {
			r.t.Fatal(err)
		}
		if info.GetStatus() == want {
			return info
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	r.t.Fatalf("the collection does not become %v", want)
	return nil
}
