package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// flow joins the paragraphs that go on in the next column or on the next page.
func flow(blocks []block) []block {
	var joined []block
	for _, b := range blocks {
		if n := len(joined); n > 0 && joined[n-1].isContinuedBy(b) {
			before := &joined[n-1]
			before.text = join(before.text, b.text)
			if b.page != before.lastPage() {
				before.breaks = append(before.breaks, pageBreak{len(before.text) - len(strings.TrimSpace(b.text)), b.page})
			}
			before.isFull = b.isFull
			continue
		}
		joined = append(joined, b)
	}
	return joined
}

// lastPage returns the page that the block ends on.
func (b block) lastPage() int {
	if n := len(b.breaks); n > 0 {
		return b.breaks[n-1].page
	}
	return b.page
}

// isContinuedBy reports whether next, at the top of a column, is the rest of a
// paragraph at the end of the column before: that ends in the middle of a
// sentence and of the column, and next begins with what a sentence does not
// begin with, or with a language that does not tell.
func (b block) isContinuedBy(next block) bool {
	if !next.opens || !b.isFull || len(b.text) > maxParagraph || next.isIndented || next.isItem || b.table != nil || next.table != nil ||
		b.size > 1.1*next.size || next.size > 1.1*b.size || markers.MatchString(next.text) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(b.text, " ”’\"')」』）"))
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(next.text))
	return !strings.ContainsRune(".!?:;。！？：；", last) && (unicode.IsLower(first) || isCJK(first))
}
