package vocabulary

import (
	"math"
	"unicode/utf8"
)

// unknownPenalty is by how much a character that no piece has is less probable
// than the least probable piece, in logarithms.
const unknownPenalty = 10

// A unigram model takes the pieces that are the most probable together (Kudo
// 2018): their scores are logarithms of probabilities.
type unigram struct {
	pieces  trie
	joints  *joints
	chars   charsmap
	unknown float64 // score of a character that no piece has
	// hasWords is whether ASCII letters stay as they are, and pieces go on from
	// any of them to any other.
	hasWords bool
	// spacePrefix and mergeSpaces are those of the [Model].
	spacePrefix, mergeSpaces bool
}

func newUnigram(m Model) (func() any, error) {
	chars, err := readCharsmap(m.Charsmap)
	if err != nil {
		return nil, err
	}
	u := &unigram{chars: chars, unknown: math.MaxFloat64, spacePrefix: m.SpacePrefix, mergeSpaces: m.MergeSpaces}
	var pieces []entry
	for i, piece := range m.Pieces {
		kind, score := m.typeOf(i), m.Scores[i]
		if piece == "" || len(piece) > maxPiece || !utf8.ValidString(piece) {
			continue
		}
		switch kind {
		case Normal:
			u.unknown = min(u.unknown, float64(score))
		case UserDefined:
			score = 0
		case Unused:
		default:
			continue
		}
		pieces = append(pieces, entry{piece, score})
	}
	u.unknown -= unknownPenalty
	u.joints = newJoints(pieces)
	u.pieces = newTrie(pieces)
	u.markPlain()
	return func() any { return &unigramScanner{unigram: u} }, nil
}

// markPlain marks the characters that stay as they are, or become a space,
// whatever follows but for an accent.
func (u *unigram) markPlain() {
	for r := range rune(len(u.joints.common)) {
		if !utf8.ValidRune(r) || r >= utf8.RuneSelf && u.chars.knows(r) {
			continue
		}
		switch became := u.alone(r); became {
		case " ":
			u.joints.mark(r, isBlank)
		case string(r):
			u.joints.mark(r, isPlain)
		}
	}
	u.hasWords = true
	for r := 'A'; r <= 'z'; r++ {
		const all = isPlain | hasNext | hasBefore
		u.hasWords = u.hasWords && (!isASCIILetter(byte(r)) || u.joints.of(r)&all == all)
	}
}

// alone returns what a character becomes beside any ASCII character, or "" where
// that is not one thing.
func (u *unigram) alone(r rune) string {
	text := string(r)
	became, _ := u.chars.normal(text)
	for next := rune(1); r < utf8.RuneSelf && next < utf8.RuneSelf; next++ {
		if beside, length := u.chars.normal(text + string(next)); length != 1 || beside != became {
			return ""
		}
	}
	return became
}

// A unigramScanner has the stretch it works on, with its characters uniform.
type unigramScanner struct {
	*unigram
	stretch []byte
	paths   [maxPiece + 1]path // by place, in a ring: no piece is longer
	known   memory
}

// A path is the most probable way to a place of the stretch.
type path struct {
	score     float64
	tokens    int32
	isReached bool
	isUnknown bool // it ends with characters that no piece has
}

// maxKept is the size up to which a stretch keeps its memory for the next.
const maxKept = 1 << 16

func (s *unigramScanner) next(text string, at int, first bool) (end, tokens int) {
	if cap(s.stretch) > maxKept {
		s.stretch = nil
	}
	end = s.gather(text, at, first)
	return end, s.known.count(s.stretch, s.count)
}

