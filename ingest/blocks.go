package ingest

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"bureau/retrieval"
)

// A block is one block of a document's outermost level: a heading, a
// paragraph, a whole list.
type block struct {
	start, end int  // bytes of the text; white space around is left out
	whole      bool // a list, table or code, which is cut only where it must be
	level      int  // of a heading, 1 to 6; 0 for any other block
	heading    string
	anchor     string
}

// A layout is where a text may be cut.
type layout struct {
	source string
	blocks []block
	// parts are the starts of the rows of tables, the items of lists and the
	// blocks in quotations; inner are those of all blocks at any depth.
	// Both are starts of lines, ascending.
	parts, inner []int
	tables       []tableRows // in order, as is code
	code         spans
}

// A tableRows is a table whose rows may be parted.
type tableRows struct {
	header     string // its first lines, without the last line break
	start, end int    // bytes of the rows below the header
}

// layOut parses a text. Its blocks are in order and hold all of it but white
// space: a block goes on to where the next one starts, so that nothing is lost
// that the tree does not show, as the definitions of links.
func layOut(source string) layout {
	l := layout{source: source}
	var anchors retrieval.Anchors
	for s := range stretchesOf(source) {
		if s.kind == anyBlocks {
			l.append(layOutStretch(source[s.start:s.end], &anchors), s.start)
		} else {
			l.addPlain(s, &anchors)
		}
	}
	return l
}

// append adds the layout of a part of the text that begins at a byte.
func (l *layout) append(part layout, at int) {
	for _, b := range part.blocks {
		b.start, b.end = b.start+at, b.end+at
		l.blocks = append(l.blocks, b)
	}
	l.parts = append(l.parts, shifted(part.parts, at)...)
	l.inner = append(l.inner, shifted(part.inner, at)...)
	for _, t := range part.tables {
		t.start, t.end = t.start+at, t.end+at
		l.tables = append(l.tables, t)
	}
	l.code = append(l.code, part.code.shifted(at)...)
}

// layOutStretch parses a stretch of a text.
func layOutStretch(source string, anchors *retrieval.Anchors) layout {
	l := layout{source: source}
	raw := []byte(source)
	root := parseBlocks(raw)
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		at := l.lineStart(n.Pos())
		if last := len(l.blocks) - 1; n.Pos() < 0 || last >= 0 && at < l.blocks[last].end {
			continue // it is part of the block before
		}
		l.closeBlock(at)
		b := block{start: at, end: at, whole: isWhole(n)}
		if h, ok := n.(*ast.Heading); ok {
			heading := headingText(raw, h)
			b.level, b.heading, b.anchor = h.Level, oneLine(heading), anchors.Of(heading)
			b.end = l.headingEnd(h)
		}
		l.blocks = append(l.blocks, b)
	}
	l.closeBlock(len(source))
	l.blocks = slices.DeleteFunc(l.blocks, func(b block) bool { return b.start == b.end })
	l.findParts(root)
	return l
}

// closeBlock ends the last block at position at. What a heading does not hold
// of the text up to there, or what stands before the first block, becomes a
// block of its own.
func (l *layout) closeBlock(at int) {
	last := len(l.blocks) - 1
	if last >= 0 && l.blocks[last].level == 0 {
		l.blocks[last].start, l.blocks[last].end = trim(l.source, l.blocks[last].start, at)
		return
	}
	from := 0
	if last >= 0 {
		from = l.blocks[last].end
	}
	if start, end := trim(l.source, from, at); start < end {
		l.blocks = append(l.blocks, block{start: start, end: end})
	}
}

// headingEnd returns the end of a heading's lines: one, or with the line drawn
// under it two or more.
func (l *layout) headingEnd(h *ast.Heading) int {
	lines := h.Lines()
	if lines.Len() == 0 || lines.At(0).Start != h.Pos() {
		return l.lineEnd(h.Pos())
	}
	return l.lineEnd(min(l.lineEnd(lines.At(lines.Len()-1).Start)+1, len(l.source)))
}

// findParts notes where the blocks inside others begin.
func (l *layout) findParts(root ast.Node) {
	// The walk only fails with an error of its callback, which has none.
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		if !entering || n.Parent() == nil || n.Pos() < 0 {
			return ast.WalkContinue, nil
		}
		at := l.lineStart(n.Pos())
		switch n := n.(type) {
		case *extast.Table:
			l.addTable(n)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			if lines := n.Lines(); lines.Len() > 0 {
				l.code = append(l.code, [2]int{at, lines.At(lines.Len() - 1).Stop})
			}
		}
		if n.Kind() == extast.KindTableRow && n.PreviousSibling().Kind() == extast.KindTableHeader {
			return ast.WalkSkipChildren, nil // the first row stays with its header
		}
		l.inner = append(l.inner, at)
		if n.Parent().Parent() == nil || n.Parent().Parent().Kind() == ast.KindDocument {
			l.parts = append(l.parts, at)
		}
		return ast.WalkContinue, nil
	})
	for _, starts := range []*[]int{&l.parts, &l.inner} {
		slices.Sort(*starts)
		*starts = slices.Compact(*starts)
	}
}

// addTable notes a table with rows.
func (l *layout) addTable(table *extast.Table) {
	head := table.FirstChild()
	if head == nil || head.NextSibling() == nil || table.LastChild().Pos() < 0 || head.Pos() < 0 {
		return
	}
	rows := l.lineStart(head.NextSibling().Pos())
	start := l.lineStart(head.Pos())
	if rows <= start {
		return
	}
	l.tables = append(l.tables, tableRows{
		header: strings.TrimSpace(l.source[start:rows]),
		start:  rows,
		end:    l.lineEnd(table.LastChild().Pos()),
	})
}

// headerAt returns the header of the table in whose rows position at lies, or "".
func (l *layout) headerAt(at int) string {
	behind, _ := slices.BinarySearchFunc(l.tables, at+1, func(t tableRows, at int) int { return cmp.Compare(t.start, at) })
	if behind > 0 && at < l.tables[behind-1].end {
		return l.tables[behind-1].header
	}
	return ""
}

// lineStart returns the start of the line that position at is in.
func (l *layout) lineStart(at int) int {
	return strings.LastIndexByte(l.source[:max(at, 0)], '\n') + 1
}

// lineEnd returns the end of the line that position at is in, before its break.
func (l *layout) lineEnd(at int) int {
	if i := strings.IndexByte(l.source[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(l.source)
}

// isWhole reports whether a block is better not cut.
func isWhole(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindList, ast.KindFencedCodeBlock, ast.KindCodeBlock, extast.KindTable:
		return true
	}
	return false
}

// trim returns the range from start to end of text without the white space at
// its ends.
func trim(text string, start, end int) (int, int) {
	part := strings.TrimRightFunc(text[start:end], unicode.IsSpace)
	trimmed := strings.TrimLeftFunc(part, unicode.IsSpace)
	return start + len(part) - len(trimmed), start + len(part)
}
