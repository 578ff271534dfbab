package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// parseMarkdown returns the tree of a Markdown text, GitHub's tables included.
// Its positions are bytes of source. Bare addresses, which end where a space is,
// and what only changes the look of a text are not looked for.
func parseMarkdown(source []byte) ast.Node {
	return newParser(parser.DefaultInlineParsers()...).Parse(text.NewReader(source))
}

// parseBlocks returns the tree of a Markdown text down to its paragraphs, which
// takes half the time. What is inside them is one text, with its markup.
func parseBlocks(source []byte) ast.Node {
	return newParser().Parse(text.NewReader(source))
}

// newParser returns a parser that looks into paragraphs for what inline parsers
// find.
func newParser(inline ...util.PrioritizedValue) parser.Parser {
	const afterDefinitions = 200 // of links, which are paragraphs too
	paragraphs := append(parser.DefaultParagraphTransformers(), util.Prioritized(extension.NewTableParagraphTransformer(), afterDefinitions))
	return parser.NewParser(parser.WithBlockParsers(parser.DefaultBlockParsers()...), parser.WithInlineParsers(inline...),
		parser.WithParagraphTransformers(paragraphs...))
}

// headingText returns the text of a heading of parseBlocks without its markup.
func headingText(source []byte, h *ast.Heading) string {
	raw := leafText(source, h)
	if !strings.ContainsAny(raw, "*_`[]<>&\\~!:") {
		return raw // there is no markup in it
	}
	if parsed, ok := parseMarkdown([]byte("# " + oneLine(raw))).FirstChild().(*ast.Heading); ok {
		return leafText([]byte("# "+oneLine(raw)), parsed)
	}
	return raw
}

// readMarkdown returns the text of a Markdown document.
func readMarkdown(source string) Extracted {
	markdown := tidy(expandShortcodes(source))
	return Extracted{Title: firstHeading([]byte(markdown)), Markdown: markdown}
}

// firstHeading returns the text of the first heading that has one, or "".
func firstHeading(source []byte) string {
	const beginning = 8 << 10 // bytes, in which most texts have it
	if at := bytes.LastIndex(source[:min(beginning, len(source))], []byte("\n#")); len(source) > beginning && at > 0 {
		if heading := firstHeading(source[:at]); heading != "" {
			return heading // what follows does not change the blocks before it
		}
	}
	for n := parseBlocks(source).FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			if heading := oneLine(headingText(source, h)); heading != "" {
				return heading
			}
		}
	}
	return ""
}

// leafText returns the text of a node without its markup.
func leafText(source []byte, n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(source))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		default:
			b.WriteString(leafText(source, c))
		}
	}
	return b.String()
}

// An edit puts text in the place of the bytes from start to end.
type edit struct {
	start, end int
	text       string
}

// apply returns source with the edits made. Of edits that overlap, the one
// that begins first is made, and of two that begin together the longer.
func apply(source string, edits []edit) string {
	slices.SortFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue
		}
		b.WriteString(source[at:e.start])
		b.WriteString(e.text)
		at = e.end
	}
	b.WriteString(source[at:])
	return b.String()
}

// tidy reduces Markdown to its text: raw HTML to what it says, images to their
// descriptions, links to targets that a reader may follow; rules between
// paragraphs go.
func tidy(source string) string {
	t := tidier{source: []byte(source)}
	// The walk only fails with an error of its callback, which has none.
	_ = ast.Walk(parseMarkdown(t.source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			t.visit(n)
		}
		return ast.WalkContinue, nil
	})
	return strings.Trim(apply(source, t.edits), "\n")
}

// A tidier collects the edits that tidy makes.
type tidier struct {
	source []byte
	edits  []edit
}

// visit adds the edits for one node.
func (t *tidier) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		t.htmlBlock(n)
	case *ast.RawHTML:
		for i := range n.Segments.Len() {
			s := n.Segments.At(i)
			t.replace(s.Start, s.Stop, inlineHTMLText(s.Value(t.source)))
		}
	case *ast.Image:
		t.image(n)
	case *ast.Link:
		t.link(n)
	case *ast.AutoLink:
		if url := n.URL(t.source); n.Pos() >= 0 && t.source[n.Pos()] == '<' && n.AutoLinkType == ast.AutoLinkURL && !isFollowable(string(url)) {
			t.replace(n.Pos(), n.Pos()+len(url)+2, string(url))
		}
	case *ast.LinkReferenceDefinition: // every link carries its own target
		for i := range n.Lines().Len() {
			s := n.Lines().At(i)
			t.replace(s.Start, s.Start+len(bytes.TrimRight(s.Value(t.source), "\n")), "")
		}
	case *ast.ThematicBreak:
		line, _, _ := bytes.Cut(t.source[max(n.Pos(), 0):], []byte("\n"))
		t.replace(n.Pos(), n.Pos()+len(line), "")
	}
}

// replace adds an edit whose place is known.
func (t *tidier) replace(start, end int, text string) {
	if start >= 0 && start <= end && end <= len(t.source) {
		t.edits = append(t.edits, edit{start, end, text})
	}
}

// htmlBlock replaces a block of HTML by its text. Inside a list or a quotation
// that is one line, since the lines there begin with the markers of the outer
// blocks.
func (t *tidier) htmlBlock(n *ast.HTMLBlock) {
	var lines bytes.Buffer
	start, end := -1, -1
	add := func(s text.Segment) {
		if start < 0 {
			start = s.Start
		}
		lines.Write(s.Value(t.source))
		end = s.Stop
	}
	for i := range n.Lines().Len() {
		add(n.Lines().At(i))
	}
	if n.HasClosure() {
		add(n.ClosureLine)
	}
	said := htmlText(lines.String())
	if n.Parent().Kind() != ast.KindDocument {
		said = oneLine(said)
	}
	if lines.Len() > 0 && lines.Bytes()[lines.Len()-1] == '\n' {
		said += "\n"
	}
	t.replace(start, end, said)
}
