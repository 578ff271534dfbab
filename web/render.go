package web

import (
	"bytes"
	"regexp"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	reader "bureau/markdown"
)

// ownDocument matches the only links that are rendered: to a document of this
// server. Everything else could carry what was read to somebody else.
var ownDocument = regexp.MustCompile(`^/documents/[A-Za-z0-9_-]{1,128}(\?passage=[0-9]{1,9}-[0-9]{1,9})?(#[\p{L}\p{M}\p{N}_%-]+)?$`)

// markdown reads what people are shown. The marks of marks.go are not there to
// its emphasis.
var markdown = reader.New(isMark, util.Prioritized(ownLinks{}, 100))

// rendered are the elements that Markdown becomes.
var rendered = []string{
	"p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li",
	"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}

// answerPolicy is the second wall behind the parser: what it does not list
// does not reach a browser.
var answerPolicy = policy()

// policy returns what all rendered text may hold.
func policy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(rendered...)
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|center|right)$`)).OnElements("th", "td")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	p.AllowAttrs("href").Matching(ownDocument).OnElements("a")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// blocks renders Markdown, one sanitised piece of HTML for each block at the
// top of it. Marks pass through.
func blocks(source string) []string {
	text, doc := parse(source)
	var html []string
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		var b bytes.Buffer
		if err := markdown.Renderer().Render(&b, text, n); err != nil {
			b.Reset() // a bytes.Buffer does not fail, and half a block is not shown
		}
		html = append(html, answerPolicy.Sanitize(b.String()))
	}
	return html
}

// parse reads Markdown into a tree over the returned bytes.
func parse(source string) ([]byte, ast.Node) {
	b := []byte(source)
	return b, markdown.Parser().Parse(text.NewReader(b))
}

// ownLinks leaves of images and of links to elsewhere their words alone.
type ownLinks struct{}

// Transform implements [parser.ASTTransformer].
func (ownLinks) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var foreign []ast.Node
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Image:
			foreign = append(foreign, n)
		case *ast.Link:
			if n.Title = nil; !ownDocument.Match(n.Destination) {
				foreign = append(foreign, n)
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		doc.RemoveChildren(doc) // the walk above returns no error; without it nothing is shown
		return
	}
	for _, n := range foreign {
		unwrap(n)
	}
}

// unwrap puts the children of n in its place.
func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		parent.InsertBefore(parent, n, c)
		c = next
	}
	parent.RemoveChild(parent, n)
}
