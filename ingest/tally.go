package ingest

import "bureau/ingest/vocabulary"

// A tally counts the tokens of one text and of its parts.
type tally struct {
	text  string
	count func(string) int  // of any text
	ruler *vocabulary.Ruler // of text; nil where tokens are estimated
	// sure is up to how many tokens parts, which become one text with line breaks
	// between them, have no more than MaxTokens together.
	sure int

	header       string // the last one that was counted
	headerTokens int
}

// newTally returns the tally of a text under a limit whose defaults are filled
// in.
func newTally(text string, limit Limit) tally {
	switch {
	case limit.Vocabulary != nil:
		// A token may begin otherwise behind a line break than at the beginning of a
		// text: a few more, and never a third.
		return tally{text: text, count: limit.Vocabulary.Count, ruler: limit.Vocabulary.Measure(text), sure: limit.MaxTokens * 3 / 4}
	case limit.Count != nil:
		return tally{text: text, count: limit.Count}
	default:
		return tally{text: text, count: EstimateTokens, sure: limit.MaxTokens} // a line break ends a word, and the parts are rounded up
	}
}

// tokens returns the tokens of the text from start to end.
func (t *tally) tokens(start, end int) int {
	start, end = trim(t.text, start, end)
	if t.ruler != nil {
		return t.ruler.Tokens(start, end)
	}
	return t.count(t.text[start:end])
}

// countHeader returns the tokens of the header of a table. The pieces of one
// table ask for one header again and again.
func (t *tally) countHeader(header string) int {
	if header == "" {
		return 0
	}
	if header != t.header {
		t.header, t.headerTokens = header, t.count(header)
	}
	return t.headerTokens
}
