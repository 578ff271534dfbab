package pdf

import (
	"cmp"
	"math"
	"slices"
)

const (
	// minStretch is how many lines each column has at least, where columns are
	// told from a row of a table by them alone.
	minStretch = 4
	// maxFoot is how many runs the foot of a page has at most.
	maxFoot = 6
)

// inColumns returns the runs of a page in groups in the order in which they are
// read.
//
// A stretch of a page in columns, with text of the full width or tables above
// and below, is found first: among the others its columns are too few to tell.
// What stands between two such stretches is parted by itself.
func inColumns(runs []run) [][]run {
	var groups, rest [][]run
	all := stretches(runs)
	for i := 0; i < len(all); i++ {
		left, right, at := columnsOf(all[i])
		if left == nil || i > 0 && isRow(all[i-1], at) || i+1 < len(all) && isRow(all[i+1], at) {
			rest = append(rest, all[i])
			continue
		}
		// One column may begin above the other, or end below it.
		for n := len(rest); n > 0 && within(rest[n-1], math.Inf(-1), at); n-- {
			left, rest = append(left, rest[n-1]...), rest[:n-1]
		}
		for i+1 < len(all) && within(all[i+1], at, math.Inf(1)) {
			i++
			right = append(right, all[i]...)
		}
		groups = append(groups, parted(slices.Concat(rest...))...)
		groups = append(groups, parted(left)...)
		groups = append(groups, parted(right)...)
		rest = nil
	}
	return append(groups, parted(slices.Concat(rest...))...)
}

// parted is split for runs in any order, or for none.
func parted(runs []run) [][]run {
	if len(runs) == 0 {
		return nil
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.order, b.order) })
	return split(runs, 0)
}

// isRow reports whether a stretch has something on both sides of x and nothing
// across. Beside another one that is a row of a table, however long its cells.
func isRow(stretch []run, x float64) bool {
	across, sides := bands(stretch, x)
	return len(across) == 0 && len(sides[0].left) > 0 && len(sides[0].right) > 0
}

// within reports whether no run reaches out of a span of the page.
func within(runs []run, from, to float64) bool {
	return !slices.ContainsFunc(runs, func(r run) bool { return r.x0 < from || r.x1 > to })
}

// stretches cuts a page wherever all that is above is drawn before all that is
// below. Programs draw text in its logical order, so a line of the full width
// and a row of a table are stretches of their own, and columns are one.
func stretches(runs []run) [][]run {
	sorted := slices.Clone(runs)
	slices.SortStableFunc(sorted, func(a, b run) int { return cmp.Compare(a.base, b.base) })
	sorted, foot := withoutFoot(sorted)
	firstBelow := make([]int, len(sorted)) // drawn from here on down
	for i, r := range slices.Backward(sorted) {
		firstBelow[i] = r.order
		if i+1 < len(sorted) {
			firstBelow[i] = min(r.order, firstBelow[i+1])
		}
	}
	var all [][]run
	start, last := 0, -1
	for i, r := range sorted {
		if i > start && last < firstBelow[i] {
			all = append(all, sorted[start:i])
			start = i
		}
		last = max(last, r.order)
	}
	return append(all, sorted[start:], foot)
}

// withoutFoot parts the foot of a page, which is drawn right after its head
// and before its text, from what is above.
func withoutFoot(sorted []run) (text, foot []run) {
	n := len(sorted)
	for n > 1 && len(sorted)-n < maxFoot && isFoot(sorted[n-1], sorted[:n-1]) {
		n--
	}
	return sorted[:n], sorted[n:]
}

// isFoot reports whether a run below others is drawn before some of them, and
// what is drawn before it is a head above those.
func isFoot(r run, above []run) bool {
	head, text := math.Inf(-1), math.Inf(1) // the end of the one, the beginning of the other
	for _, a := range above {
		if a.order < r.order {
			head = max(head, a.base)
		} else {
			text = min(text, a.base)
		}
	}
	return head < text && !math.IsInf(text, 1)
}

// columnsOf returns the two sides of a stretch where they are columns of text
// with nothing across, and the x between them.
func columnsOf(stretch []run) (left, right []run, at float64) {
	at, ok := gutter(stretch)
	if !ok {
		return nil, nil, 0
	}
	across, sides := bands(stretch, at)
	left, right = sides[0].left, sides[0].right
	if len(across) > 0 || !isColumn(left) || !isColumn(right) || !areColumns(left, right) {
		return nil, nil, 0
	}
	return left, right, at
}

// isColumn reports whether runs are lines of text, and enough of them. Short
// paragraphs leave few lines full.
func isColumn(runs []run) bool {
	if len(runs) < minStretch {
		return false
	}
	lines := linesOf(runs)
	return len(lines) >= minStretch && fullLines(lines)*3 >= len(lines)
}
