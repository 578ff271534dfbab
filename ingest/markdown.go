package ingest

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"

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
	return fullParser().Parse(text.NewReader(source))
}

// parseBlocks returns the tree of a Markdown text down to its paragraphs, which
// takes half the time. What is inside them is one text, with its markup.
func parseBlocks(source []byte) ast.Node {
	return blockParser().Parse(text.NewReader(source))
}

// The parsers, which take longer to make than a short text to parse. Many may use
// them at once.
var (
	fullParser  = sync.OnceValue(func() parser.Parser { return newParser(parser.DefaultInlineParsers()...) })
	blockParser = sync.OnceValue(func() parser.Parser { return newParser() })
)

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
	if !strings.ContainsAny(raw, markup) {
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
	return Extracted{Title: firstHeading(markdown), Markdown: markdown}
}

// firstHeading returns the text of the first heading that has one, or "".
func firstHeading(source string) string {
	for s := range stretchesOf(source) {
		switch s.kind {
		case plainHeading:
			return oneLine(s.heading)
		case anyBlocks:
			if heading := firstHeadingParsed(source[s.start:s.end]); heading != "" {
				return heading
			}
		default: // no other kind has one in it
		}
	}
	return ""
}

// firstHeadingParsed parses a text and returns what firstHeading does.
func firstHeadingParsed(source string) string {
	raw := []byte(source)
	for n := parseBlocks(raw).FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			if heading := oneLine(headingText(raw, h)); heading != "" {
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
	if len(edits) == 0 {
		return source
	}
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
	var edits []edit
	for s := range stretchesOf(source) {
		if s.isTidy(source) {
			continue
		}
		for _, e := range tidyParsed(source[s.start:s.end]) {
			edits = append(edits, edit{e.start + s.start, e.end + s.start, e.text})
		}
	}
	return strings.Trim(apply(source, edits), "\n")
}

// isTidy reports whether a stretch is known to need no edit. Edits are made for
// tags, links, images and rules.
func (s stretch) isTidy(source string) bool {
	lines := source[s.start:s.end]
	switch s.kind {
	case plainHeading, plainCode:
		return true
	case anyBlocks:
		return !strings.ContainsAny(lines, "<[") && !hasRule(lines)
	default:
		return strings.IndexByte(lines, '<') < 0 && !strings.Contains(lines, "](")
	}
}

// tidyParsed parses a text and returns the edits that tidy makes in it.
func tidyParsed(source string) []edit {
	t := tidier{source: []byte(source)}
	// The walk only fails with an error of its callback, which has none.
	_ = ast.Walk(parseMarkdown(t.source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			t.visit(n)
		}
		return ast.WalkContinue, nil
	})
	return t.edits
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
