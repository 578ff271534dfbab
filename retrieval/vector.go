package retrieval

import (
	"fmt"
	"math"
)

// CheckVector reports a vector that cannot be one of an index: it must have as
// many dimensions, and the length 1. An index of 0 dimensions has no vectors.
func CheckVector(v []float32, dimensions int) error {
	if len(v) != dimensions {
		return fmt.Errorf("its vector has %d dimensions, the index has %d", len(v), dimensions)
	}
	if dimensions == 0 {
		return nil
	}
	square := 0.0
	for _, f := range v {
		square += float64(f) * float64(f)
	}
	if length := math.Sqrt(square); math.IsNaN(length) || math.Abs(length-1) > 0.01 {
		return fmt.Errorf("its vector has length %.3f, and must have 1", length)
	}
	return nil
}
