package qdrant

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	client "github.com/qdrant/go-client/qdrant"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"bureau/retrieval"
)

// payloadIndexes are made before the first point: the graph gets its extra links
// for a department only where the index was there. Only the department has such
// links; the other fields would cost building time and are seldom what narrows.
var payloadIndexes = map[string]*client.PayloadIndexParams{
	fieldDepartment: client.NewPayloadIndexParamsKeyword(&client.KeywordIndexParams{IsTenant: client.PtrOf(true)}),
	fieldDeny:       client.NewPayloadIndexParamsKeyword(&client.KeywordIndexParams{EnableHnsw: client.PtrOf(false)}),
	fieldClearance:  client.NewPayloadIndexParamsKeyword(&client.KeywordIndexParams{EnableHnsw: client.PtrOf(false)}),
	fieldFrom:       timeIndex(), fieldUntil: timeIndex(),
	fieldEdition: client.NewPayloadIndexParamsKeyword(&client.KeywordIndexParams{EnableHnsw: client.PtrOf(false), OnDisk: client.PtrOf(true)}),
	fieldPassage: client.NewPayloadIndexParamsKeyword(&client.KeywordIndexParams{EnableHnsw: client.PtrOf(false), OnDisk: client.PtrOf(true)}),
}

func timeIndex() *client.PayloadIndexParams {
	return client.NewPayloadIndexParamsInt(&client.IntegerIndexParams{
		Lookup: client.PtrOf(false), Range: client.PtrOf(true), EnableHnsw: client.PtrOf(false),
	})
}

// ownerKey is where a collection says whose it is.
const ownerKey = "bureau_register"

// prepare sees to it that the collection is there, of this index, and complete.
// A collection that is missing is made where the register has nothing in it yet;
// where it has, the passages are lost, and writing on would hide that.
func (x *Index) prepare(ctx context.Context, dimensions int) error {
	x.preparing.Lock()
	defer x.preparing.Unlock()
	if x.prepared {
		return nil
	}
	info, err := x.info(ctx, x.server.deadlines.Patience)
	if err != nil {
		return err
	}
	if info == nil {
		counts, err := x.Counts(ctx)
		if err != nil {
			return err
		}
		if counts.Passages > 0 {
			return x.lost(0, counts.Passages)
		}
		if err := x.create(ctx, dimensions); err != nil {
			return err
		}
		if info, err = x.info(ctx, x.server.deadlines.Patience); err != nil {
			return err
		}
	}
	if err := errors.Join(x.owned(info), x.shaped(info, dimensions)); err != nil {
		return err
	}
	if err := x.makeIndexes(ctx, missingIndexes(info)); err != nil {
		return err
	}
	x.prepared = true
	return nil
}

// info returns what the server says of the collection, nil where it has none.
func (x *Index) info(ctx context.Context, patience time.Duration) (*client.CollectionInfo, error) {
	return repeated(ctx, x.server, "look at collection "+x.collection, x.server.deadlines.Query, patience, func(ctx context.Context) (*client.CollectionInfo, error) {
		info, err := x.server.reads.GetCollectionInfo(ctx, x.collection)
		if status.Code(err) == codes.NotFound {
			return nil, nil
		}
		return info, err
	})
}

// create makes the collection. dimensions is 0 for an index without vectors.
func (x *Index) create(ctx context.Context, dimensions int) error {
	s := x.settings
	request := &client.CreateCollection{
		CollectionName: x.collection,
		VectorsConfig:  client.NewVectorsConfigMap(map[string]*client.VectorParams{}),
		SparseVectorsConfig: client.NewSparseVectorsConfig(map[string]*client.SparseVectorParams{
			vectorWords: {}, // no IDF: the weights come with the question, from the scope's own counts
		}),
		// Links between all points and within each department: a scope is a set
		// of departments, and a graph of islands (M 0) loses all but one.
		HnswConfig:             &client.HnswConfigDiff{M: client.PtrOf(uint64(16)), PayloadM: client.PtrOf(uint64(16))},
		OnDiskPayload:          client.PtrOf(true),
		WriteConsistencyFactor: s.writeConsistency(),
		StrictModeConfig:       strict,
		Metadata:               map[string]*client.Value{ownerKey: client.NewValueString(x.register.owner)},
	}
	if s.Shards > 0 {
		request.ShardNumber = &s.Shards
	}
	if s.Replicas > 0 {
		request.ReplicationFactor = &s.Replicas
	}
	if dimensions > 0 {
		quantization := quantizations[s.Quantization]
		request.VectorsConfig.GetParamsMap().Map = map[string]*client.VectorParams{vectorMeaning: {
			Size: uint64(dimensions), Distance: client.Distance_Cosine, //nolint:gosec // positive
			OnDisk: client.PtrOf(quantization != nil), QuantizationConfig: quantization,
		}}
	}
	_, err := repeated(ctx, x.server, "make collection "+x.collection, x.server.deadlines.Write, x.server.deadlines.Patience,
		func(ctx context.Context) (struct{}, error) {
			err := x.server.writes.CreateCollection(ctx, request)
			if status.Code(err) == codes.AlreadyExists {
				err = nil // by an attempt whose answer was lost; prepare looks whose it is
			}
			return struct{}{}, err
		})
	return err
}

