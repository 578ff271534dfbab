package vocabulary

import "strings"

// Specials are the pieces that a server takes for themselves wherever they
// stand, before it makes tokens of the text around them.
type specials struct {
	pieces trie // the score of a piece is its number
	first  string
	lowest bool // of two that begin at one place take the one with the lower number
}

// specialsOf returns the special pieces of a model, or nil for none. Servers of
// word pieces do not agree on them; taken for text they have more tokens.
func specialsOf(m Model) *specials {
	if m.Kind == WordPiece {
		return nil
	}
	var found []entry
	var first []byte
	for i, piece := range m.Pieces {
		kind := m.typeOf(i)
		if piece == "" || len(piece) > maxPiece || kind != Control && kind != UserDefined && (kind != Unknown || m.Kind != Unigram) {
			continue
		}
		found = append(found, entry{piece, float32(i)})
		if strings.IndexByte(string(first), piece[0]) < 0 {
			first = append(first, piece[0])
		}
	}
	if found == nil {
		return nil
	}
	return &specials{pieces: newTrie(found), first: string(first), lowest: m.Kind != Unigram}
}

// find returns the place of the first special piece of text from the byte at
// on, and its length. Without one the place is the end of the text.
func (s *specials) find(text string, at int) (place, length int) {
	if s == nil {
		return len(text), 0
	}
	for ; at < len(text); at++ {
		i := indexOf(text[at:], s.first)
		if i < 0 {
			break
		}
		if at += i; s.match(text[at:]) > 0 {
			return at, s.match(text[at:])
		}
	}
	return len(text), 0
}

// match returns the length of the special piece that text begins with, or 0.
func (s *specials) match(text string) (length int) {
	number := float32(0)
	s.pieces.walk(text, func(end int, n float32) {
		if length == 0 || !s.lowest || n < number {
			length, number = end, n
		}
	})
	return length
}

// indexOf returns the place of the first byte of text that is one of few.
func indexOf(text, few string) int {
	if len(few) == 1 {
		return strings.IndexByte(text, few[0])
	}
	return strings.IndexAny(text, few)
}
