package vocabulary

import (
	"fmt"
	"sync"
)

// A Vocabulary counts the tokens of texts. It is safe for concurrent use.
type Vocabulary struct {
	specials *specials // nil for none
	scanners sync.Pool // of scanner
	room     int
}

// A scanner finds the stretches of a text one after the other. It has memory of
// its own to work in, and remembers nothing of the stretches before.
type scanner interface {
	// next returns where the stretch that begins at the byte at ends, which is
	// behind at, and how many tokens it has. Both depend on text[at:] alone, and
	// on whether a text begins there.
	next(text string, at int, first bool) (end, tokens int)
}

// New returns the vocabulary of a model. A way of making tokens that is not
// known is ErrUnknownKind, and a model that contradicts itself ErrDamaged.
func New(m Model) (*Vocabulary, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	v := &Vocabulary{specials: specialsOf(m)}
	var err error
	switch m.Kind {
	case Unigram:
		v.scanners.New, err = newUnigram(m)
	case Scored:
		v.scanners.New = newScored(m)
	case Ranked:
		v.scanners.New, err = newRanked(m)
	case WordPiece:
		v.scanners.New = newWordPiece(m)
	default:
		err = fmt.Errorf("%w: %q", ErrUnknownKind, m.Kind)
	}
	if err != nil {
		return nil, err
	}
	prefix := 0
	if m.Prefix != "" {
		prefix = v.Count(m.Prefix) + 1 // its last token may end otherwise before a text
	}
	v.room = m.Context - m.Added - prefix
	return v, nil
}

// Room is how many tokens a passage may have so that the model takes it, with
// the prefix and the marks that are added.
func (v *Vocabulary) Room() int { return v.room }

// Count returns how many tokens the model makes of text, without the marks that
// are added. Where the servers of one model differ it is the larger number.
func (v *Vocabulary) Count(text string) int {
	total := 0
	v.scan(text, 0, true, func(_, tokens int, _ bool) bool {
		total += tokens
		return true
	})
	return total
}

// scan calls visit with the end and the tokens of each stretch of text from the
// byte at on, until visit says that it is enough. first is whether a text begins
// there; a stretch that isFresh is one after which another text begins.
func (v *Vocabulary) scan(text string, at int, first bool, visit func(end, tokens int, isFresh bool) bool) {
	s := v.scanners.Get().(scanner)
	defer v.scanners.Put(s)
	special, length := v.specials.find(text, at)
	for at < len(text) {
		if at == special {
			at += length
			special, length = v.specials.find(text, at)
			if first = true; !visit(at, 1, true) {
				return
			}
			continue
		}
		end, tokens := s.next(text[:special], at, first)
		if at, first = end, false; !visit(end, tokens, false) {
			return
		}
	}
}
