package web

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"bureau/audit"
	"bureau/chat"
	"bureau/retrieval"
)

// passageAnchor is the id of the marked passage in a document's page. Its
// capital keeps it apart from the anchors of headings, which have none.
const passageAnchor = "Passage"

// documentID matches what can be the id of a document at all.
var documentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// documentPolicy adds the marked passage and the anchors of headings to what
// all rendered text may hold.
var documentPolicy = func() *bluemonday.Policy {
	p := policy()
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[\p{L}\p{M}\p{N}_-]+$`)).OnElements(rendered...)
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^passage$`)).OnElements(rendered...)
	return p
}()

// A documentView is a document as its page shows it.
type documentView struct {
	Title       string
	Anchor      string // of the document's own heading, when it is the title
	Language    string
	Updated     string
	Departments []departmentName // through which the asker reads it
	Marked      bool             // a passage is marked
	Body        template.HTML    // sanitised
}

// documentPage shows a document to those who may read it. To everybody else
// it looks as if there were none.
func (s *Server) documentPage(w http.ResponseWriter, r *http.Request, who caller) error {
	id := r.PathValue("id")
	if !documentID.MatchString(id) {
		return retrieval.ErrNotFound
	}
	scope, err := s.scope(who.ID)
	if err != nil {
		return err
	}
	text, err := s.config.Library.Read(r.Context(), scope, retrieval.DocumentID(id))
	if err != nil {
		return fmt.Errorf("read document: %w", err)
	}
	if !scope.Allows(text.Document.Readers) {
		return retrieval.ErrNotFound // the library has answered wrongly, and this is the wall behind it
	}
	opened := audit.DocumentOpened{Document: string(text.Document.ID), Version: text.Document.Version, Scope: chat.AuditScope(scope)}
	if err := s.record(r.Context(), bySession(s.doorOf(who.session), who.session), opened); err != nil {
		return err
	}
	shown := showDocument(text, passage(r.URL.Query().Get("passage")))
	shown.Departments = s.names(shared(scope.Departments(), text.Document.Readers.Departments), who.language)
	return s.page(w, http.StatusOK, "document", view{Language: who.language, Title: shown.Title, Person: &who.Person, Document: shown})
}

// passage reads START-END, in bytes of the document's text. What is no such
// range marks nothing.
func passage(value string) chat.Span {
	from, to, _ := strings.Cut(value, "-")
	start, err1 := strconv.Atoi(from)
	end, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || start < 0 || end <= start {
		return chat.Span{}
	}
	return chat.Span{Start: start, End: end}
}

// showDocument renders a document: the blocks of the passage marked, each
// heading with its anchor. A heading at its top that repeats the title becomes
// the title.
func showDocument(text retrieval.Text, passage chat.Span) documentView {
	d := text.Document
	shown := documentView{Title: d.Title, Language: d.Language, Updated: d.Updated}
	source, doc := parse(unmarked(text.Markdown))
	anchors(source, doc)
	shown.Marked = markPassage(doc, passage)
	if top, ok := doc.FirstChild().(*ast.Heading); ok && words(source, top) == d.Title {
		if id, ok := top.AttributeString("id"); ok {
			shown.Anchor = string(id.([]byte))
		}
		doc.RemoveChild(doc, top)
	}
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, source, doc); err != nil {
		return shown // a bytes.Buffer does not fail, and half a document is not shown
	}
	shown.Body = template.HTML(documentPolicy.Sanitize(b.String())) //nolint:gosec // sanitised in this line
	return shown
}

// anchors gives each heading the anchor that passages know it by.
func anchors(source []byte, doc ast.Node) {
	var known retrieval.Anchors
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if heading, ok := n.(*ast.Heading); ok {
			heading.SetAttributeString("id", []byte(known.Of(words(source, heading))))
		}
	}
}

// words returns the text of a node without its markup.
func words(source []byte, n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(source))
		case *ast.String:
			b.Write(c.Value)
		default:
			b.WriteString(words(source, c))
		}
	}
	return b.String()
}

// markPassage gives the blocks that the passage touches a class, and the first
// of them without an anchor the id to go to. It reports whether there are any.
func markPassage(doc ast.Node, passage chat.Span) bool {
	var marked []ast.Node
	var visit func(n ast.Node)
	visit = func(n ast.Node) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if c.Type() != ast.TypeBlock {
				continue
			}
			if !isMarkable(c) {
				visit(c)
				continue
			}
			if r := extent(c); r.Start < passage.End && passage.Start < r.End {
				marked = append(marked, c)
			}
		}
	}
	visit(doc)
	target := false // a heading keeps the anchor it has
	for _, n := range marked {
		n.SetAttributeString("class", []byte("passage"))
		if _, hasID := n.AttributeString("id"); !hasID && !target {
			n.SetAttributeString("id", []byte(passageAnchor))
			target = true
		}
	}
	return len(marked) > 0
}

// isMarkable reports whether a block is marked as a whole: the smallest that
// can carry a class.
func isMarkable(n ast.Node) bool {
	switch n.Kind() {
	case ast.KindParagraph, ast.KindHeading, ast.KindListItem, extast.KindTableRow, extast.KindTableHeader:
		return true
	}
	return false
}

// extent returns the bytes of the source that a block's text is in.
func extent(n ast.Node) chat.Span {
	span := chat.Span{Start: int(^uint(0) >> 1)}
	grow := func(start, end int) { span = chat.Span{Start: min(span.Start, start), End: max(span.End, end)} }
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			grow(t.Segment.Start, t.Segment.Stop)
			continue
		}
		if inner := extent(c); inner.End > 0 {
			grow(inner.Start, inner.End)
		}
	}
	if n.Type() == ast.TypeBlock && n.Lines() != nil {
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			grow(line.Start, line.Stop)
		}
	}
	return span
}
