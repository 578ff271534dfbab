package slack

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"bureau/markdown"
)

// widest is how wide a column of a table is shown, in halves of a Chinese
// character.
const widest = 40

// table returns a table as lines of one width, which is how Slack can show one.
func (r *rendering) table(n ast.Node) string {
	var rows [][]string
	var widths []int
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			words := neutral(strings.Join(strings.Fields(resolved(string(textOf(cell, r.source)))), " "))
			r.written = max(r.written, lastByte(cell))
			if len(widths) == len(cells) {
				widths = append(widths, 0)
			}
			widths[len(cells)] = min(widest, max(widths[len(cells)], widthOf(words)))
			cells = append(cells, words)
		}
		rows = append(rows, cells)
	}
	var b strings.Builder
	for i, cells := range rows {
		writeRow(&b, cells, widths)
		if i == 0 {
			for k, width := range widths {
				b.WriteString(separator(k) + strings.Repeat("-", width))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// writeRow writes the cells of a row in their columns.
func writeRow(b *strings.Builder, cells []string, widths []int) {
	for k, words := range cells {
		b.WriteString(separator(k) + words)
		if k < len(cells)-1 {
			b.WriteString(strings.Repeat(" ", max(0, widths[k]-widthOf(words))))
		}
	}
	b.WriteByte('\n')
}

// separator stands before the k-th column.
func separator(k int) string {
	if k == 0 {
		return ""
	}
	return " | "
}

// widthOf returns how wide a text is shown: Chinese characters are twice as wide
// as others.
func widthOf(text string) int {
	width := 0
	for _, r := range text {
		if width++; markdown.IsWide(r) {
			width++
		}
	}
	return width
}
