package vocabulary

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A wordPiece vocabulary takes of each word the longest piece that it begins
// with, and so on; a word that cannot be taken apart is one unknown token
// (Devlin et al. 2018). Servers differ about accents, and about which marks end
// a word: the larger number counts.
type wordPiece struct {
	pieces trie
	begin  int32 // node behind the mark of a word's beginning, -1 for none
}

func newWordPiece(m Model) func() any {
	w := &wordPiece{}
	var pieces []entry
	for i, piece := range m.Pieces {
		if piece != "" && len(piece) <= maxPiece && m.typeOf(i) != Control {
			pieces = append(pieces, entry{piece: piece})
		}
	}
	w.pieces = newTrie(pieces)
	w.begin = w.pieces.get(spaceText)
	return func() any { return &wordScanner{wordPiece: w} }
}

type wordScanner struct {
	*wordPiece
	word, bare []byte // small letters; and without accents
}

// next takes white space with a word, or one mark, or one ideograph.
func (s *wordScanner) next(text string, at int, _ bool) (end, tokens int) {
	at += run(text[at:], unicode.IsSpace)
	if at == len(text) {
		return at, 0
	}
	r, size := utf8.DecodeRuneInString(text[at:])
	switch {
	case unicode.IsPunct(r):
		return at + size, min(size, 2) // some take the first byte for a mark, and the rest for a word
	case unicode.Is(ideographs, r):
		s.word = utf8.AppendRune(s.word[:0], r)
		return at + size, s.pieceCount(s.word)
	}
	end = at + run(text[at:], isInWord)
	if cap(s.word) > maxKept {
		s.word, s.bare = nil, nil
	}
	return end, s.count(text[at:end])
}

func isInWord(r rune) bool {
	return !unicode.IsSpace(r) && !unicode.IsPunct(r) && !unicode.Is(ideographs, r)
}

// ideographs are words of their own.
var ideographs = &unicode.RangeTable{
	R16: []unicode.Range16{{0x3400, 0x4DBF, 1}, {0x4E00, 0x9FFF, 1}, {0xF900, 0xFAFF, 1}},
	R32: []unicode.Range32{{0x20000, 0x2A6DF, 1}, {0x2A700, 0x2CEAF, 1}, {0x2F800, 0x2FA1F, 1}},
}

// count returns the tokens of a word: the larger number of the word as it
// stands, and of what is left without accents and parted at signs such as "+".
func (s *wordScanner) count(word string) int {
	s.word = s.word[:0]
	isSimple := true
	for _, r := range word {
		isSimple = isSimple && r < utf8.RuneSelf && !isSign(r) && !unicode.IsControl(r)
		s.word = utf8.AppendRune(s.word, unicode.ToLower(r))
	}
	tokens := s.pieceCount(s.word)
	if isSimple {
		return tokens
	}
	parted := 0
	s.bare = s.bare[:0]
	flush := func() {
		if len(s.bare) > 0 {
			parted += s.pieceCount(s.bare)
			s.bare = s.bare[:0]
		}
	}
	for _, r := range norm.NFD.String(string(s.word)) {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.IsControl(r):
		case isSign(r):
			flush()
			parted++
		default:
			s.bare = utf8.AppendRune(s.bare, r)
		}
	}
	flush()
	return max(tokens, parted)
}

// isSign reports whether a character is one of those that some take for a word
// and some for a part of one.
func isSign(r rune) bool { return r < 0x7F && unicode.IsSymbol(r) }

// pieceCount returns how many pieces a word has, 1 if it is unknown.
func (s *wordScanner) pieceCount(word []byte) (pieces int) {
	node := s.begin
	for at := 0; at < len(word); pieces++ {
		end := at
		for i := at; i < len(word) && node >= 0; i++ {
			if node = s.pieces.child(node, word[i]); node >= 0 && s.pieces[node].score != none {
				end = i + 1
			}
		}
		if end == at {
			return 1
		}
		at, node = end, 0
	}
	return max(pieces, 1)
}
