package ingest

import (
	"cmp"

	"bureau/ingest/vocabulary"
	"bureau/retrieval"
)

// CuttingVersion names the way in which Cut cuts. Passages of two versions do
// not stand in one index, so it changes with every change of what Cut returns.
const CuttingVersion = "1"

// A Limit is how large passages may be. Zero fields take the default.
type Limit struct {
	// Tokens is the size that passages are filled up to. Default 250.
	Tokens int
	// MaxTokens is the size of the largest passage as it is embedded, with the
	// title, the headings and the table's header in front. Default 480: an
	// embedder of 512 adds a prefix and two marks of its own.
	MaxTokens int
	// Vocabulary counts the tokens as the embedder does; MaxTokens is no more than
	// it has room for. Nil has them estimated.
	Vocabulary *vocabulary.Vocabulary
	// Count estimates the tokens of a text where there is no vocabulary, rather too
	// many than too few. Default [EstimateTokens].
	Count func(string) int
}

// TokensOf returns the tokens of a text as l counts them.
func (l Limit) TokensOf(text string) int { return newTally("", l).count(text) }

// A Piece is a passage before it has an id.
type Piece struct {
	Headings []string // path of headings above, outermost first, without the title
	Anchor   string   // of the nearest heading, see [retrieval.Anchors], or ""
	Header   string   // header of the table that Text goes on with, or ""
	Text     string   // the extracted text from Start to End
	// Start and End are the place in the extracted text, in bytes, End
	// exclusive.
	Start, End int
	Language   string // of Text: "en", "zh-Hans", "zh-Hant" or ""
}

// Cut cuts the extracted text into passages that follow its structure. Pieces
// are in order and do not overlap; what lies between them is white space and
// headings, which are in the pieces' paths. A text that is not blank gives at
// least one.
//
// Sections are cut apart, but short ones with the same parent stay together.
// Lists, tables and code stay whole while they fit; then they are cut between
// items, rows and lines. Paragraphs are cut between sentences.
func Cut(x Extracted, limit Limit) []Piece {
	c := newCutter(x, limit)
	all := sections(c.blocks, x.Title)
	for len(all) > 0 {
		n := c.together(all)
		if n > 1 {
			c.enter(all[0].above, all[0].anchor)
			c.emit(all[0].start, all[n-1].end())
		} else {
			c.enter(all[0].path, all[0].anchor)
			c.cutSection(all[0].blocks)
		}
		all = all[n:]
	}
	for i := range c.pieces {
		c.pieces[i].locate(x.Places)
	}
	return c.pieces
}

// A cutter cuts one text.
type cutter struct {
	layout
	tally
	title, language string
	limit           Limit
	headings        []string // of the section that is being cut
	head            int      // tokens of the title with these headings
	anchor          string
	pieces          []Piece
}

func newCutter(x Extracted, limit Limit) *cutter {
	limit.Tokens, limit.MaxTokens = cmp.Or(max(limit.Tokens, 0), 250), cmp.Or(max(limit.MaxTokens, 0), 480)
	if limit.Vocabulary != nil {
		limit.MaxTokens = min(limit.MaxTokens, max(limit.Vocabulary.Room(), 1))
	}
	limit.Tokens = min(limit.Tokens, limit.MaxTokens)
	return &cutter{
		layout: layOut(x.Markdown), tally: newTally(x.Markdown, limit),
		title: x.Title, language: x.Language, limit: limit,
	}
}

// enter begins a section. Of a path that would take more than a third of a
// passage only the inner headings are kept.
func (c *cutter) enter(path []string, anchor string) {
	for {
		c.head = c.count(retrieval.Passage{Headings: path}.Indexed(c.title))
		if len(path) == 0 || c.head <= c.limit.MaxTokens/3 {
			break
		}
		path = path[1:]
	}
	c.headings, c.anchor = path, anchor
}

// together returns how many of the first sections make one passage: sections
// with the same parent and none below, as long as one of two neighbours is very
// short and all of them are within the target.
func (c *cutter) together(all []section) int {
	n := 1
	for n < len(all) && all[n].parent == all[0].parent && all[n].anchor != "" && all[0].anchor != "" &&
		!all[n-1].isInner && !all[n].isInner && c.isShort(all[0].start, all[n-1].end(), all[n]) {
		n++
	}
	if n > 1 {
		c.enter(all[0].above, all[0].anchor)
		for n > 1 && !c.fits(all[0].start, all[n-1].end()) {
			n--
		}
	}
	return n
}

// isShort reports whether the text from start to end, or the section that
// follows it, is very short, and both are within the target.
func (c *cutter) isShort(start, end int, next section) bool {
	short := c.limit.Tokens / 3
	return (c.tokens(start, end) < short || c.tokens(next.start, next.end()) < short) &&
		c.tokens(start, next.end()) <= c.limit.Tokens
}

// emit adds the text from start to end as a piece, without the white space
// around it, if there is anything in it.
func (c *cutter) emit(start, end int) {
	if start, end = trim(c.source, start, end); start < end {
		p := c.piece(start, end)
		p.Language = languageOf(p.Text, c.language)
		c.pieces = append(c.pieces, p)
	}
}

// piece returns the text from start to end as a piece of the section that is
// being cut, but for the language.
func (c *cutter) piece(start, end int) Piece {
	return Piece{
		Headings: c.headings, Anchor: c.anchor, Header: c.repeatedHeader(start),
		Text: c.source[start:end], Start: start, End: end,
	}
}

// repeatedHeader returns the header of the table that a piece goes on with which
// begins at start, or "".
func (c *cutter) repeatedHeader(start int) string {
	header := c.headerAt(start)
	if c.countHeader(header) > c.limit.MaxTokens/3 {
		return "" // it would leave no room for the rows
	}
	return header
}

// isFilled reports whether the text from start to end is over the target.
func (c *cutter) isFilled(start, end int) bool {
	n := c.tokens(start, end)
	return n > c.limit.Tokens || !c.holds(n, start, end)
}

// fits reports whether the text from start to end can be one piece.
func (c *cutter) fits(start, end int) bool { return c.holds(c.tokens(start, end), start, end) }

// holds reports whether the text from start to end, which has n tokens by
// itself, can be one piece. It counts what is embedded as a whole only where the
// sum of its parts does not answer that.
func (c *cutter) holds(n, start, end int) bool {
	start, end = trim(c.source, start, end)
	header := c.repeatedHeader(start)
	if c.head+c.countHeader(header)+n <= c.sure {
		return true
	}
	whole := retrieval.Passage{Headings: c.headings, Header: header, Text: c.source[start:end]}
	return c.count(whole.Indexed(c.title)) <= c.limit.MaxTokens
}
