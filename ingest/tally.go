package ingest

// A tally counts the tokens of one text and of its parts.
type tally struct {
	text    string
	count   func(string) int // of any text
	ofParts counter          // of the text
	// sure is up to how many tokens parts, which become one text with line breaks
	// between them, have no more than MaxTokens together.
	sure int

	header       string // the last one that was counted
	headerTokens int
}

// A counter counts the tokens of the part of a text from start to end, in bytes,
// of which neither lies inside a character or at white space.
type counter interface{ Tokens(start, end int) int }

// newTally returns the tally of a text under a limit whose defaults are filled
// in.
func newTally(text string, limit Limit) tally {
	switch {
	case limit.Vocabulary != nil:
		// A token may begin otherwise behind a line break than at the beginning of a
		// text: a few more, and never a third.
		return tally{text: text, count: limit.Vocabulary.Count, ofParts: limit.Vocabulary.Measure(text), sure: limit.MaxTokens * 3 / 4}
	case limit.Count != nil:
		return tally{text: text, count: limit.Count, ofParts: partCounter{text, limit.Count}}
	default:
		return tally{text: text, count: EstimateTokens, ofParts: &estimator{text: text}, sure: limit.MaxTokens} // a line break ends a word, and the parts are rounded up
	}
}

// A partCounter counts a part of a text as a text.
type partCounter struct {
	text  string
	count func(string) int
}

// Tokens returns the tokens of the text from start to end.
func (c partCounter) Tokens(start, end int) int { return c.count(c.text[start:end]) }

// tokens returns the tokens of the text from start to end, without the white
// space around it.
func (t *tally) tokens(start, end int) int { return t.ofParts.Tokens(trim(t.text, start, end)) }

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
