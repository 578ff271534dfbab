package slack

import (
	"strings"

	"github.com/yuin/goldmark/ast"
)

// linesOf returns the lines of a block as they stand in the source.
func linesOf(n ast.Node, source []byte) string {
	var b strings.Builder
	for i := range n.Lines().Len() {
		at := n.Lines().At(i)
		b.Write(at.Value(source))
	}
	return b.String()
}

// lastLine returns where in the source the lines of a block end.
func lastLine(n ast.Node) int {
	if n.Lines().Len() == 0 {
		return 0
	}
	return n.Lines().At(n.Lines().Len() - 1).Stop
}

// textOf returns the words of an inline node.
func textOf(n ast.Node, source []byte) []byte {
	var words []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			words = append(words, t.Segment.Value(source)...)
			continue
		}
		words = append(words, textOf(c, source)...)
	}
	return words
}

// lastByte returns where in the source the words of an inline node end.
func lastByte(n ast.Node) int {
	last := 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			last = max(last, t.Segment.Stop)
		}
		last = max(last, lastByte(c))
	}
	return last
}
