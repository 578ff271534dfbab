package markdown

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"golang.org/x/text/width"
)

// emphasis parses * and _ so that **注意：**请 is bold. CommonMark asks for a
// space or punctuation outside a run that stands beside punctuation; Chinese
// writes neither. The rule here is that of the CJK-friendly amendments to
// CommonMark (2025): Chinese, Japanese and Korean punctuation counts as a
// letter, and beside other punctuation their characters count as a space.
//
// Characters that are invisible are passed over, so that text with them is
// parsed as the text without.
type emphasis struct {
	delimiters emphasisDelimiters
	invisible  func(rune) bool
}

// Trigger implements [parser.InlineParser].
func (emphasis) Trigger() []byte { return []byte{'*', '_'} }

// Parse implements [parser.InlineParser].
func (e emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	node := parser.ScanDelimiter(line, ' ', 1, e.delimiters)
	if node == nil {
		return nil
	}
	before := block.PrecendingCharacter()
	if e.invisible(before) {
		before = e.lastRune(block.Source()[:segment.Start])
	}
	node.CanOpen, node.CanClose = flanks(line[0], before, e.firstRune(line[node.OriginalLength:]))
	node.Segment = segment.WithStop(segment.Start + node.OriginalLength)
	block.Advance(node.OriginalLength)
	pc.PushDelimiter(node)
	return node
}

// flanks reports whether a run of the delimiter c between two characters may
// open and may close emphasis.
func flanks(c byte, before, after rune) (canOpen, canClose bool) {
	left := !util.IsSpaceRune(after) && (!isForeignPunct(after) || util.IsSpaceRune(before) || isForeignPunct(before) || IsWide(before))
	right := !util.IsSpaceRune(before) && (!isForeignPunct(before) || util.IsSpaceRune(after) || isForeignPunct(after) || IsWide(after))
	if c == '_' {
		return left && (!right || util.IsPunctRune(before)), right && (!left || util.IsPunctRune(after))
	}
	return left, right
}

// isForeignPunct reports whether r is punctuation that is not Chinese,
// Japanese or Korean.
func isForeignPunct(r rune) bool { return util.IsPunctRune(r) && !IsWide(r) }

// IsWide reports whether r is a Chinese, Japanese or Korean character,
// punctuation included: one of East Asian width that is no emoji, or Hangul.
func IsWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	if kind == width.EastAsianWide || kind == width.EastAsianFullwidth || kind == width.EastAsianHalfwidth {
		return r < 0x1F000 || r > 0x1FAFF
	}
	return unicode.Is(unicode.Hangul, r) || (r >= 0xE0100 && r <= 0xE01EF) // ideographic variation selectors
}

// firstRune returns the first character of line that is visible; a space at
// its end.
func (e emphasis) firstRune(line []byte) rune {
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if !e.invisible(r) {
			return r
		}
		line = line[size:]
	}
	return ' '
}

// lastRune returns the last character of text that is visible; a space when
// there is none.
func (e emphasis) lastRune(text []byte) rune {
	for len(text) > 0 {
		r, size := utf8.DecodeLastRune(text)
		if !e.invisible(r) {
			return r
		}
		text = text[:len(text)-size]
	}
	return ' '
}

// emphasisDelimiters makes the nodes of matched runs.
type emphasisDelimiters struct{}

// IsDelimiter implements [parser.DelimiterProcessor].
func (emphasisDelimiters) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

// CanOpenCloser implements [parser.DelimiterProcessor].
func (emphasisDelimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch implements [parser.DelimiterProcessor].
func (emphasisDelimiters) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
