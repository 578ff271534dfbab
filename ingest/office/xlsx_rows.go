package office

import (
	"strconv"
	"strings"
)

// The size of the largest sheet that Excel has.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// A sheetReader reads the part of one sheet.
type sheetReader struct {
	*xlsx
	sheet
	hidden        map[int]bool // columns
	hiddenColumns int
	hiddenRows    int
	last          int // number of the last row that is not empty
}

// read reads the part from its outermost element on.
func (r *sheetReader) read(x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "cols":
			x.elements(func(string) { r.readColumns(x) })
		case "sheetData":
			row := 0
			x.elements(func(string) {
				row = r.readRow(x, min(x.number("r", row+1), maxRows))
				x.stop(r.err)
			})
		case "mergeCells":
			x.elements(func(string) {
				if m, ok := areaOf(x.attr("ref")); ok {
					r.merged = append(r.merged, m)
					r.count(1)
				}
				x.stop(r.err)
			})
		}
	})
}

// readColumns notes columns that are hidden. When all up to the last are, that
// is the empty rest of the sheet, of which there is nothing to say.
func (r *sheetReader) readColumns(x *scanner) {
	if !isTrue(x.attrBytes("hidden")) {
		return
	}
	last := min(x.number("max", 0), maxColumns)
	for column := max(1, x.number("min", 1)); column <= last && len(r.hidden) < maxColumns; column++ {
		if !r.hidden[column] && last < maxColumns {
			r.hiddenColumns++
		}
		r.hidden[column] = true
	}
}

// readRow reads a row and returns its number.
func (r *sheetReader) readRow(x *scanner, number int) int {
	row := sheetRow{number: number, isApart: number > r.last+1}
	isHidden := isTrue(x.attrBytes("hidden"))
	if isHidden {
		r.hiddenRows++
		r.last = number
		return number
	}
	column := 0
	x.elements(func(name string) {
		column = columnOf(x.attrBytes("r"), column+1)
		c := sheetCell{column: column}
		c.text, c.isText = r.readCell(x)
		if c.text == "" || column > maxColumns || r.hidden[column] {
			return
		}
		row.cells = append(row.cells, c)
		r.count(1)
		x.stop(r.err)
	})
	if len(row.cells) > 0 {
		r.rows = append(r.rows, row)
		r.last = number
	}
	return number
}

// columnOf returns the column, from 1, of a cell by its name as "AB12", or
// fallback where it has none.
func columnOf(name []byte, fallback int) int {
	column := 0
	for _, c := range name {
		if c < 'A' || c > 'Z' || column > maxColumns {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	if column == 0 {
		return fallback
	}
	return column
}

// areaOf reads an area as "A1:C2".
func areaOf(ref string) (area, bool) {
	from, to, found := strings.Cut(ref, ":")
	a := area{left: columnOf([]byte(from), 0), right: columnOf([]byte(to), 0)}
	var err1, err2 error
	a.top, err1 = strconv.Atoi(strings.TrimLeft(from, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	a.bottom, err2 = strconv.Atoi(strings.TrimLeft(to, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	isSound := found && err1 == nil && err2 == nil && 0 < a.left && a.left <= a.right && a.right <= maxColumns &&
		0 < a.top && a.top <= a.bottom && a.bottom <= maxRows
	return a, isSound
}

// readCell reads a cell: what it shows, and whether that is text.
func (r *sheetReader) readCell(x *scanner) (shown string, isText bool) {
	kind, style := x.attr("t"), x.number("s", 0)
	value, hasFormula := "", false
	x.elements(func(name string) {
		switch name {
		case "v":
			value = x.allText()
		case "is":
			value = richText(x)
		case "f":
			hasFormula = true
		}
	})
	if value == "" {
		if hasFormula && kind != "str" {
			r.uncomputed++
		}
		return "", false
	}
	return r.shown(kind, style, value)
}

// shown returns what a cell with a value shows, and whether that is text.
func (r *sheetReader) shown(kind string, style int, value string) (string, bool) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(r.strings) {
			return "", false
		}
		return strings.TrimSpace(r.strings[i]), true
	case "str", "inlineStr":
		return strings.TrimSpace(unescaped.Replace(value)), true
	case "b":
		if isTrue([]byte(value)) {
			return "TRUE", false
		}
		return "FALSE", false
	case "e", "d":
		return value, false
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil {
		return strings.TrimSpace(value), false
	}
	f := general
	if style < len(r.formats) && r.formats[style] != nil {
		f = r.formats[style]
	}
	return strings.TrimSpace(f.show(v, r.epoch1904)), false
}
