package sqlite

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// A code is what memory keeps of a vector v: the signs of r = v - c, which is
// how v lies to the centre c of its class, and two numbers that make an
// estimate of cosines from them. Embedders that put all texts into one corner
// of the space would give all vectors the same signs without the centre.
//
// The cosine of a question q is q·v = q·c + c·r + (q-c)·r. The first two are
// known, and the third is estimated by scale·((q-c)·sign(r)): the estimator of
// Gao and Long (RaBitQ, 2024) without their rotation.
type code struct {
	signs []uint64 // one bit a dimension: set where r is above 0
	factors
}

// factors are the numbers of a code.
type factors struct {
	scale  float32 // |r|² / (sum of the |rᵢ|)
	offset float32 // c·r
}

// factorBytes are the bytes of the factors in a code as it is kept.
const factorBytes = 8

// words returns how many words the signs of so many dimensions take.
func words(dimensions int) int { return (dimensions + 63) / 64 }

// newCode returns the code of v in a class with a centre, nil for the origin.
func newCode(v, centre []float32) code {
	c := code{signs: make([]uint64, words(len(v)))}
	square, absolute, along := 0.0, 0.0, 0.0
	for i, f := range v {
		r := float64(f)
		if centre != nil {
			r -= float64(centre[i])
			along += r * float64(centre[i])
		}
		if r > 0 {
			c.signs[i/64] |= 1 << (i % 64)
		}
		square += r * r
		absolute += math.Abs(r)
	}
	if absolute > 0 {
		c.scale = float32(square / absolute)
	}
	c.offset = float32(along)
	return c
}

// bytes returns the code as it is kept: signs, scale, offset.
func (c code) bytes() []byte {
	blob := make([]byte, 0, 8*len(c.signs)+factorBytes)
	for _, w := range c.signs {
		blob = binary.LittleEndian.AppendUint64(blob, w)
	}
	blob = binary.LittleEndian.AppendUint32(blob, math.Float32bits(c.scale))
	return binary.LittleEndian.AppendUint32(blob, math.Float32bits(c.offset))
}

func decodeFactors(blob []byte) factors {
	return factors{
		scale:  math.Float32frombits(binary.LittleEndian.Uint32(blob)),
		offset: math.Float32frombits(binary.LittleEndian.Uint32(blob[4:])),
	}
}

// planes is how many bits a question's dimensions are rounded to. Four lose
// nothing that the signs have not lost already.
const planes = 4

// A probe is a question made ready for the codes of one class: q-c with each
// dimension rounded to low + step·level, the levels taken apart into bits so
// that a product with signs is a count of bits.
type probe struct {
	levels    []uint64 // for each word of signs, its planes words, lowest bit first
	low, step float64
	sum       float64 // of all rounded dimensions
	base      float64 // q·c
}

// newProbe makes q ready for a class with a centre, nil for the origin.
func newProbe(q, centre []float32) *probe {
	p := &probe{levels: make([]uint64, planes*words(len(q))), low: math.Inf(1)}
	turned, high := make([]float64, len(q)), math.Inf(-1)
	for i, f := range q {
		turned[i] = float64(f)
		if centre != nil {
			turned[i] -= float64(centre[i])
			p.base += float64(f) * float64(centre[i])
		}
		p.low, high = min(p.low, turned[i]), max(high, turned[i])
	}
	const most = 1<<planes - 1
	p.step = (high - p.low) / most
	for i, x := range turned {
		level := uint64(0)
		if p.step > 0 {
			level = uint64(min(most, math.Round((x-p.low)/p.step)))
		}
		for bit := range planes {
			p.levels[i/64*planes+bit] |= (level >> bit & 1) << (i % 64)
		}
		p.sum += p.low + p.step*float64(level)
	}
	return p
}

// estimate returns about the cosine of the question and the vector of a code.
func (p *probe) estimate(signs []uint64, f factors) float64 {
	ones, level := 0, 0
	for w, s := range signs {
		bit := (*[planes]uint64)(p.levels[planes*w:])
		ones += bits.OnesCount64(s)
		level += bits.OnesCount64(s&bit[0]) + 2*bits.OnesCount64(s&bit[1]) +
			4*bits.OnesCount64(s&bit[2]) + 8*bits.OnesCount64(s&bit[3])
	}
	above := p.low*float64(ones) + p.step*float64(level) // sum of the dimensions with a set sign
	return p.base + float64(f.offset) + float64(f.scale)*(2*above-p.sum)
}
