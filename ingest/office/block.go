package office

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"bureau/ingest/format"
)

// A block is one block of a document: a heading, an item of a list, a table, a
// rule or a paragraph.
type block struct {
	level  int    // of a heading, 1 to 6
	depth  int    // of an item, from 1
	marker string // of an item: "-" or "3."
	text   string // as it is read, "\n" for breaks; "" for a table and a rule
	table  *table
	isRule bool
}

// A draft is the Markdown of a document as it grows.
type draft struct {
	strings.Builder
	places   []format.Place
	items    []int // widths of the markers of the open items, outermost first
	cells    int   // of all tables, and the paragraphs in them
	limits   format.Limits
	warnings []string
	err      error // the first one; it stays
}

// write adds a block, if it says anything.
func (d *draft) write(b block) {
	switch {
	case d.err != nil:
	case b.table != nil:
		d.table(b.table)
	case b.isRule:
		d.gap()
		d.WriteString("---\n")
	case b.level > 0:
		d.headed(b.level, b.text)
	case b.depth > 0:
		d.item(b)
	default:
		d.paragraph(b.text)
	}
}

// gap ends what stands before, with an empty line.
func (d *draft) gap() {
	d.items = d.items[:0]
	if d.Len() > 0 {
		d.WriteByte('\n')
	}
}

// headed adds a heading of a level from 1 to 6.
func (d *draft) headed(level int, text string) {
	if text = oneLine(text); text == "" {
		return
	}
	d.gap()
	d.WriteString(strings.Repeat("#", min(level, 6)) + " " + escapeHeading(text) + "\n")
}

// paragraph adds a paragraph.
func (d *draft) paragraph(text string) {
	if lines := linesOf(text); len(lines) > 0 {
		d.gap()
		d.lines(lines, "")
	}
}

// item adds an item of a list. An item that is deeper than one below the item
// before it stands one below.
func (d *draft) item(b block) {
	lines := linesOf(b.text)
	if len(lines) == 0 {
		return
	}
	if len(d.items) == 0 {
		d.gap()
	}
	d.items = d.items[:min(b.depth-1, len(d.items))]
	indent := 0
	for _, width := range d.items {
		indent += width
	}
	d.items = append(d.items, len(b.marker)+1)
	d.WriteString(strings.Repeat(" ", indent) + b.marker + " ")
	d.lines(lines, strings.Repeat(" ", indent+len(b.marker)+1))
}

// lines adds the lines of a paragraph, each but the first behind an indent.
func (d *draft) lines(lines []string, indent string) {
	paragraph := strings.Join(lines, "")
	for i, line := range lines {
		if i > 0 {
			d.WriteString("  \n" + indent) // two spaces keep the break
		}
		d.WriteString(escapeLine(line, paragraph))
	}
	d.WriteByte('\n')
}

// linesOf returns the lines of a text that say anything.
func linesOf(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(visible(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// place notes where the next block stands in the file.
func (d *draft) place(kind format.Kind, number int, name string) {
	start := d.Len()
	if start > 0 {
		start++ // the empty line belongs to what is before
	}
	d.placeAt(start, kind, number, name)
}

// placeAt notes where the text from start on stands in the file.
func (d *draft) placeAt(start int, kind format.Kind, number int, name string) {
	p := format.Place{Start: start, Kind: kind, Number: number, Name: name}
	if last := len(d.places) - 1; last >= 0 && d.places[last].Start == start {
		d.places[last] = p
		return
	}
	d.places = append(d.places, p)
}

// count adds to the cells of the document, and stops it at the limit.
func (d *draft) count(cells int) {
	if d.cells += cells; d.cells > d.limits.Cells && d.err == nil {
		d.err = fmt.Errorf("%w: its tables have more than %d cells; split it, leave out what is raw data, or exclude it", format.ErrLimit, d.limits.Cells)
	}
}

// isFull stops the document where its text has become larger than it may: one
// text in a file can stand in a million cells.
func (d *draft) isFull() bool {
	if int64(d.Len()) > d.limits.Unpacked && d.err == nil {
		d.err = fmt.Errorf("%w: its text is over %d MiB; split it", format.ErrLimit, d.limits.Unpacked>>20)
	}
	return d.err != nil
}

// countEntries stops the document where a list in it is longer than it may be.
func (d *draft) countEntries(n, limit int, what string) {
	if n > limit && d.err == nil {
		d.err = fmt.Errorf("%w: more than %d %s; split it", format.ErrLimit, limit, what)
	}
}

// warn adds a warning that counts something, unless there is none of it.
func (d *draft) warn(n int, one, many, rest string) {
	switch {
	case n == 1:
		d.warnings = append(d.warnings, "1 "+one+" "+rest)
	case n > 1:
		d.warnings = append(d.warnings, strconv.Itoa(n)+" "+many+" "+rest)
	}
}

// finish puts the draft into a text.
func (d *draft) finish(text format.Text) (format.Text, error) {
	if d.err != nil {
		return format.Text{}, d.err
	}
	text.Markdown, text.Places, text.Warnings = strings.TrimSuffix(d.String(), "\n"), d.places, d.warnings
	if n := len(text.Places); n > 0 && text.Places[n-1].Start >= len(text.Markdown) {
		text.Places = text.Places[:n-1]
	}
	return text, nil
}

// clip returns the first limit runes of text, with an ellipsis where some are
// left out.
func clip(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit-1]) + "…"
}
