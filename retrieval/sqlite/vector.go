package sqlite

import (
	"encoding/binary"
	"math"
)

// encodeVector returns a vector as it is kept: float32, little endian.
func encodeVector(v []float32) []byte {
	blob := make([]byte, 0, 4*len(v))
	for _, f := range v {
		blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(f))
	}
	return blob
}

// decodeVector returns a vector that is kept; errDamaged where it has not so
// many dimensions.
func decodeVector(blob []byte, dimensions int) ([]float32, error) {
	if len(blob) != 4*dimensions {
		return nil, errDamaged
	}
	v := make([]float32, dimensions)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	return v, nil
}

// dot returns the product of v with a kept vector of the same length: the
// cosine, both being of length 1. It is held to [-1, 1], which rounding may
// leave.
func dot(v []float32, blob []byte) float64 {
	sum := 0.0
	for i, f := range v {
		sum += float64(f) * float64(math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:])))
	}
	return min(1, max(-1, sum))
}
