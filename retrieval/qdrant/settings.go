package qdrant

import (
	"errors"
	"fmt"

	client "github.com/qdrant/go-client/qdrant"
)

// Settings are how a collection is kept, decided when it is made, and how it
// is read. The zero Settings suit one server and up to some million passages.
type Settings struct {
	// Shards is in how many parts the collection is cut; 0 leaves it to the
	// server. It cannot be changed later: 12 suits clusters of 1, 2, 3, 6 and
	// 12 servers.
	Shards uint32 `yaml:"shards"`
	// Replicas is how many servers keep each shard; 0 means 1.
	Replicas uint32 `yaml:"replicas"`
	// WriteConsistency is how many replicas must have a write before it is
	// acknowledged; 0 means all of Replicas, so that a right that is taken away is
	// gone everywhere.
	WriteConsistency uint32 `yaml:"write_consistency"`
	// ReadConsistency is how many replicas are asked: "one" (also ""), "majority",
	// "quorum" or "all".
	ReadConsistency string `yaml:"read_consistency"`
	// Quantization keeps smaller copies of the vectors in memory and the vectors
	// themselves on disk: "none" (also ""), "int8" (a fourth), "turbo4" (an
	// eighth) or "binary" (a 32nd, for 1,024 dimensions and more). The best of
	// what it estimates is always scored exactly.
	Quantization string `yaml:"quantization"`
	// ExactBelow is up to how many passages a scope is searched without
	// estimates; 0 means 30,000.
	ExactBelow int `yaml:"exact_below"`
}

// defaultExactBelow is where an exact search by meaning still takes some 6 ms on
// one core at 384 dimensions.
const defaultExactBelow = 30_000

// Check reports every setting that is out of its bounds.
func (s Settings) Check() error {
	var mistakes []error
	mistake := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if s.Replicas > 0 && s.WriteConsistency > s.Replicas {
		mistake("write_consistency: %d is more than the %d replicas", s.WriteConsistency, s.Replicas)
	}
	if s.ExactBelow < 0 {
		mistake("exact_below: %d must be 0 or more", s.ExactBelow)
	}
	if _, ok := consistencies[s.ReadConsistency]; !ok {
		mistake("read_consistency: %q must be one, majority, quorum or all", s.ReadConsistency)
	}
	if _, ok := quantizations[s.Quantization]; !ok {
		mistake("quantization: %q must be none, int8, turbo4 or binary", s.Quantization)
	}
	return errors.Join(mistakes...)
}

var consistencies = map[string]*client.ReadConsistency{
	"": nil, "one": nil,
	"majority": client.NewReadConsistencyType(client.ReadConsistencyType_Majority),
	"quorum":   client.NewReadConsistencyType(client.ReadConsistencyType_Quorum),
	"all":      client.NewReadConsistencyType(client.ReadConsistencyType_All),
}

// quantizations make the configuration of each way.
var quantizations = map[string]*client.QuantizationConfig{
	"": nil, "none": nil,
	"int8": client.NewQuantizationScalar(&client.ScalarQuantization{
		Type: client.QuantizationType_Int8, AlwaysRam: client.PtrOf(true),
	}),
	"turbo4": client.NewQuantizationTurbo(&client.TurboQuantization{
		Bits: client.TurboQuantBitSize_Bits4.Enum(), AlwaysRam: client.PtrOf(true),
	}),
	"binary": client.NewQuantizationBinary(&client.BinaryQuantization{AlwaysRam: client.PtrOf(true)}),
}

func (s Settings) exactBelow() int {
	if s.ExactBelow == 0 {
		return defaultExactBelow
	}
	return s.ExactBelow
}

// writeConsistency is what a collection is made with.
func (s Settings) writeConsistency() *uint32 {
	switch {
	case s.WriteConsistency > 0:
		return &s.WriteConsistency
	case s.Replicas > 0:
		return &s.Replicas
	}
	return nil
}

// oversampled is how many times the hits wanted are estimated before the best
// are scored exactly, where vectors are quantised.
const oversampled = 3

// params are how a ranking by meaning is searched.
func (s Settings) params(exact bool) *client.SearchParams {
	p := &client.SearchParams{Exact: &exact}
	if !exact {
		p.Acorn = &client.AcornSearchParams{Enable: client.PtrOf(true)}
		p.HnswEf = client.PtrOf(uint64(beam))
	}
	if quantizations[s.Quantization] != nil {
		p.Quantization = &client.QuantizationSearchParams{
			Ignore: &exact, Rescore: client.PtrOf(true), Oversampling: client.PtrOf(float64(oversampled)),
		}
	}
	return p
}

// beam is how wide the graph is searched. It costs little beside the rest of a
// search; at 100,000 passages 200 loses 3 in 100 of the nearest where nothing in
// the scope is near, and this one less than 1.
const beam = 800
