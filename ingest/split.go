package ingest

import (
	"slices"
	"strings"
	"unicode"
)

// A grain is a fineness of cutting, each coarser than the next.
type grain int

const (
	byPart     grain = iota // rows, items, blocks
	byInner                 // items of inner lists, blocks in items
	bySentence              // sentences, and lines of code
	byLine
	bySpace
	byStretch // of some characters: scripts and codes without spaces
	byRune
)

// cutSection cuts the blocks of one section: they are put together up to the
// target, and what is too large is split.
func (c *cutter) cutSection(blocks []block) {
	first := len(c.pieces)
	for blocks = c.introduced(blocks); len(blocks) > 0; {
		n := 1
		for n < len(blocks) && !c.isFilled(blocks[0].start, blocks[n].end) {
			n++
		}
		start, end := blocks[0].start, blocks[n-1].end
		switch {
		case blocks[0].whole && c.fits(start, end) || !c.isFilled(start, end):
			c.emit(start, end)
		case blocks[0].whole:
			c.split(start, end, byPart)
		default:
			c.split(start, end, bySentence)
		}
		blocks = blocks[n:]
	}
	c.mergeTail(first)
}

// introduced returns the blocks with each list, table or code made one with
// the line before it that ends in a colon.
func (c *cutter) introduced(blocks []block) []block {
	var joined []block
	for _, b := range blocks {
		last := len(joined) - 1
		if last >= 0 && b.whole && !joined[last].whole {
			said := strings.TrimRight(c.source[joined[last].start:joined[last].end], "*_")
			if strings.HasSuffix(said, ":") || strings.HasSuffix(said, "：") {
				joined[last].end, joined[last].whole = b.end, true
				continue
			}
		}
		joined = append(joined, b)
	}
	return joined
}

// split cuts the text from start to end at a grain, fills pieces up to the
// target, and cuts what is still too large at the next grain. A rune is never
// cut.
func (c *cutter) split(start, end int, g grain) {
	from, to := start, start // what is gathered
	for _, next := range append(c.cutsBetween(start, end, g), end) {
		if to > from && c.isFilled(from, next) {
			c.emit(from, to)
			from = to
		}
		switch {
		case !c.isFilled(from, next) || c.fits(from, next) && g < byLine || g == byRune:
			to = next
		default:
			c.split(from, next, g+1)
			from, to = next, next
		}
	}
	c.emit(from, to)
}

// cutsBetween returns where the text from start to end may be cut at a grain,
// ascending, both ends left out.
func (c *cutter) cutsBetween(start, end int, g grain) []int {
	switch g {
	case byPart:
		return between(c.parts, start, end)
	case byInner:
		return between(c.inner, start, end)
	case bySentence:
		if !c.code.contains(start) {
			return shifted(sentenceStarts(c.source[start:end]), start)
		}
		return shifted(breaks(c.source[start:end], byLine), start)
	default:
		return shifted(breaks(c.source[start:end], g), start)
	}
}

// breaks returns where text may be cut regardless of what it says, both ends
// left out: after line breaks, after any white space, or between characters.
func breaks(text string, g grain) []int {
	const stretch = 40 // characters
	var cuts []int
	count := 0
	for i, r := range text {
		var isBreak bool
		switch count++; g {
		case byLine:
			isBreak = i > 0 && text[i-1] == '\n'
		case bySpace:
			isBreak = i > 0 && strings.IndexByte(" \t\n", text[i-1]) >= 0 && !unicode.IsSpace(r)
		case byStretch:
			isBreak = i > 0 && count%stretch == 0
		default:
			isBreak = i > 0
		}
		if isBreak {
			cuts = append(cuts, i)
		}
	}
	return cuts
}

// between returns the numbers of an ascending list that lie between start and
// end, both left out.
func between(list []int, start, end int) []int {
	from, _ := slices.BinarySearch(list, start+1)
	to, _ := slices.BinarySearch(list, end)
	return slices.Clone(list[min(from, to):to])
}

// shifted adds by to each number of the list, in place.
func shifted(list []int, by int) []int {
	for i := range list {
		list[i] += by
	}
	return list
}

// mergeTail joins the last piece of a section, the first of which is number
// first, to the one before where it is but a remainder and both fit.
func (c *cutter) mergeTail(first int) {
	last := len(c.pieces) - 1
	if last <= first {
		return
	}
	tail, before := c.pieces[last], c.pieces[last-1]
	joined := c.tokens(before.Start, tail.End)
	if c.tokens(tail.Start, tail.End) < c.limit.Tokens/4 && joined <= c.limit.Tokens*3/2 && c.holds(joined, before.Start, tail.End) {
		c.pieces = c.pieces[:last-1]
		c.emit(before.Start, tail.End)
	}
}
