package ingest

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// image replaces an image by its description. What is behind its address is
// never fetched and never shown.
func (t *tidier) image(n *ast.Image) {
	closing, end := t.tail(n)
	if end < 0 {
		return
	}
	t.replace(n.Pos(), n.Pos()+len("!["), "")
	t.replace(closing, end, "")
}

// link leaves a link whose target a reader may follow, gives one that is
// defined elsewhere its own target, and reduces any other to its text.
func (t *tidier) link(n *ast.Link) {
	closing, end := t.tail(n)
	if end < 0 {
		return
	}
	said := strings.TrimSpace(leafText(t.source, n))
	target := string(n.Destination)
	switch {
	case said == "":
		t.replace(n.Pos(), end, "")
	case !isFollowable(target):
		t.replace(n.Pos(), n.Pos()+len("["), "")
		t.replace(closing, end, addressIn(target, said))
	case n.Reference != nil:
		t.replace(closing, end, "](<"+strings.NewReplacer("<", "%3C", ">", "%3E", "\n", "").Replace(target)+">)")
	}
}

// isFollowable reports whether a link's target may stay: a page of the web or
// a place relative to the document.
func isFollowable(target string) bool {
	scheme, _, found := strings.Cut(target, ":")
	if !found || strings.ContainsAny(scheme, "/?#") {
		return true
	}
	scheme = strings.ToLower(strings.TrimSpace(scheme))
	return scheme == "http" || scheme == "https"
}

// addressIn returns the address of a link for writing or calling, which is
// part of what a text says, in brackets, where said does not name it.
func addressIn(target, said string) string {
	scheme, address, _ := strings.Cut(target, ":")
	address, _, _ = strings.Cut(address, "?")
	switch strings.ToLower(scheme) {
	case "mailto", "tel":
		if !strings.Contains(said, address) && !strings.ContainsAny(address, "[]<>\n") {
			return " (" + address + ")"
		}
	}
	return ""
}

// tail returns where the closing bracket of a link or image stands and where
// the whole ends, or an end of -1 where the source does not tell.
func (t *tidier) tail(n ast.Node) (closing, end int) {
	at := n.Pos() + 1
	if n.Kind() == ast.KindImage {
		at++
	}
	if n.LastChild() != nil {
		at = t.lastByte(n.LastChild())
	}
	if n.Pos() < 0 || at < 0 || at > len(t.source) {
		return 0, -1
	}
	at += len(t.source[at:]) - len(bytes.TrimLeft(t.source[at:], "*_~` \t\n>"))
	if at >= len(t.source) || t.source[at] != ']' {
		return 0, -1
	}
	closing, end = at, at+1
	if n := matching(t.source[end:]); n > 0 {
		end += n
	}
	return closing, end
}

// lastByte returns the end of the last text in an inline node, before its
// closing marks, or -1.
func (t *tidier) lastByte(n ast.Node) int {
	switch n := n.(type) {
	case *ast.Text:
		return n.Segment.Stop
	case *ast.RawHTML:
		return n.Segments.At(n.Segments.Len() - 1).Stop
	case *ast.AutoLink:
		return n.Pos() + len(n.Label(t.source)) + 1
	case *ast.Link, *ast.Image:
		_, end := t.tail(n)
		return end
	}
	if n.LastChild() == nil {
		return -1
	}
	return t.lastByte(n.LastChild())
}

// matching returns the length of the "(target "title")" or "[label]" that text
// begins with, or 0.
func matching(text []byte) int {
	if len(text) == 0 {
		return 0
	}
	switch text[0] {
	case '[':
		return closingAt(text, ']')
	case '(':
		return closingAt(text, ')')
	}
	return 0
}

// closingAt returns the length of text up to and with the bracket that closes
// its first one. Brackets in quotes, in <> and after a backslash do not count.
func closingAt(text []byte, closing byte) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case closing == ')' && c == '<' && bytes.Equal(bytes.TrimSpace(text[1:i]), nil):
			quote = '>'
		case closing == ')' && (c == '"' || c == '\'') && isSpace(text[i-1]):
			quote = c
		case c == text[0]:
			depth++
		case c == closing:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// isSpace reports whether c separates a link's target from its title.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }
