package office

import "strings"

// A table is one of a document or a slide. Its reader has counted its cells,
// each as many times as the columns that it spans.
type table struct {
	rows [][]tableCell
}

// A tableCell is a cell of a table, with the columns that it spans.
type tableCell struct {
	blocks   []block
	span     int  // columns, at least 1
	rowSpan  int  // rows, at least 1
	isMerged bool // it goes on with the cell above
}

// maxSpan is how many columns or rows one cell may span.
const maxSpan = 1000

// table adds a table. One that is a frame around a text becomes the text. What
// spans rows is repeated in each, so that each says all of itself; what spans
// columns is repeated in the header only.
func (d *draft) table(t *table) {
	if len(t.rows) == 1 && len(t.rows[0]) == 1 {
		for _, b := range t.rows[0][0].blocks {
			d.write(b)
		}
		return
	}
	rows := t.texts(d)
	if len(rows) > 1 && isTitle(rows[0]) {
		d.paragraph(rows[0][0])
		rows = rows[1:]
	}
	if width := widthOf(rows); width > 0 && d.err == nil {
		if d.count(len(rows)*width - counted(rows)); d.err != nil {
			return
		}
		d.header(rows[0], width)
		for _, row := range rows[1:] {
			d.row(row, width)
		}
	}
}

// texts returns the texts of a table's cells, rows x columns. Empty rows are
// left out.
func (t *table) texts(d *draft) [][]string {
	var rows [][]string
	var above []string // texts that the cells of the next row go on with
	var down []int     // rows that they still reach
	for _, cells := range t.rows {
		row := make([]string, 0, len(cells))
		counted := 0 // by the reader
		for _, c := range cells {
			counted += c.span
			row = reach(row, above, down)
			text := flat(c.blocks)
			at := len(row)
			if c.isMerged && at < len(above) {
				text = above[at]
			}
			for i := range c.span {
				if i > 0 && len(rows) > 0 {
					row = append(row, "")
				} else {
					row = append(row, text)
				}
				above, down = grow(above, len(row)), growInts(down, len(row))
				above[at+i], down[at+i] = row[at+i], c.rowSpan
			}
		}
		row = reach(row, above, down)
		for i := range down {
			down[i] = max(0, down[i]-1)
		}
		if d.count(len(row) - counted); d.err != nil {
			return nil
		}
		if strings.Join(row, "") != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// reach adds to a row the cells that reach down into it from above.
func reach(row, above []string, down []int) []string {
	for i := len(row); i < len(down) && down[i] > 0; i++ {
		row = append(row, above[i])
	}
	return row
}

// grow returns s with at least n elements.
func grow(s []string, n int) []string {
	for len(s) < n {
		s = append(s, "")
	}
	return s
}

// growInts is grow for counts.
func growInts(s []int, n int) []int {
	for len(s) < n {
		s = append(s, 0)
	}
	return s
}

// isTitle reports whether the first row is one cell over the whole width.
func isTitle(row []string) bool {
	for _, text := range row {
		if text != row[0] {
			return false
		}
	}
	return len(row) > 1 && row[0] != ""
}

// counted returns the number of cells that rows have.
func counted(rows [][]string) int {
	n := 0
	for _, row := range rows {
		n += len(row)
	}
	return n
}

// widthOf returns the number of columns.
func widthOf(rows [][]string) int {
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	return width
}

// row adds a row of a table of a width.
func (d *draft) row(row []string, width int) {
	for _, text := range row {
		d.WriteString("| ")
		d.WriteString(escapeCell(text))
		d.WriteByte(' ')
		if d.isFull() {
			return
		}
	}
	for range width - len(row) {
		d.WriteString("|  ")
	}
	d.WriteString("|\n")
}

// header adds the first row of a table, with the line under it.
func (d *draft) header(row []string, width int) {
	d.gap()
	d.row(row, width)
	d.WriteString(strings.Repeat("| --- ", width) + "|\n")
}

// flat returns the text of a cell on one line. Tables in it become lists.
func flat(blocks []block) string {
	var parts []string
	for _, b := range blocks {
		text := oneLine(b.text)
		if b.table != nil {
			var rows []string
			for _, row := range b.table.rows {
				var cells []string
				for _, c := range row {
					if inner := flat(c.blocks); inner != "" {
						cells = append(cells, inner)
					}
				}
				rows = append(rows, strings.Join(cells, ", "))
			}
			text = strings.Join(rows, "; ")
		}
		if text != "" && b.depth > 0 && b.marker != "-" {
			text = b.marker + " " + text
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " ")
}
