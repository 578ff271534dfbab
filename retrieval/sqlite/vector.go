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

func decodeVector(blob []byte) []float32 {
	v := make([]float32, len(blob)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:]))
	}
	return v
}

// dot returns the product of v with a kept vector: the cosine, both being of
// length 1.
func dot(v []float32, blob []byte) float64 {
	sum := 0.0
	for i, f := range v {
		sum += float64(f) * float64(math.Float32frombits(binary.LittleEndian.Uint32(blob[4*i:])))
	}
	return sum
}

// A code is one bit for each dimension of a vector: whether it lies above the
// centre. Vectors that point the same way from the centre differ in few bits;
// the share of differing bits estimates the angle between them (Charikar, 2002).
type code []uint64

// words returns how many words a code of so many dimensions has.
func words(dimensions int) int { return (dimensions + 63) / 64 }

// encode returns the code of v. A centre of nil is the origin.
func encode(v, centre []float32) code {
	c := make(code, words(len(v)))
	for i, f := range v {
		if centre != nil {
			f -= centre[i]
		}
		if f > 0 {
			c[i/64] |= 1 << (i % 64)
		}
	}
	return c
}

func (c code) bytes() []byte {
	blob := make([]byte, 0, 8*len(c))
	for _, w := range c {
		blob = binary.LittleEndian.AppendUint64(blob, w)
	}
	return blob
}
