package ingest

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// lineElements are the elements that a browser sets on lines of their own.
var lineElements = []atom.Atom{
	atom.P, atom.Div, atom.Br, atom.Hr, atom.Li, atom.Ul, atom.Ol, atom.Tr, atom.Table, atom.H1, atom.H2, atom.H3, atom.H4,
	atom.H5, atom.H6, atom.Section, atom.Article, atom.Details, atom.Summary, atom.Blockquote, atom.Pre, atom.Dt, atom.Dd,
}

// htmlText returns what a fragment of HTML in a Markdown text says. The
// fragment may begin and end inside elements, as Markdown cuts it at blank
// lines; Markdown in it stays.
func htmlText(fragment string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(fragment))
	skipped := atom.Atom(0) // the element whose text nobody sees
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return joinLines(b.String())
		}
		raw := string(z.Raw()) // entities stay: Markdown reads them, and &lt; must not become a tag
		token := z.Token()
		switch {
		case skipped != 0:
			if kind == html.EndTagToken && token.DataAtom == skipped {
				skipped = 0
			}
		case kind == html.TextToken:
			b.WriteString(raw)
		case kind == html.StartTagToken && (token.DataAtom == atom.Script || token.DataAtom == atom.Style):
			skipped = token.DataAtom
		case kind == html.StartTagToken || kind == html.SelfClosingTagToken || kind == html.EndTagToken:
			b.WriteString(tagText(token))
		}
	}
}

// tagText returns what a tag contributes to the text: a line break, a space
// between cells, the description of an image.
func tagText(token html.Token) string {
	switch {
	case token.DataAtom == atom.Img:
		for _, a := range token.Attr {
			if a.Key == "alt" {
				return strings.ReplaceAll(a.Val, "<", "&lt;")
			}
		}
	case token.DataAtom == atom.Td || token.DataAtom == atom.Th:
		return " "
	case slices.Contains(lineElements, token.DataAtom):
		return "\n"
	}
	return ""
}

// joinLines takes indents and empty lines out of text, which would make code
// or paragraphs of its lines.
func joinLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// inlineHTMLText returns what a tag or comment inside a paragraph says.
func inlineHTMLText(tag []byte) string {
	z := html.NewTokenizer(bytes.NewReader(tag))
	if kind := z.Next(); kind == html.ErrorToken || kind == html.TextToken {
		return ""
	}
	return strings.ReplaceAll(tagText(z.Token()), "\n", " ")
}
