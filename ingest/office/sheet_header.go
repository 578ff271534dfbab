package office

import (
	"slices"
	"strings"
)

// A heading is the header of a table in a sheet.
type heading struct {
	columns []int    // ascending
	texts   []string // of each of the columns
}

// newHeading makes a header of a row for columns. Those that the row has
// nothing for are named by their letters.
func newHeading(r sheetRow, columns []int) *heading {
	h := &heading{columns: columns, texts: make([]string, len(columns))}
	for _, c := range r.cells {
		from, _ := slices.BinarySearch(columns, c.column)
		for i := from; i < len(columns) && columns[i] <= c.column+c.span; i++ {
			h.texts[i] = c.text
		}
	}
	for i, text := range h.texts {
		if text == "" {
			h.texts[i] = columnName(columns[i])
		}
	}
	return h
}

// has reports whether the header has all of the columns.
func (h *heading) has(columns []int) bool {
	for _, c := range columns {
		if _, found := slices.BinarySearch(h.columns, c); !found {
			return false
		}
	}
	return len(columns) > 1
}

// isWide reports whether the header would take so much of each passage that
// little is left for the rows.
func (h *heading) isWide() bool {
	const maxColumns, maxBytes = 12, 320
	size := 0
	for _, text := range h.texts {
		size += len(text)
	}
	return len(h.columns) > maxColumns || size > maxBytes
}

// headerRow returns which row of a table is its header, or -1. It is the first
// row that fills most of the columns, if it has texts and no numbers. Above it
// there may be a few rows with captions.
func headerRow(rows []sheetRow, width int) int {
	const captions = 5
	for i, r := range rows[:min(len(rows), captions+1)] {
		filled := 0
		for _, c := range r.cells {
			filled += 1 + min(c.span, width)
		}
		if len(r.cells) == 1 && width > 1 || filled*3 < width*2 {
			continue
		}
		if isHeader(r) {
			return i
		}
		return -1
	}
	return -1
}

// isHeader reports whether all cells of a row may name columns: texts that
// differ, or years.
func isHeader(r sheetRow) bool {
	const longest = 200 // bytes
	seen := make(map[string]bool)
	texts := 0
	for _, c := range r.cells {
		if !c.isText && !isYear(c.text) || len(c.text) > longest || seen[c.text] {
			return false
		}
		seen[c.text] = true
		if c.isText {
			texts++
		}
	}
	return texts > 0
}

// isYear reports whether a text is a year that a column may be named by.
func isYear(text string) bool {
	return len(text) == 4 && (strings.HasPrefix(text, "19") || strings.HasPrefix(text, "20")) && strings.Trim(text, "0123456789") == ""
}

// columnName returns the letters of a column, from 1: 28 is "AB".
func columnName(column int) string {
	name := ""
	for ; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
