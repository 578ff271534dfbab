package office

import (
	"cmp"
	"slices"
	"strings"

	"bureau/ingest/format"
)

// A sheet is one of a workbook, or a CSV file: what of it can be seen.
type sheet struct {
	name   string
	rows   []sheetRow // that say anything, ascending
	merged []area
}

// A sheetRow is a row of a sheet.
type sheetRow struct {
	number  int         // in the file, from 1
	isApart bool        // an empty row is before it
	cells   []sheetCell // that say anything, by column
}

// A sheetCell is a cell of a sheet.
type sheetCell struct {
	column int // from 1
	span   int // columns over which it is merged
	text   string
	isText bool // and not a number or a date
}

// An area is a part of a sheet whose cells are merged into one, ends included.
type area struct{ top, left, bottom, right int }

// sheet adds a sheet: its tables, which empty rows part.
func (d *draft) sheet(s *sheet) {
	s.repair()
	d.merge(s)
	var header *heading
	for rows := s.rows; len(rows) > 0 && d.err == nil; {
		n := 1
		for n < len(rows) && !rows[n].isApart {
			n++
		}
		header = d.sheetTable(s.name, rows[:n], header)
		rows = rows[n:]
	}
}

// repair puts rows and cells in their order where a file does not have them so.
func (s *sheet) repair() {
	byNumber := func(a, b sheetRow) int { return cmp.Compare(a.number, b.number) }
	if !slices.IsSortedFunc(s.rows, byNumber) {
		slices.SortStableFunc(s.rows, byNumber)
	}
	byColumn := func(a, b sheetCell) int { return cmp.Compare(a.column, b.column) }
	for _, row := range s.rows {
		if !slices.IsSortedFunc(row.cells, byColumn) {
			slices.SortStableFunc(row.cells, byColumn)
		}
	}
}

// merge gives the text of a merged cell to each row that it is in, so that each
// row says all of itself.
func (d *draft) merge(s *sheet) {
	find := func(number int) int {
		i, _ := slices.BinarySearchFunc(s.rows, number, func(r sheetRow, n int) int { return cmp.Compare(r.number, n) })
		return i
	}
	for _, m := range s.merged {
		first, end := find(m.top), find(m.bottom+1)
		if first >= end || s.rows[first].number != m.top {
			continue
		}
		if d.count(end - first - 1); d.err != nil {
			return
		}
		at, found := s.rows[first].at(m.left)
		if !found {
			continue
		}
		s.rows[first].cells[at].span = m.right - m.left
		for i := first + 1; i < end; i++ {
			if j, taken := s.rows[i].at(m.left); !taken {
				s.rows[i].cells = slices.Insert(s.rows[i].cells, j, s.rows[first].cells[at])
			}
		}
	}
}

// at returns where the cell of a column is, or would be.
func (r sheetRow) at(column int) (int, bool) {
	return slices.BinarySearchFunc(r.cells, column, func(c sheetCell, column int) int { return cmp.Compare(c.column, column) })
}

// text returns the texts of a row on one line.
func (r sheetRow) text() string {
	var texts []string
	for _, c := range r.cells {
		texts = append(texts, c.text)
	}
	return strings.Join(texts, " ")
}

// sheetTable adds the rows of one table, and returns its header. Rows above the
// header are its caption. A table without a header goes on with the one before,
// if that has all its columns; else the letters of the columns are its header.
func (d *draft) sheetTable(sheetName string, rows []sheetRow, before *heading) *heading {
	columns := columnsOf(rows)
	at := headerRow(rows, len(columns))
	for at > 0 || len(rows) == 1 {
		d.place(format.Row, rows[0].number, sheetName)
		d.paragraph(rows[0].text())
		rows, at = rows[1:], at-1
	}
	if len(rows) == 0 {
		return before
	}
	h, first := before, rows[0].number
	switch {
	case at == 0:
		h = newHeading(rows[0], columns)
		rows = rows[1:]
	case h == nil || !h.has(columns):
		h = newHeading(sheetRow{}, columns)
	}
	if h.isWide() {
		d.place(format.Row, rows[0].number, sheetName)
		d.wideRows(sheetName, rows, h)
	} else {
		d.place(format.Row, first, sheetName)
		d.narrowRows(sheetName, rows, h)
	}
	return h
}

// narrowRows adds rows as a table, whose first place is noted.
func (d *draft) narrowRows(sheetName string, rows []sheetRow, h *heading) {
	width := len(h.columns)
	d.header(h.texts, width)
	texts := make([]string, width)
	for i, r := range rows {
		if i > 0 || d.places[len(d.places)-1].Number != r.number {
			d.placeAt(d.Len(), format.Row, r.number, sheetName)
		}
		clear(texts)
		for _, c := range r.cells {
			if at, found := slices.BinarySearch(h.columns, c.column); found {
				texts[at] = c.text
			}
		}
		if d.count(max(0, width-len(r.cells))); d.err != nil {
			return
		}
		d.row(texts, width)
	}
}

// wideRows adds rows as items of a list that say of each cell what it is: a
// table so wide that its header does not fit beside its rows is not understood.
func (d *draft) wideRows(sheetName string, rows []sheetRow, h *heading) {
	var b strings.Builder
	for i, r := range rows {
		if i > 0 {
			d.placeAt(d.Len(), format.Row, r.number, sheetName)
		}
		b.Reset()
		for _, c := range r.cells {
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			if at, found := slices.BinarySearch(h.columns, c.column); found {
				b.WriteString(oneLine(h.texts[at]) + ": ")
			}
			b.WriteString(oneLine(c.text))
			if int64(d.Len()+b.Len()) > d.limits.Unpacked {
				break
			}
		}
		d.item(block{depth: 1, marker: "-", text: b.String()})
		if d.isFull() {
			return
		}
	}
}

// columnsOf returns the columns that any of the rows has, ascending.
func columnsOf(rows []sheetRow) []int {
	seen := make(map[int]bool)
	var columns []int
	for _, r := range rows {
		for _, c := range r.cells {
			if !seen[c.column] {
				seen[c.column] = true
				columns = append(columns, c.column)
			}
		}
	}
	slices.Sort(columns)
	return columns
}
