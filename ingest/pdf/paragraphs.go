package pdf

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A block is a paragraph, a heading, an item of a list or a table.
type block struct {
	text   string // of all but a table, as it is drawn
	table  table
	isItem bool // of a list with bullets, which is not in text
	level  int  // of a heading, from 1; 0 for any other
	page   int
	breaks []pageBreak // inside text
	size   float64     // of its type
	// What tells whether a paragraph goes on from one column in the next.
	opens, isIndented, isFull bool
}

// A pageBreak is where in a paragraph another page begins.
type pageBreak struct{ at, page int }

// maxParagraph is the length of the longest paragraph, in bytes: what is longer
// was not written as one.
const maxParagraph = 16 << 10

// A column puts the lines of one column into blocks.
type column struct {
	lines   []line
	left    float64 // edges of the outermost lines
	right   float64
	leading float64 // usual distance of two baselines, in heights of the type
	blocks  []block
}

// blocksOf returns the blocks of a column.
func blocksOf(lines []line, page int) []block {
	if len(lines) == 0 {
		return nil
	}
	c := column{lines: lines, left: lines[0].x0, right: lines[0].x1, leading: leadingOf(lines)}
	for i := range lines {
		c.left, c.right = min(c.left, lines[i].x0), max(c.right, lines[i].x1)
		mergeMarker(&lines[i])
	}
	isNew := true
	for i := 0; i < len(lines); {
		if t, n := tableAt(lines[i:]); n > 0 {
			c.blocks = append(c.blocks, block{table: t, page: page, size: lines[i].size})
			i += n
			isNew = true
			continue
		}
		if last := len(c.blocks) - 1; isNew || len(c.blocks[last].text) > maxParagraph || !c.goesOn(i) {
			c.begin(lines[i], page)
		} else {
			c.blocks[last].text = join(c.blocks[last].text, lines[i].text())
		}
		c.blocks[len(c.blocks)-1].isFull = c.isFull(i)
		isNew = false
		i++
	}
	c.blocks[0].opens = true
	return c.blocks
}

// begin adds a block that begins with a line.
func (c *column) begin(l line, page int) {
	b := block{text: l.text(), page: page, size: l.size, isIndented: l.x0 > c.left+0.8*l.size}
	if bullet := bullets.FindString(b.text); bullet != "" {
		b.text, b.isItem = b.text[len(bullet):], true
	}
	c.blocks = append(c.blocks, b)
}

// goesOn reports whether line i goes on with the paragraph of the line before:
// the type is the same, the distance is the usual one, the line before had no
// room for the first word, and nothing marks a beginning.
func (c *column) goesOn(i int) bool {
	before, l := c.lines[i-1], c.lines[i]
	apart := (l.base - before.base) / l.size
	switch {
	case l.size > 1.1*before.size || before.size > 1.1*l.size:
		return false
	case apart < 0.2 || apart > 2.5 || apart > 1.2*c.leading:
		return false
	case markers.MatchString(l.text()):
		return false
	case l.x0 > before.x0+0.8*l.size && !markers.MatchString(before.text()):
		return false
	}
	return before.x1+widthOfFirstWord(l) > c.right-0.5*l.size
}

// isFull reports whether line i has no room for the next word, whatever it is.
func (c *column) isFull(i int) bool { return c.lines[i].x1 > c.right-3*c.lines[i].size }

// widthOfFirstWord returns how wide the first word of a line is with a space
// before it, from the mean width of the line's characters.
func widthOfFirstWord(l line) float64 {
	text := l.text()
	length := 0
	for _, r := range text {
		if unicode.IsSpace(r) {
			break
		}
		length++
		if isCJK(r) {
			break
		}
	}
	return (l.x1-l.x0)*float64(length)/float64(max(utf8.RuneCountInString(text), 1)) + 0.25*l.size
}

// leadingOf returns the distance of baselines that lines of a paragraph have,
// in heights of the type: near the smallest one, since paragraphs are apart.
func leadingOf(lines []line) float64 {
	var apart []float64
	for i := 1; i < len(lines); i++ {
		a, b := lines[i-1], lines[i]
		if d := (b.base - a.base) / b.size; d > 0.5 && d < 2.5 && b.size < 1.1*a.size && a.size < 1.1*b.size {
			apart = append(apart, d)
		}
	}
	if len(apart) == 0 {
		return 1.4
	}
	slices.Sort(apart)
	return apart[len(apart)*3/10]
}

var (
	bullets = regexp.MustCompile(`^(?:[•▪◦‣●○■□◆⁃∙]\s*|[·*–-]\s+)`)
	// markers are how items and numbered clauses begin, in English and Chinese.
	markers = regexp.MustCompile(`^(?:[•▪◦‣●○■□◆⁃∙]|[·*–-]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)](?:\s|$)|` +
		`\d{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十百零〇\d]{1,5}[章节節条條款]|[①-⑳])`)
)

// mergeMarker puts the marker of an item, which stands apart from it, into the
// cell of the item.
func mergeMarker(l *line) {
	if len(l.cells) < 2 || !isMarker(l.cells[0].text) {
		return
	}
	first := l.cells[0]
	l.cells = l.cells[1:]
	l.cells[0].text = strings.TrimSpace(first.text) + " " + l.cells[0].text
	l.cells[0].x0 = first.x0
}

// isMarker reports whether text is the marker of an item and nothing else.
func isMarker(text string) bool {
	text = strings.TrimSpace(text) + " "
	return len(markers.FindString(text)) >= len(strings.TrimSpace(text)) || len(bullets.FindString(text)) == len(text)
}
