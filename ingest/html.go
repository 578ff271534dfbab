package ingest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"codeberg.org/readeck/go-readability/v2"
	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"bureau/ingest/format"
)

// metaCharset finds the charset that a page declares in its first bytes.
var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)`)

// declaredCharset returns the charset that an HTML page declares, or "".
func declaredCharset(kind fileFormat, data []byte) string {
	if kind != formatHTML {
		return ""
	}
	if m := metaCharset.FindSubmatch(data[:min(len(data), 4096)]); m != nil {
		return string(m[1])
	}
	return ""
}

// readHTML returns the article of a web page.
func readHTML(source string) (Extracted, error) {
	page, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return Extracted{}, fmt.Errorf("%w: its elements are too many in each other (%w); save the page as PDF or plain text", format.ErrLimit, err)
	}
	x := Extracted{
		Title:    textOf(find(page, atom.Title)),
		Language: attribute(find(page, atom.Html), "lang"),
		Updated:  meta(page, "last-modified", "article:modified_time", "dcterms.modified", "date", "article:published_time"),
		Owner:    meta(page, "author"),
	}
	strip(page)
	simplify(page)
	if h1 := textOf(find(page, atom.H1)); h1 != "" { // a <title> often names the site as well
		x.Title = h1
	}
	markdown, err := articleMarkdown(page)
	if err != nil {
		return Extracted{}, fmt.Errorf("%w: the page cannot be converted (%w); save it as PDF or plain text", ErrUnsupported, err)
	}
	x.Markdown = tidy(markdown)
	return x, nil
}

// articleMarkdown returns the main content of a page that strip and simplify
// have been over.
// Readability is made for newspapers: where it leaves out a good part of the
// text, as it does with tables and short sections, the page's own <main> or
// <article>, or all of its body, is the better choice.
func articleMarkdown(page *html.Node) (string, error) {
	const enough = 0.9 // of the letters of the page
	own := page
	for _, tag := range []atom.Atom{atom.Main, atom.Article, atom.Body} {
		if n := find(page, tag); n != nil && len(textOf(n)) > 0 {
			own = n
			break
		}
	}
	parser := readability.NewParser()
	if article, err := parser.ParseDocument(page, nil); err == nil && article.Node != nil {
		if float64(len(textOf(article.Node))) >= enough*float64(len(textOf(own))) && find(own, atom.H1) == nil {
			own = article.Node
		}
	}
	convert := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(),
		table.NewTablePlugin(table.WithHeaderPromotion(true), table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal))))
	markdown, err := convert.ConvertNode(own)
	return string(bytes.ToValidUTF8(markdown, nil)), err
}

// unread are the elements that are not part of what a page says.
var unread = []atom.Atom{
	atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Nav, atom.Footer, atom.Aside, atom.Form,
	atom.Button, atom.Iframe, atom.Object, atom.Embed, atom.Svg, atom.Canvas, atom.Video, atom.Audio, atom.Link,
}

// strip takes the elements out of n that are not part of what a page says, and
// those that its author has hidden.
func strip(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.CommentNode,
			c.Type == html.ElementNode && (slices.Contains(unread, c.DataAtom) && !isNote(c) || isHidden(c) || isSiteHeader(c)):
			n.RemoveChild(c)
		default:
			strip(c)
		}
		c = next
	}
}

// isHidden reports whether a browser would not show an element. Text that only
// programs see is where instructions to a model are hidden.
func isHidden(n *html.Node) bool {
	style := strings.ReplaceAll(strings.ToLower(attribute(n, "style")), " ", "")
	_, hidden := attributeOf(n, "hidden")
	return hidden || strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden")
}

// isNote reports whether an element that is beside the text is a note of it, as
// books have them (EPUB 3 Structural Semantics Vocabulary; DPUB-ARIA).
func isNote(n *html.Node) bool {
	return n.DataAtom == atom.Aside && strings.Contains(attribute(n, "epub:type")+" "+attribute(n, "role"), "note")
}

// isSiteHeader reports whether n is the head of the site and not that of an
// article.
func isSiteHeader(n *html.Node) bool {
	return n.DataAtom == atom.Header && n.Parent != nil && n.Parent.DataAtom == atom.Body && find(n, atom.H1) == nil
}

// find returns the first element with a tag in n, n included, or nil.
func find(n *html.Node, tag atom.Atom) *html.Node {
	if n.Type == html.ElementNode && n.DataAtom == tag {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := find(c, tag); found != nil {
			return found
		}
	}
	return nil
}

// textOf returns the text of an element on one line, "" for nil.
func textOf(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return oneLine(b.String())
}

// meta returns the content of the first of the names that the page's <meta>
// elements have, or "".
func meta(page *html.Node, names ...string) string {
	stated := make(map[string]string)
	for d := range page.Descendants() {
		if d.Type == html.ElementNode && d.DataAtom == atom.Meta {
			name := firstOf(attribute(d, "name"), attribute(d, "property"), attribute(d, "http-equiv"))
			stated[strings.ToLower(name)] = attribute(d, "content")
		}
	}
	for _, name := range names {
		if stated[name] != "" {
			return stated[name]
		}
	}
	return ""
}

// attribute returns the value of an element's attribute, "" for none.
func attribute(n *html.Node, key string) string {
	value, _ := attributeOf(n, key)
	return value
}

// attributeOf returns the value of an element's attribute and whether it is
// there. n may be nil.
func attributeOf(n *html.Node, key string) (string, bool) {
	if n == nil {
		return "", false
	}
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}
