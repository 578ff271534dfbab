package pdf

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// maxEdge is how many lines a header or a footer has.
const maxEdge = 3

// dropFurniture takes from every page the headers, footers and page numbers:
// lines at its upper or lower edge, apart from the rest, that most pages have.
// A header of a table that is repeated stands close to its rows and stays.
func dropFurniture(pages []page) {
	edges := make([][]edgeLine, len(pages))
	seen := map[string]int{} // pages that have a key
	filled := 0
	for i, p := range pages {
		if len(p.runs) > 0 {
			filled++
		}
		edges[i] = edgesOf(p)
		onPage := map[string]bool{}
		for _, e := range edges[i] {
			for _, key := range e.keys {
				onPage[key] = true
			}
		}
		for key := range onPage {
			seen[key]++
		}
	}
	for i := range pages {
		drop := map[int]bool{}
		for _, e := range edges[i] {
			if isFurniture(e, seen, filled) {
				for _, order := range e.orders {
					drop[order] = true
				}
			}
		}
		pages[i].runs = without(pages[i].runs, drop)
	}
}

// isFurniture reports whether a line is on so many of the pages, where left
// and right pages may have their own, that nobody wrote it for one of them. Of
// two pages only what counts them is.
func isFurniture(e edgeLine, seen map[string]int, pages int) bool {
	for i, key := range e.keys {
		if n := seen[key]; n >= 3 && n*5 >= pages*2 || n == 2 && pages == 2 && i > 0 {
			return true
		}
	}
	return false
}

// without returns the runs whose order is not in drop.
func without(runs []run, drop map[int]bool) []run {
	if len(drop) == 0 {
		return runs
	}
	var kept []run
	for _, r := range runs {
		if !drop[r.order] {
			kept = append(kept, r)
		}
	}
	return kept
}

// An edgeLine is a line at the edge of a page.
type edgeLine struct {
	keys   []string // what makes it the same line on another page: see keysOf
	orders []int    // of its runs
}

// edgesOf returns the lines at the upper and the lower edge of a page that
// blank space parts from what is further in.
func edgesOf(p page) []edgeLine {
	var straight []run
	for _, r := range p.runs {
		if !r.isTurned {
			straight = append(straight, r)
		}
	}
	lines := linesOf(straight)
	var edges []edgeLine
	for i := range upToGap(len(lines), func(i int) float64 {
		return (lines[i+1].base - lines[i+1].size - lines[i].base) / lines[i].size
	}) {
		edges = append(edges, newEdge("top ", lines[i], straight, p.number))
	}
	last := len(lines) - 1
	for i := range upToGap(len(lines), func(i int) float64 {
		return (lines[last-i].base - lines[last-i].size - lines[last-i-1].base) / lines[last-i].size
	}) {
		edges = append(edges, newEdge("bottom ", lines[last-i], straight, p.number))
	}
	return edges
}

// upToGap returns how many of n lines, counted from an edge, stand before the
// first gap, which is among the first few or nowhere. gap returns the blank space
// after a line, in heights of its type.
func upToGap(n int, gap func(int) float64) int {
	if n == 1 {
		return 1
	}
	for i := range min(maxEdge, n-1) {
		if gap(i) >= 0.6 {
			return i + 1
		}
	}
	return 0
}

// newEdge returns a line of a page as an edgeLine.
func newEdge(edge string, l line, runs []run, page int) edgeLine {
	e := edgeLine{keys: keysOf(edge, l.text(), page)}
	for _, r := range runs {
		if r.base >= l.base-0.4*l.size && r.base <= l.base+0.4*l.size {
			e.orders = append(e.orders, r.order)
		}
	}
	return e
}

var numbers = regexp.MustCompile(`\d+`)

// keysOf returns the text of a line, and the text with each of its numbers in
// turn as the distance from the number of the page: a page number, and no other
// number, has the same distance on every page.
func keysOf(edge, text string, page int) []string {
	text = strings.Join(strings.Fields(text), " ")
	keys := []string{edge + text}
	for _, at := range numbers.FindAllStringIndex(text, 8) {
		n, err := strconv.Atoi(text[at[0]:at[1]])
		if err != nil {
			continue // longer than any page number
		}
		keys = append(keys, fmt.Sprintf("%s%s<%+d>%s", edge, text[:at[0]], n-page, text[at[1]:]))
	}
	return keys
}
