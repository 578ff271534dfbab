package vocabulary

import (
	"fmt"
	"strings"
)

// A ranked vocabulary splits a text into words and joins their bytes to pieces,
// in the order in which the joints were learned (Sennrich et al. 2016; of bytes,
// Radford et al. 2019).
type ranked struct {
	words  words
	bytes  [256]int32        // piece of each byte, -1 for none
	merges map[uint64]merged // by the pieces left and right
}

// A merged is what two pieces become.
type merged struct{ rank, number int32 }

func newRanked(m Model) (func() any, error) {
	split, isKnown := splits[m.Pre]
	if !isKnown {
		return nil, fmt.Errorf("%w: it splits texts as %q", ErrUnknownKind, m.Pre)
	}
	r := &ranked{words: split, merges: make(map[uint64]merged, len(m.Merges))}
	numbers := make(map[string]int32, len(m.Pieces))
	for i, piece := range m.Pieces {
		numbers[piece] = int32(i)
	}
	for b := range r.bytes {
		r.bytes[b] = -1
		if number, ok := numbers[string(letterOf(byte(b)))]; ok {
			r.bytes[b] = number
		}
	}
	for rank, merge := range m.Merges {
		left, right, _ := strings.Cut(merge, " ")
		l, isLeft := numbers[left]
		n, isRight := numbers[right]
		both, isPiece := numbers[left+right]
		if key := keyOf(l, n); isLeft && isRight && isPiece {
			if _, ok := r.merges[key]; !ok {
				r.merges[key] = merged{int32(rank), both}
			}
		}
	}
	return func() any { return &rankedScanner{ranked: r, merger: merger{join: r.join}} }, nil
}

func keyOf(left, right int32) uint64 { return uint64(uint32(left))<<32 | uint64(uint32(right)) }

// letterOf returns the letter that stands for a byte in the pieces: itself
// where it can be seen, and else one of those from U+0100 on.
func letterOf(b byte) rune {
	switch {
	case b == 0xAD:
		return 0x143
	case b <= ' ':
		return 0x100 + rune(b)
	case b >= 0x7F && b <= 0xA0:
		return 0xA2 + rune(b)
	}
	return rune(b)
}

func (r *ranked) join(_ []byte, left, right part) (number int32, rank float64, ok bool) {
	m, ok := r.merges[keyOf(left.number, right.number)]
	return m.number, float64(m.rank), ok
}

type rankedScanner struct {
	*ranked
	merger
	known memory
}

func (s *rankedScanner) next(text string, at int, _ bool) (end, tokens int) {
	end = at + s.words.first(text[at:])
	s.begin()
	s.stretch = append(s.stretch, text[at:end]...)
	return end, s.known.count(s.stretch, s.count)
}

func (s *rankedScanner) count() (tokens int) {
	for i, b := range s.stretch {
		s.add(i, i+1, s.bytes[b])
	}
	s.merge()
	for _, p := range s.parts {
		if p.start < p.end {
			tokens++
		}
	}
	return tokens
}
