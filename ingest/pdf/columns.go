package pdf

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"
)

// readingOrder returns the runs of a page in groups, each a column or the full
// width between columns, in the order in which they are read. Text in another
// direction than the page's, as a stamp across it, comes last.
func readingOrder(runs []run) [][]run {
	var straight []run
	var turned run
	for _, r := range runs {
		if !r.isTurned {
			straight = append(straight, r)
			continue
		}
		if turned.text == "" {
			turned = r
			turned.size = 1 // however large, it is no heading
		} else {
			turned.text = strings.TrimRight(turned.text, " ") + " " + r.text
		}
	}
	groups := inColumns(straight)
	if turned.text != "" {
		groups = append(groups, []run{turned})
	}
	return groups
}

const (
	minColumn = 3  // lines of the shortest column that a gutter is looked for
	maxSplits = 10 // columns in columns
)

// split parts runs at the widest-spread gutter, and the parts again.
//
// Runs across the gutter, as a title over two columns, cut it into bands. In a
// band whose sides are columns the left side is read before the right one; a
// band whose sides are cells of a table stays as it is.
func split(runs []run, depth int) [][]run {
	at, ok := gutter(runs)
	if !ok || depth == maxSplits {
		return [][]run{runs}
	}
	across, sides := bands(runs, at)
	var groups [][]run
	var rest []run
	flush := func() {
		if len(rest) > 0 && len(rest) < len(runs) {
			groups = append(groups, split(rest, depth+1)...)
		} else if len(rest) > 0 {
			groups = append(groups, rest)
		}
		rest = nil
	}
	for i, band := range sides {
		if areColumns(band.left, band.right) {
			flush()
			groups = append(groups, split(band.left, depth+1)...)
			groups = append(groups, split(band.right, depth+1)...)
		} else {
			rest = append(append(rest, band.left...), band.right...)
		}
		if i < len(across) {
			rest = append(rest, across[i])
		}
	}
	flush()
	return groups
}

// A band is the runs on both sides of a gutter between two runs across it.
type band struct{ left, right []run }

// bands returns the runs across x, from the top, and the bands before, between
// and after them.
func bands(runs []run, x float64) (across []run, sides []band) {
	for _, r := range runs {
		if r.x0 < x && r.x1 > x {
			across = append(across, r)
		}
	}
	slices.SortStableFunc(across, func(a, b run) int { return cmp.Compare(a.base, b.base) })
	sides = make([]band, len(across)+1)
	for _, r := range runs {
		b := &sides[sort.Search(len(across), func(i int) bool { return across[i].base >= r.base })]
		switch {
		case r.x1 <= x:
			b.left = append(b.left, r)
		case r.x0 >= x:
			b.right = append(b.right, r)
		}
	}
	return across, sides
}

// gutter returns the x that the fewest runs cross with enough of them on both
// sides and a clear space between, or false.
func gutter(runs []run) (float64, bool) {
	if len(runs) < 2*minColumn {
		return 0, false
	}
	low, high := runs[0].x0, runs[0].x1
	for _, r := range runs {
		low, high = min(low, r.x0), max(high, r.x1)
	}
	const bins = 600
	width := (high - low) / bins
	if !(width > 0) {
		return 0, false
	}
	bin := func(x float64) int { return min(max(int((x-low)/width), 0), bins-1) }
	var begins, ends [bins + 1]int // runs by the bin that they begin and end in
	for _, r := range runs {
		begins[bin(r.x0)]++
		ends[bin(r.x1)]++
	}
	best, bestCross, bestSide := -1, 0, 0
	left, right := 0, len(runs)
	for b := range bins {
		right -= begins[b]
		side, cross := min(left, right), len(runs)-left-right
		if side >= minColumn && (best < 0 || cmp.Or(cmp.Compare(cross, bestCross), cmp.Compare(bestSide, side)) < 0) {
			best, bestCross, bestSide = b, cross, side
		}
		left += ends[b]
	}
	if best < 0 {
		return 0, false
	}
	return clearSpace(runs, low+(float64(best)+0.5)*width)
}

// clearSpace returns the middle of the space around x between the runs on its
// two sides, or false if that is not wider than a space between words.
func clearSpace(runs []run, x float64) (float64, bool) {
	from, to := math.Inf(-1), math.Inf(1)
	var sizes []float64
	for _, r := range runs {
		sizes = append(sizes, r.size)
		if r.x1 <= x {
			from = max(from, r.x1)
		}
		if r.x0 >= x {
			to = min(to, r.x0)
		}
	}
	slices.Sort(sizes)
	return (from + to) / 2, to-from >= 0.6*sizes[len(sizes)/2]
}

// areColumns reports whether the runs on two sides of a gutter are columns of
// text and not cells of a table. Programs draw text in its logical order, so
// columns are drawn one after the other, and tables row by row. Where lines are
// drawn in turn, as by a scanner's software, long lines on both sides are
// columns.
func areColumns(left, right []run) bool {
	leftLines, rightLines := linesOf(left), linesOf(right)
	if len(leftLines) < 2 || len(rightLines) < 2 {
		return false
	}
	misplaced, turns := drawingOrder(left, right)
	if misplaced*8 <= len(left)+len(right) {
		return true
	}
	shorter := min(len(leftLines), len(rightLines))
	return shorter >= 4 && turns*10 >= 8*(2*shorter-1) && isProse(leftLines) && isProse(rightLines)
}

// drawingOrder returns how many runs would have to move so that one side is
// drawn wholly before the other, and how often drawing goes over to the other.
func drawingOrder(left, right []run) (misplaced, turns int) {
	type drawn struct {
		order   int
		isRight bool
	}
	var all []drawn
	for _, r := range left {
		all = append(all, drawn{r.order, false})
	}
	for _, r := range right {
		all = append(all, drawn{r.order, true})
	}
	slices.SortFunc(all, func(a, b drawn) int { return cmp.Compare(a.order, b.order) })
	leftFirst, rightFirst := len(left), len(right) // misplaced if the other side begins after the first none
	misplaced = min(leftFirst, rightFirst)
	for i, d := range all {
		if d.isRight {
			leftFirst, rightFirst = leftFirst+1, rightFirst-1
		} else {
			leftFirst, rightFirst = leftFirst-1, rightFirst+1
		}
		misplaced = min(misplaced, leftFirst, rightFirst)
		if i > 0 && d.isRight != all[i-1].isRight {
			turns++
		}
	}
	return misplaced, turns
}

// isProse reports whether most lines are long and fill their column.
func isProse(lines []line) bool { return fullLines(lines)*2 > len(lines) }

// fullLines returns how many lines are long and fill their column.
func fullLines(lines []line) int {
	low, high := lines[0].x0, lines[0].x1
	for _, l := range lines {
		low, high = min(low, l.x0), max(high, l.x1)
	}
	full := 0
	for _, l := range lines {
		if l.x1-l.x0 >= 0.6*(high-low) && l.x1-l.x0 >= 8*l.size {
			full++
		}
	}
	return full
}
