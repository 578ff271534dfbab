package vocabulary

import (
	"math"
	"slices"
	"strings"
)

// none is the score of a node of a trie at which no piece ends.
const none = float32(math.MaxFloat32)

// An entry is a piece with its score.
type entry struct {
	piece string
	score float32
}

// A trie finds the pieces that a text begins with. It is a double array (Aoe
// 1989): the child of a node for a byte is at the node's base xor the byte, if
// that slot says that the node is its parent.
type trie []slot

type slot struct {
	base, parent int32
	score        float32
}

// free is the parent of a slot that is not taken, and nobody that of the root.
const free, nobody = -1, -2

// child returns the child of a node for a byte, or -1.
func (t trie) child(node int32, b byte) int32 {
	at := t[node].base ^ int32(b)
	if t[at].parent != node {
		return -1
	}
	return at
}

// walk calls visit with the length and the score of every piece that text
// begins with, shortest first.
func (t trie) walk(text string, visit func(length int, score float32)) {
	node := int32(0)
	for i := 0; i < len(text); i++ {
		if node = t.child(node, text[i]); node < 0 {
			return
		}
		if score := t[node].score; score != none {
			visit(i+1, score)
		}
	}
}

// get returns the node of a piece or of the beginning of one, or -1.
func (t trie) get(piece string) int32 {
	node := int32(0)
	for i := 0; i < len(piece) && node >= 0; i++ {
		node = t.child(node, piece[i])
	}
	return node
}

// newTrie returns the trie of the pieces, none of which is empty. Of a piece
// that is there twice the later score counts.
func newTrie(entries []entry) trie {
	slices.SortStableFunc(entries, func(a, b entry) int { return strings.Compare(a.piece, b.piece) })
	b := builder{}
	b.grow()
	b.take(0, nobody)
	b.add(0, entries, 0)
	return b.trie
}

// A builder builds a trie. The free slots are a ring, so that a place is
// quickly found.
type builder struct {
	trie
	next, before []int32 // free slots
	head         int32   // one of them, or -1
}

// grow adds 256 free slots: whatever a base of them is xored with stays among
// them.
func (b *builder) grow() {
	from := int32(len(b.trie))
	for i := from; i < from+256; i++ {
		b.trie = append(b.trie, slot{parent: free, score: none})
		b.next, b.before = append(b.next, i+1), append(b.before, i-1)
	}
	last := from + 255
	if len(b.trie) == 256 {
		b.head, b.next[last], b.before[from] = from, from, last
		return
	}
	if b.head < 0 {
		b.head, b.next[last], b.before[from] = from, from, last
		return
	}
	tail := b.before[b.head]
	b.next[tail], b.before[from] = from, tail
	b.next[last], b.before[b.head] = b.head, last
}

// take takes a free slot for a child of parent.
func (b *builder) take(at, parent int32) {
	b.trie[at].parent = parent
	if b.next[at] == at {
		b.head = -1
		return
	}
	b.next[b.before[at]], b.before[b.next[at]] = b.next[at], b.before[at]
	if b.head == at {
		b.head = b.next[at]
	}
}

// add puts the children of a node in place: entries are those that share its
// first depth bytes, sorted.
func (b *builder) add(node int32, entries []entry, depth int) {
	for len(entries) > 0 && len(entries[0].piece) == depth {
		b.trie[node].score = entries[0].score
		entries = entries[1:]
	}
	if len(entries) == 0 {
		return
	}
	var bytes []byte
	var groups [][]entry
	for len(entries) > 0 {
		c := entries[0].piece[depth]
		n := 1
		for n < len(entries) && entries[n].piece[depth] == c {
			n++
		}
		bytes, groups = append(bytes, c), append(groups, entries[:n])
		entries = entries[n:]
	}
	base := b.place(bytes)
	b.trie[node].base = base
	for _, c := range bytes {
		b.take(base^int32(c), node)
	}
	for i, c := range bytes {
		b.add(base^int32(c), groups[i], depth+1)
	}
}

// place returns a base at which all the bytes have free slots.
func (b *builder) place(bytes []byte) int32 {
	const tries = 64 // then a little memory is the better price
	at := b.head
	for range tries {
		if at < 0 {
			break
		}
		if base := at ^ int32(bytes[0]); b.fits(base, bytes) {
			return base
		}
		if at = b.next[at]; at == b.head {
			break
		}
	}
	from := int32(len(b.trie))
	b.grow()
	return from
}

func (b *builder) fits(base int32, bytes []byte) bool {
	for _, c := range bytes {
		if b.trie[base^int32(c)].parent != free {
			return false
		}
	}
	return true
}
