package pdf

import (
	"cmp"
	"slices"
	"strings"
)

// A line is runs on one baseline, from the left.
type line struct {
	cells  []cell // never empty
	x0, x1 float64
	base   float64
	size   float64 // of most of its text
}

// A cell is a part of a line with a wide space on both sides.
type cell struct {
	text   string
	x0, x1 float64
}

// text returns the line as one text.
func (l line) text() string {
	parts := make([]string, len(l.cells))
	for i, c := range l.cells {
		parts[i] = strings.TrimSpace(c.text)
	}
	return strings.Join(parts, " ")
}

// linesOf puts runs into lines, from the top. Raised and lowered text is within
// a line.
func linesOf(runs []run) []line {
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(a.base, b.base) })
	var lines []line
	for len(runs) > 0 {
		n, largest := 1, runs[0]
		for n < len(runs) && runs[n].base-largest.base <= 0.4*max(largest.size, runs[n].size) {
			if runs[n].size > largest.size {
				largest = runs[n]
			}
			n++
		}
		lines = append(lines, newLine(runs[:n], largest.base))
		runs = runs[n:]
	}
	return lines
}

// newLine returns the line of these runs.
func newLine(runs []run, base float64) line {
	slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(a.x0, b.x0) })
	l := line{x0: runs[0].x0, x1: runs[0].x1, base: base, size: mainSize(runs)}
	for i, r := range runs {
		gap := r.x0 - l.x1
		switch {
		case i == 0 || gap > wideGap*l.size:
			l.cells = append(l.cells, cell{text: r.text, x0: r.x0, x1: r.x1})
		case r.order == runs[i-1].order+1 || gap < 0.15*l.size || strings.HasSuffix(runs[i-1].text, " "): // PDFium has put the space
			l.extend(r, "")
		default:
			l.extend(r, " ")
		}
		l.x1 = max(l.x1, r.x1)
	}
	return l
}

// extend adds a run to the last cell.
func (l *line) extend(r run, space string) {
	c := &l.cells[len(l.cells)-1]
	c.text += space + r.text
	c.x1 = max(c.x1, r.x1)
}

// mainSize returns the size that most of the text has.
func mainSize(runs []run) float64 {
	size, most := runs[0].size, 0
	text := map[float64]int{}
	for _, r := range runs {
		if text[r.size] += len(r.text); text[r.size] > most {
			size, most = r.size, text[r.size]
		}
	}
	return size
}
