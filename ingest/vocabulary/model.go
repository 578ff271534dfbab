package vocabulary

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
)

// The kinds of vocabulary that are known.
const (
	Unigram   = "t5"
	Scored    = "llama"
	Ranked    = "gpt2"
	WordPiece = "bert"
)

// ErrUnknownKind says that tokens are made in a way that is not known here.
var ErrUnknownKind = errors.New("tokens are made in a way that bureau does not know")

// ErrDamaged says that what a model states of its vocabulary contradicts itself.
var ErrDamaged = errors.New("the vocabulary of the model is damaged")

// Types of pieces, as GGUF numbers them.
const (
	Normal      = 1
	Unknown     = 2
	Control     = 3
	UserDefined = 4
	Unused      = 5
	Byte        = 6
)

// Bounds of a vocabulary: ten times the largest one known, and its longest
// piece.
const (
	maxPieces = 4 << 20
	maxPiece  = 255 // bytes; a longer piece is left out
)

// A Model is what a model states of its vocabulary, and of the texts that it
// takes.
type Model struct {
	Kind     string    // one of the kinds above
	Pre      string    // how a text is split before bytes are merged, such as "qwen2"
	Pieces   []string  // by number
	Scores   []float32 // of the pieces; nil but for Unigram and Scored
	Types    []int32   // of the pieces; nil where all are Normal
	Merges   []string  // "left right", best first; nil but for Ranked
	Charsmap []byte    // how characters are made uniform, as SentencePiece compiles it; may be nil
	// SpacePrefix is whether a space goes in front of a text, and MergeSpaces
	// whether many count as one.
	SpacePrefix, MergeSpaces bool
	// Context is how many tokens the model takes, and Added how many of them are
	// marks of its own.
	Context, Added int
	// Prefix goes in front of each passage.
	Prefix string
}

// ID names all that m says: two models with one ID count alike. It is 12
// hexadecimal digits, safe in a file's name.
func (m Model) ID() string {
	h := sha256.New()
	for _, text := range []string{m.Kind, m.Pre, string(m.Charsmap), m.Prefix} {
		writeText(h, text)
	}
	for _, list := range [][]string{m.Pieces, m.Merges} {
		writeNumber(h, len(list))
		for _, text := range list {
			writeText(h, text)
		}
	}
	writeNumber(h, len(m.Scores))
	for _, score := range m.Scores {
		writeNumber(h, int(math.Float32bits(score)))
	}
	writeNumber(h, len(m.Types))
	for _, kind := range m.Types {
		writeNumber(h, int(kind))
	}
	_ = binary.Write(h, binary.LittleEndian, [2]bool{m.SpacePrefix, m.MergeSpaces}) // a hash takes all
	writeNumber(h, m.Context)
	writeNumber(h, m.Added)
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func writeText(h hash.Hash, text string) {
	writeNumber(h, len(text))
	h.Write([]byte(text))
}

func writeNumber(h hash.Hash, n int) {
	var raw [8]byte
	binary.LittleEndian.PutUint64(raw[:], uint64(n))
	h.Write(raw[:])
}

// check refuses a model whose lists do not belong together.
func (m Model) check() error {
	switch n := len(m.Pieces); {
	case n == 0 || n > maxPieces:
		return fmt.Errorf("%w: it has %d pieces", ErrDamaged, n)
	case len(m.Types) != 0 && len(m.Types) != n:
		return fmt.Errorf("%w: %d pieces and %d types", ErrDamaged, n, len(m.Types))
	case (m.Kind == Unigram || m.Kind == Scored) && len(m.Scores) != n:
		return fmt.Errorf("%w: %d pieces and %d scores", ErrDamaged, n, len(m.Scores))
	case m.Kind == Ranked && (len(m.Merges) == 0 || len(m.Merges) > maxPieces):
		return fmt.Errorf("%w: it has %d merges", ErrDamaged, len(m.Merges))
	}
	for i, score := range m.Scores {
		if math.IsNaN(float64(score)) || math.IsInf(float64(score), 0) {
			return fmt.Errorf("%w: the score of piece %d is no number", ErrDamaged, i)
		}
	}
	return nil
}

// typeOf returns the type of a piece.
func (m Model) typeOf(piece int) int32 {
	if len(m.Types) == 0 {
		return Normal
	}
	return m.Types[piece]
}
