package ingest

// An estimator estimates the tokens of parts of one text. Who cuts asks again and
// again how many there are from one place to another one a little further: then
// only what is between is read.
type estimator struct {
	text   string
	begun  [4]begunEstimate
	oldest int // number of the one that makes room for the next
}

// A begunEstimate is that of the text from start to end.
type begunEstimate struct {
	estimate
	start, end int
}

// Tokens returns what EstimateTokens does of the text from start to end.
func (e *estimator) Tokens(start, end int) int {
	for i := range e.begun {
		if b := &e.begun[i]; b.start == start && b.end <= end {
			return b.upTo(e.text, end)
		}
	}
	b := &e.begun[e.oldest]
	e.oldest = (e.oldest + 1) % len(e.begun)
	*b = begunEstimate{start: start, end: start}
	return b.upTo(e.text, end)
}

// upTo goes on to a later end and returns the tokens up to there.
func (b *begunEstimate) upTo(text string, end int) int {
	b.add(text[b.end:end])
	b.end = end
	return b.total()
}
