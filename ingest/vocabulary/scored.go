package vocabulary

import "unicode/utf8"

// A scored vocabulary joins characters to pieces and pieces to longer ones, the
// best score first (Kudo and Richardson 2018). What is no piece in the end is
// one token a byte.
type scored struct {
	pieces trie
	joints *joints
	// spacePrefix is that of the [Model].
	spacePrefix bool
}

func newScored(m Model) func() any {
	s := &scored{spacePrefix: m.SpacePrefix}
	var pieces []entry
	for i, piece := range m.Pieces {
		kind := m.typeOf(i)
		if piece != "" && len(piece) <= maxPiece && kind != Control && kind != Unknown && kind != Byte && utf8.ValidString(piece) {
			pieces = append(pieces, entry{piece, m.Scores[i]})
		}
	}
	s.joints = newJoints(pieces)
	s.pieces = newTrie(pieces)
	return func() any {
		return &scoredScanner{scored: s, merger: merger{join: s.join}}
	}
}

// join returns the piece that two neighbours are together.
func (s *scored) join(stretch []byte, left, right part) (number int32, rank float64, ok bool) {
	if right.end-left.start > maxPiece {
		return 0, 0, false
	}
	node := int32(0)
	for _, b := range stretch[left.start:right.end] {
		if node = s.pieces.child(node, b); node < 0 {
			return 0, 0, false
		}
	}
	score := s.pieces[node].score
	return node, -float64(score), score != none
}

type scoredScanner struct {
	*scored
	merger
}

// next takes a stretch up to where no piece goes on. Not every server puts a
// space before a text: with the prefix, it is the larger of both numbers.
func (s *scoredScanner) next(text string, at int, first bool) (end, tokens int) {
	end = s.end(text, at)
	tokens = s.count(text[at:end], false)
	if first && s.spacePrefix {
		tokens = max(tokens, s.count(text[at:end], true))
	}
	return end, tokens
}

// end returns where the stretch that begins at the byte at ends.
func (s *scoredScanner) end(text string, at int) int {
	last := rune(-1)
	for i, r := range text[at:] {
		if r == ' ' {
			r = space
		}
		if last >= 0 && !s.joints.holds(last, r) {
			return at + i
		}
		last = r
	}
	return len(text)
}

func (s *scoredScanner) count(text string, isSpaced bool) (tokens int) {
	s.begin()
	if isSpaced {
		s.put(space)
	}
	for _, r := range text {
		if r == ' ' {
			r = space
		}
		s.put(r)
	}
	s.merge()
	for _, p := range s.parts {
		switch {
		case p.start == p.end:
		case p.number >= 0:
			tokens++
		default:
			tokens += int(p.end - p.start)
		}
	}
	return tokens
}

// put adds a character to the stretch.
func (s *scoredScanner) put(r rune) {
	before := len(s.stretch)
	s.stretch = utf8.AppendRune(s.stretch, r)
	number := s.pieces.get(string(s.stretch[before:]))
	if number >= 0 && s.pieces[number].score == none {
		number = -1
	}
	s.add(before, len(s.stretch), number)
}
