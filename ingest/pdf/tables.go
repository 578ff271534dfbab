package pdf

import (
	"strings"

	"bureau/ingest/format"
)

// A table is rows of cells under the same columns, the first as its header.
type table [][]string

// A span is from where to where something reaches across the page.
type span struct{ x0, x1 float64 }

// overlaps reports whether two spans have a point in common.
func (s span) overlaps(other span) bool { return s.x0 <= other.x1 && other.x0 <= s.x1 }

// tableAt returns the table that the lines begin with and how many of them it
// takes, none if they do not begin with one: two lines or more with as many
// cells, each below the other and clear of its neighbours. A line with fewer
// cells belongs to it if each is below one column.
func tableAt(lines []line) (table, int) {
	if len(lines[0].cells) < 2 {
		return nil, 0
	}
	var columns []span
	for _, c := range lines[0].cells {
		columns = append(columns, span{c.x0, c.x1})
	}
	rows := table{make([]string, len(columns))}
	rows.fill(lines[0], columns)
	whole, n := 1, 1
	for ; n < len(lines); n++ {
		l, apart := lines[n], (lines[n].base-lines[n-1].base)/lines[n].size
		if apart > 4 || !place(l, columns) {
			break
		}
		isFull := len(l.cells) == len(columns)
		first := columnOf(l.cells[0], columns)
		if !isFull && (first > 0 && apart > 2 || first == 0 && len(l.cells) == 1 && apart > 1.4) {
			break
		}
		if isFull {
			whole++
		}
		if isFull || apart > 1.4 || first == 0 && len(l.cells) > 1 {
			rows = append(rows, make([]string, len(columns)))
		}
		rows.fill(l, columns)
	}
	if whole < 2 {
		return nil, 0
	}
	return rows, n
}

// place widens the columns by the cells of a line and reports true, or leaves
// them and reports false where a cell is not below exactly one column.
func place(l line, columns []span) bool {
	if len(l.cells) > len(columns) {
		return false
	}
	wider := append([]span{}, columns...)
	last := -1
	for _, c := range l.cells {
		i := columnOf(c, columns)
		if i <= last {
			return false
		}
		wider[i] = span{min(wider[i].x0, c.x0), max(wider[i].x1, c.x1)}
		last = i
	}
	for i := 1; i < len(wider); i++ {
		if wider[i-1].x1 >= wider[i].x0 {
			return false
		}
	}
	copy(columns, wider)
	return true
}

// columnOf returns the only column that a cell is below, or -1.
func columnOf(c cell, columns []span) int {
	found := -1
	for i, column := range columns {
		if !column.overlaps(span{c.x0, c.x1}) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// fill adds the cells of a line to the last row.
func (t table) fill(l line, columns []span) {
	row := t[len(t)-1]
	for _, c := range l.cells {
		i := columnOf(c, columns)
		row[i] = join(row[i], c.text)
	}
}

// cells returns how many cells there are.
func (t table) cells() int { return len(t) * len(t[0]) }

// markdown returns the table in GitHub's Markdown, without the last line end.
func (t table) markdown() string {
	var b strings.Builder
	for i, row := range t {
		b.WriteString("|")
		for _, text := range row {
			b.WriteString(" " + strings.ReplaceAll(format.Escape(oneLine(dehyphenate(text))), "|", `\|`) + " |")
		}
		if i == 0 {
			b.WriteString("\n|" + strings.Repeat(" --- |", len(row)))
		}
		if i < len(t)-1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
