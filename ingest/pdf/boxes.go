package pdf

import (
	"math"
	"unicode"

	"github.com/klippa-app/go-pdfium/requests"

	"bureau/ingest/format"
)

// around returns the rectangle around the characters from start to end, which
// are one word: from its first to its last one.
func (t *textPage) around(start, end int) (box, error) {
	b, err := t.charBox(start)
	if err != nil || end == start+1 {
		return b, err
	}
	for i := start + 1; i < end; i++ {
		if unicode.IsDigit(t.chars[i]) && (i+1 == end || isCJK(t.chars[i+1])) {
			if err := t.raise(b, start, i); err != nil {
				return b, err
			}
		}
	}
	last, err := t.charBox(end - 1)
	return b.union(last), err
}

// raise makes raised digits of those up to last that stand above the word's
// first character, at start: the mark of a note is no digit of an amount.
func (t *textPage) raise(first box, start, last int) error {
	for i := last; i > start && unicode.IsDigit(t.chars[i]); i-- {
		b, err := t.charBox(i)
		if err != nil || !b.isAbove(first) {
			return err
		}
		t.chars[i] = []rune(format.Raised(string(t.chars[i])))[0]
	}
	return nil
}

// isAbove reports whether a character is smaller than another one of its word,
// and stands higher.
func (b box) isAbove(other box) bool {
	height := other.top - other.bottom
	return b.top-b.bottom < 0.8*height && b.bottom > other.bottom+0.15*height
}

// charBox returns the rectangle that a character takes, or an empty one where
// it takes none.
func (t *textPage) charBox(i int) (box, error) {
	got, err := t.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: t.ref, Index: i})
	if err != nil {
		return box{}, err
	}
	r := got.Rect
	left, bottom, right, top := finite(r.Left), finite(r.Bottom), finite(r.Right), finite(r.Top)
	return box{min(left, right), min(bottom, top), max(left, right), max(bottom, top)}, nil
}

// finite returns a coordinate that a file states, or 0 for one that is none.
func finite(x float32) float64 {
	if y := float64(x); math.Abs(y) < 1e6 { // not NaN
		return y
	}
	return 0
}

// A box is a rectangle in PDFium's coordinates: y grows upwards.
type box struct{ left, bottom, right, top float64 }

// union returns the rectangle around two.
func (b box) union(other box) box {
	return box{min(b.left, other.left), min(b.bottom, other.bottom), max(b.right, other.right), max(b.top, other.top)}
}
