package vocabulary

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A charsmap makes characters uniform, as SentencePiece does before it looks
// for pieces: full-width letters become plain ones, white space becomes spaces,
// a letter and its accent one character. It is the model's own table, a double
// array whose leaves point into a list of replacements.
type charsmap struct {
	nodes        []uint32
	replacements string // each ends with a zero
}

// readCharsmap reads a table as it is compiled into a model. Nil is a table
// that changes nothing.
func readCharsmap(raw []byte) (charsmap, error) {
	if len(raw) == 0 {
		return charsmap{}, nil
	}
	if len(raw) < 4 {
		return charsmap{}, fmt.Errorf("%w: its table of characters has %d bytes", ErrDamaged, len(raw))
	}
	size := uint64(binary.LittleEndian.Uint32(raw))
	if size%4 != 0 || size+4 >= uint64(len(raw)) {
		return charsmap{}, fmt.Errorf("%w: its table of characters ends before its end", ErrDamaged)
	}
	c := charsmap{nodes: make([]uint32, size/4), replacements: string(raw[4+size:])}
	for i := range c.nodes {
		c.nodes[i] = binary.LittleEndian.Uint32(raw[4+4*i:])
	}
	return c, nil
}

// node returns a node, and an empty one where a damaged table points nowhere.
func (c charsmap) node(at uint32) uint32 {
	if uint64(at) >= uint64(len(c.nodes)) {
		return 0
	}
	return c.nodes[at]
}

// base returns where the children of a node are.
func base(node uint32) uint32 { return node >> 10 << (node & (1 << 9) >> 6) }

// match returns what the longest beginning of text that the table knows is
// replaced with, and its length, which is 0 where it knows none.
func (c charsmap) match(text string) (replacement string, length int) {
	if len(c.nodes) == 0 {
		return "", 0
	}
	at := base(c.node(0))
	found := uint32(0)
	for i := 0; i < len(text) && text[i] != 0; i++ {
		at ^= uint32(text[i])
		node := c.node(at)
		if node&(1<<31|0xff) != uint32(text[i]) {
			break
		}
		at ^= base(node)
		if node>>8&1 == 1 {
			length, found = i+1, c.node(at)&(1<<31-1)
		}
	}
	if length == 0 || uint64(found) >= uint64(len(c.replacements)) {
		return "", 0
	}
	rest := c.replacements[found:]
	if end := strings.IndexByte(rest, 0); end >= 0 {
		rest = rest[:end]
	}
	return rest, length
}

// knows reports whether something in the table begins with a character.
func (c charsmap) knows(r rune) bool {
	if len(c.nodes) == 0 {
		return false
	}
	var raw [utf8.UTFMax]byte
	at := base(c.node(0))
	for _, b := range raw[:utf8.EncodeRune(raw[:], r)] {
		at ^= uint32(b)
		node := c.node(at)
		if node&(1<<31|0xff) != uint32(b) {
			return false
		}
		at ^= base(node)
	}
	return true
}

// normal returns what the first characters of text become, and how many bytes
// they are. text is not empty.
func (c charsmap) normal(text string) (becomes string, length int) {
	if replacement, n := c.match(text); n > 0 {
		return replacement, n
	}
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 {
		return "\uFFFD", 1
	}
	return text[:size], size
}
