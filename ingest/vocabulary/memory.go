package vocabulary

import "encoding/binary"

const (
	remembered = 1 << 13 // stretches
	longest    = 24      // bytes of one
)

// A memory keeps the tokens of the short stretches that were met last: most
// words of a text have been met before. It has room for so many, whatever comes.
type memory [remembered]struct {
	key    [longest/8 + 1]uint64 // the bytes and their number
	tokens int32
}

// count returns the tokens of a stretch, and counts them where they are not
// known.
func (m *memory) count(stretch []byte, count func() int) int {
	if len(stretch) > longest {
		return count()
	}
	var raw [longest]byte
	copy(raw[:], stretch)
	var key [longest/8 + 1]uint64
	hash := uint64(len(stretch))
	for i := range longest / 8 {
		key[i] = binary.LittleEndian.Uint64(raw[8*i:])
		hash = (hash ^ key[i]) * 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
		hash ^= hash >> 32
	}
	key[longest/8] = uint64(len(stretch)) + 1 // so that no empty entry is a stretch
	kept := &m[hash%remembered]
	if kept.key != key {
		kept.key, kept.tokens = key, int32(count())
	}
	return int(kept.tokens)
}