// gather puts the stretch that begins at the byte at together, and returns its
// end. White space belongs to what follows it.
func (s *unigramScanner) gather(text string, at int, first bool) int {
	s.stretch = s.stretch[:0]
	isSpaced := false // a space goes before the next character
	if first && s.spacePrefix {
		if isSpaced = s.mergeSpaces; !isSpaced {
			s.stretch = append(s.stretch, spaceText...)
		}
	}
	last := rune(-1)
	for at < len(text) {
		if n := s.plainWord(text[at:]); n > 1 && (last < 0 || isSpaced || s.joints.holds(last, rune(text[at]))) {
			_, isSpaced = s.put(text[at:at+1], last, isSpaced)
			s.stretch = append(s.stretch, text[at+1:at+n]...)
			last = rune(text[at+n-1])
			at += n
			continue
		}
		becomes, r, length := s.step(text[at:])
		if r == ' ' {
			r = space
		}
		if last >= 0 && !isSpaced && length > 0 && r >= 0 && !s.joints.holds(last, r) {
			return at
		}
		at += length
		if becomes == "" {
			continue
		}
		last, isSpaced = s.put(becomes, last, isSpaced)
	}
	return at
}

// step returns what the first characters of text become, the first character of
// that, or -1 for nothing, and how many bytes of text they are.
func (s *unigramScanner) step(text string) (becomes string, r rune, length int) {
	r, length = rune(text[0]), 1
	if r >= utf8.RuneSelf {
		r, length = utf8.DecodeRuneInString(text)
	}
	isAccented := r < utf8.RuneSelf && len(text) > 1 && text[1] >= utf8.RuneSelf
	if of := s.joints.of(r); of&(isPlain|isBlank) != 0 && !isAccented && (r != utf8.RuneError || length > 1) {
		if of&isBlank != 0 {
			return " ", ' ', length
		}
		return text[:length], r, length
	}
	becomes, length = s.chars.normal(text)
	if becomes == "" {
		return "", -1, length
	}
	r, _ = utf8.DecodeRuneInString(becomes)
	return becomes, r, length
}

// plainWord returns the length of the ASCII letters that text begins with and
// that stay as they are and together.
func (s *unigramScanner) plainWord(text string) int {
	if !s.hasWords {
		return 0
	}
	n := 0
	for n < len(text) && isASCIILetter(text[n]) {
		n++
	}
	if n < len(text) && text[n] >= utf8.RuneSelf {
		n-- // it may have an accent
	}
	return n
}

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// put adds characters to the stretch.
func (s *unigramScanner) put(becomes string, last rune, isSpaced bool) (rune, bool) {
	for _, r := range becomes {
		if r == ' ' {
			if s.mergeSpaces {
				isSpaced = true
				continue
			}
			r = space
		}
		if isSpaced {
			s.stretch = append(s.stretch, spaceText...)
			isSpaced = false
		}
		s.stretch = utf8.AppendRune(s.stretch, r)
		last = r
	}
	return last, isSpaced
}

// count returns how many tokens the most probable way through the stretch has.
// Unknown characters side by side are one.
func (s *unigramScanner) count() int {
	s.paths[0] = path{isReached: true}
	for at := 0; at < len(s.stretch); {
		from := s.paths[at%len(s.paths)]
		s.paths[at%len(s.paths)] = path{}
		size := runeLength(s.stretch[at])
		isKnown := false
		node := int32(0)
		for i := at; i < len(s.stretch); {
			if node = s.pieces.child(node, s.stretch[i]); node < 0 {
				break
			}
			i++
			if score := s.pieces[node].score; score != none {
				isKnown = isKnown || i == at+size
				s.reach(i, path{score: from.score + float64(score), tokens: from.tokens + 1})
			}
		}
		if !isKnown {
			way := path{score: from.score + s.unknown, tokens: from.tokens, isUnknown: true}
			if !from.isUnknown {
				way.tokens++
			}
			s.reach(at+size, way)
		}
		at += size
	}
	end := &s.paths[len(s.stretch)%len(s.paths)]
	tokens := end.tokens
	*end = path{}
	return int(tokens)
}

// reach takes a way to a place if it is more probable than the one that is
// known.
func (s *unigramScanner) reach(at int, way path) {
	if p := &s.paths[at%len(s.paths)]; !p.isReached || way.score > p.score {
		way.isReached = true
		*p = way
	}
}

// runeLength returns how many bytes the character has that begins with b.
func runeLength(b byte) int {
	switch {
	case b < 0xC0:
		return 1
	case b < 0xE0:
		return 2
	case b < 0xF0:
		return 3
	default:
		return 4
	}
}