// strict has the server refuse what no request of this engine does: filters on
// fields without an index, unbounded lists.
var strict = &client.StrictModeConfig{
	Enabled:                    client.PtrOf(true),
	UnindexedFilteringRetrieve: client.PtrOf(false),
	UnindexedFilteringUpdate:   client.PtrOf(false),
	MaxQueryLimit:              client.PtrOf(uint32(mostCandidates)),
	MaxTimeout:                 client.PtrOf(uint32(120)),
	SearchAllowExact:           client.PtrOf(true), // small scopes, and audits
}

// makeIndexes makes payload indexes.
func (x *Index) makeIndexes(ctx context.Context, fields []string) error {
	for _, field := range fields {
		params := payloadIndexes[field]
		kind := client.FieldType_FieldTypeKeyword
		if params.GetIntegerIndexParams() != nil {
			kind = client.FieldType_FieldTypeInteger
		}
		result, err := repeated(ctx, x.server, fmt.Sprintf("index field %s of collection %s", field, x.collection), x.server.deadlines.Write,
			x.server.deadlines.Patience, func(ctx context.Context) (*client.UpdateResult, error) {
				return x.server.writes.CreateFieldIndex(ctx, &client.CreateFieldIndexCollection{
					CollectionName: x.collection, Wait: client.PtrOf(true), FieldName: field, FieldType: kind.Enum(), FieldIndexParams: params,
				})
			})
		if err := completed("index a field", result, err); err != nil {
			return err
		}
	}
	return nil
}

// owned reports a collection that another index has made.
func (x *Index) owned(info *client.CollectionInfo) error {
	if owner := info.GetConfig().GetMetadata()[ownerKey].GetStringValue(); owner != x.register.owner {
		return fmt.Errorf("collection %s on %s: %w: it was made by %s; name another prefix with qdrant.collection in bureau.yaml",
			x.collection, x.server.name, ErrForeign, nameOwner(owner))
	}
	return nil
}

func nameOwner(owner string) string {
	if owner == "" {
		return "another program"
	}
	return "another Bureau (register " + owner + ")"
}

// shaped reports a collection whose vectors are not those of this index.
// dimensions is 0 where the index has no vectors.
func (x *Index) shaped(info *client.CollectionInfo, dimensions int) error {
	params := info.GetConfig().GetParams()
	var problem string
	switch dense := params.GetVectorsConfig().GetParamsMap().GetMap()[vectorMeaning]; {
	case params.GetSparseVectorsConfig().GetMap()[vectorWords] == nil:
		problem = "it has no sparse vector " + vectorWords
	case dimensions > 0 && dense == nil:
		problem = "it has no vector " + vectorMeaning
	case dimensions > 0 && dense.GetSize() != uint64(dimensions): //nolint:gosec // positive
		problem = fmt.Sprintf("its vectors have %d dimensions, and those of the embedder %d", dense.GetSize(), dimensions)
	case dimensions > 0 && dense.GetDistance() != client.Distance_Cosine:
		problem = "its vectors are compared by " + dense.GetDistance().String()
	default:
		return nil
	}
	return fmt.Errorf("collection %s on %s: %w: %s; \"bureau reindex\" builds the index anew", x.collection, x.server.name, ErrShape, problem)
}

// missingIndexes returns the fields that lack their index, sorted.
func missingIndexes(info *client.CollectionInfo) []string {
	var missing []string
	for _, field := range slices.Sorted(maps.Keys(payloadIndexes)) {
		if info.GetPayloadSchema()[field] == nil {
			missing = append(missing, field)
		}
	}
	return missing
}

// lost reports passages that the register has and the server does not.
func (x *Index) lost(has, want int) error {
	return fmt.Errorf("collection %s on %s: %w: it has %d of %d; restore it from a snapshot, or \"bureau reindex\" builds the index anew",
		x.collection, x.server.name, ErrLost, has, want)
}

// completed reports a write that the server has not done. Waiting may end
// before it is done, and that is no success.
func completed(what string, result *client.UpdateResult, err error) error {
	if err == nil && result.GetStatus() != client.UpdateStatus_Completed {
		return fmt.Errorf("%s: %w: the server says %s", what, retrieval.ErrUnavailable, result.GetStatus())
	}
	return err
}

// oldest returns the first minor version of Qdrant 1 with all that the settings
// ask for: ACORN, strict mode, keyword indexes outside the graph, TurboQuant.
func (s Settings) oldest() int {
	if s.Quantization == "turbo4" {
		return 18
	}
	return 17
}

// checkVersion reports a server that is too old for the settings.
func (s Settings) checkVersion(name, version string) error {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) == 3 {
		major, err1 := strconv.Atoi(parts[0])
		minor, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil && (major > 1 || major == 1 && minor >= s.oldest()) {
			return nil
		}
	}
	return fmt.Errorf("Qdrant at %s is version %q: %w; Bureau needs 1.%d or later", name, version, ErrVersion, s.oldest()) //nolint:staticcheck // a name
}
