package qdrant

import (
	"encoding/binary"
	"errors"
	"maps"
	"slices"

	"bureau/retrieval"
)

// countOf counts the passages of a document: how many there are, how long they
// are together, and in how many of them each term is. It is done before the
// transaction, in which others wait.
func countOf(passages []retrieval.Embedded) counted {
	n := counted{passages: len(passages), tally: map[uint32]int{}}
	for _, p := range passages {
		length := retrieval.Length(p.Terms)
		n.length, n.longest = n.length+length, max(n.longest, length)
		for id := range occurrences(p.Terms) {
			n.tally[id]++
		}
	}
	n.encoded = encodeTally(n.tally)
	return n
}

// encodeTally writes a tally as varints: each term's distance from the one
// before, and its count.
func encodeTally(tally map[uint32]int) []byte {
	data := make([]byte, 0, 4*len(tally))
	before := uint32(0)
	for _, term := range slices.Sorted(maps.Keys(tally)) {
		data = binary.AppendUvarint(data, uint64(term-before))
		data = binary.AppendUvarint(data, uint64(tally[term])) //nolint:gosec // positive
		before = term
	}
	return data
}

// errDamaged says that the register has what no program of this version writes.
var errDamaged = errors.New("the register is damaged or was written by another version; \"bureau reindex\" builds the index anew")

func decodeTally(data []byte) (map[uint32]int, error) {
	tally := map[uint32]int{}
	term := uint64(0)
	for len(data) > 0 {
		step, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errDamaged
		}
		count, m := binary.Uvarint(data[n:])
		if m <= 0 {
			return nil, errDamaged
		}
		term += step
		tally[uint32(term)] = int(count) //nolint:gosec // as written
		data = data[n+m:]
	}
	return tally, nil
}

// packed returns changes of frequencies in the order of the table, each in one
// number, the term above the lower 24 bits and there the change with 2^23 added:
// what a statement takes apart faster than pairs. The terms that fall are a list
// of their own.
func packed(changes map[uint32]int) (pairs []int64, fallen []uint32) {
	for _, term := range slices.Sorted(maps.Keys(changes)) {
		n := changes[term]
		if n == 0 {
			continue
		}
		if n < 0 {
			fallen = append(fallen, term)
		}
		for n != 0 {
			step := max(-mostChange, min(n, mostChange)) // a greater one in parts
			pairs = append(pairs, int64(term)<<24|int64(step+(1<<23)))
			n -= step
		}
	}
	return pairs, fallen
}

// mostChange is the greatest change that one number holds.
const mostChange = 1<<23 - 1
