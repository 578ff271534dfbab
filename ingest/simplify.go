package ingest

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bureau/ingest/format"
)

// simplify takes the links out of n that lead to another place of the page,
// where they mean nothing without it, and writes raised digits so that they do
// not become part of the number before: 5<sup>2</sup> is no 52.
func simplify(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		simplify(c)
		switch {
		case c.DataAtom == atom.A && strings.HasPrefix(attribute(c, "href"), "#"):
			unlink(c)
		case c.DataAtom == atom.Sup:
			raise(c)
		}
		c = next
	}
}

// unlink puts what a link says in its place. The mark behind a heading that
// leads to the heading itself says nothing.
func unlink(link *html.Node) {
	if strings.ContainsFunc(textOf(link), isWordRune) {
		for link.FirstChild != nil {
			child := link.FirstChild
			link.RemoveChild(child)
			link.Parent.InsertBefore(child, link)
		}
	}
	link.Parent.RemoveChild(link)
}

// raise writes the digits in n as raised ones.
func raise(n *html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			d.Data = format.Raised(d.Data)
		}
	}
}
