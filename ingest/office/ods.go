package office

import (
	"context"
	"strconv"
	"strings"

	"bureau/ingest/format"
)

// ReadODS reads an OpenDocument spreadsheet, as ReadXLSX reads a workbook.
//
// Errors are those of package format.
func ReadODS(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	return readODF(ctx, data, limits, "spreadsheet", "an OpenDocument spreadsheet (.ods)", func(o *odf, x *scanner) {
		number, hidden := 0, 0
		x.elements(func(name string) {
			if name != "table" {
				return
			}
			number++
			o.countEntries(number, o.draft.limits.Pages, "sheets")
			if o.styles[x.attr("style-name")].isHidden {
				hidden++
				return
			}
			r := odsReader{odf: o, sheet: sheet{name: oneLine(x.attr("name"))}, isHidden: make(map[int]bool)}
			r.read(x, number)
			x.stop(o.err)
		})
		o.warn(hidden, "hidden sheet", "hidden sheets", "left out")
	})
}

// An odsReader reads one sheet.
type odsReader struct {
	*odf
	sheet
	columns       int // that have been declared
	isHidden      map[int]bool
	hiddenRows    int
	hiddenColumns int
	row           int // number of the last one
	last          int // number of the last one that is not empty
}

// read reads a sheet and adds it to the draft.
func (r *odsReader) read(x *scanner, number int) {
	var visit func(name string)
	visit = func(name string) {
		switch name {
		case "table-column":
			r.readColumn(x)
		case "table-columns", "table-header-columns", "table-column-group", "table-rows", "table-header-rows", "table-row-group":
			x.elements(visit)
		case "table-row":
			r.readRow(x)
		}
		x.stop(r.err)
	}
	x.elements(visit)
	if len(r.rows) > 0 && x.err == nil {
		r.place(format.Sheet, number, r.name)
		r.write(block{level: 2, text: r.name})
		r.odf.sheet(&r.sheet)
	}
	in := "of sheet " + strconv.Quote(r.name) + " left out"
	r.warn(r.hiddenRows, "hidden row", "hidden rows", in)
	r.warn(r.hiddenColumns, "hidden column", "hidden columns", in)
}

// isUnseen reports whether rows or columns are hidden, by hand or by a filter.
func isUnseen(x *scanner) bool {
	visibility := string(x.attrBytes("visibility"))
	return visibility == "collapse" || visibility == "filter"
}

// readColumn reads a declaration of columns.
func (r *odsReader) readColumn(x *scanner) {
	repeated := max(1, min(x.number("number-columns-repeated", 1), maxColumns))
	if isUnseen(x) {
		for column := r.columns + 1; column <= min(r.columns+repeated, maxColumns); column++ {
			r.isHidden[column] = true
			r.hiddenColumns++
		}
	}
	r.columns = min(r.columns+repeated, maxColumns)
}

// readRow reads a row, which may stand for many that are alike.
func (r *odsReader) readRow(x *scanner) {
	repeated := max(1, min(x.number("number-rows-repeated", 1), maxRows))
	first := min(r.row, maxRows) + 1
	r.row = first + repeated - 1
	if isUnseen(x) {
		r.hiddenRows += repeated
		r.last = r.row
		return
	}
	cells := r.readCells(x, first)
	if len(cells) == 0 {
		return
	}
	for i := range repeated {
		if r.count(len(cells)); r.err != nil {
			return
		}
		r.rows = append(r.rows, sheetRow{number: first + i, isApart: first+i > r.last+1, cells: cells})
		r.last = first + i
	}
}

// readCells reads the cells of a row.
func (r *odsReader) readCells(x *scanner, row int) []sheetCell {
	var cells []sheetCell
	column := 1
	x.elements(func(name string) {
		first := column
		repeated := max(1, min(x.number("number-columns-repeated", 1), maxColumns))
		if column = min(column+repeated, maxColumns+1); name != "table-cell" {
			return // one that another cell covers
		}
		m := area{row, first, row + x.number("number-rows-spanned", 1) - 1, first + x.number("number-columns-spanned", 1) - 1}
		kind := x.attr("value-type")
		c := sheetCell{isText: kind == "string" || kind == ""}
		if c.text = r.cellText(x); c.text == "" {
			return
		}
		if m.bottom > m.top || m.right > m.left {
			r.merged = append(r.merged, area{m.top, m.left, min(m.bottom, maxRows), min(m.right, maxColumns)})
		}
		for c.column = first; c.column < column; c.column++ {
			if !r.isHidden[c.column] {
				cells = append(cells, c)
			}
			if len(cells) > r.draft.limits.Cells {
				r.count(len(cells))
				break
			}
		}
		x.stop(r.err)
	})
	return cells
}

// cellText returns what a cell shows.
func (r *odsReader) cellText(x *scanner) string {
	var b strings.Builder
	x.elements(func(name string) {
		if name == "p" {
			var boxes []block
			r.readInline(x, &b, &boxes)
			b.WriteByte('\n')
		}
	})
	return strings.TrimSpace(b.String())
}
