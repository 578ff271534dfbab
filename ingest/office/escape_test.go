package office

import (
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"bureau/ingest/format"
)

// markdown parses and renders as the rest of the project does.
var markdown = goldmark.New(goldmark.WithExtensions(extension.NewTable(), extension.Strikethrough, extension.TaskList))

// shown returns the text that a reader of Markdown sees.
func shown(t *testing.T, source string) string {
	t.Helper()
	var b strings.Builder
	if err := markdown.Convert([]byte(source), &b); err != nil {
		t.Fatal(err)
	}
	page, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for n := range page.Descendants() {
		if n.Type == html.TextNode {
			said.WriteString(n.Data)
		}
	}
	return oneLine(said.String())
}

// traps are texts that Markdown would take for structure.
var traps = []string{
	"# heading", "## ", "#hash", "> quote", "- item", "* item", "+ item", "-", "1. item", "12) item", "---", "***", "===", "- - -",
	"| a | b |", "a | b\n--- | ---", "line\n===", "line\n---", "*em* **strong** _em_ __x__", "`code` ``` x", "~~gone~~ ~1~", "<b>bold</b> <!-- c -->",
	"<https://example.org>", "[a](http://b)", "[a]: http://b", "![a](b)", "[a][b]", "[ ] task", "[x] done", "&amp; &#35; &copy;", `back\*slash\`, `C:\_dir\#x`, "a\\\nb",
	"snake_case 2 * 3 a < b R&D", "```\ncode\n```", "~~~", "\tcode", "    code", "C#", "a #", "##", "1.", "10.5 x", "文*字*文", "“_x_”", "~0\n0~", "[a\n](b)", "a|b", `a\|b`,
}

func TestTextsCannotBecomeStructure(t *testing.T) {
	for _, trap := range traps {
		checkEscapes(t, trap)
	}
}

func FuzzEscape(f *testing.F) {
	for _, trap := range traps {
		f.Add(trap)
	}
	f.Fuzz(checkEscapes)
}

// checkEscapes fails the test unless a text is shown as it is, in a paragraph,
// an item, a heading and a cell.
func checkEscapes(t *testing.T, source string) {
	source = strings.ToValidUTF8(source, "")
	want := oneLine(source)
	if want == "" {
		return
	}
	for kind, b := range map[ast.NodeKind]block{
		ast.KindParagraph: {text: source},
		ast.KindList:      {text: source, depth: 1, marker: "-"},
		ast.KindHeading:   {text: source, level: 2},
	} {
		var d draft
		d.write(b)
		root := markdown.Parser().Parse(text.NewReader([]byte(d.String())))
		if root.ChildCount() != 1 || root.FirstChild().Kind() != kind {
			t.Errorf("%q is not one %s: %q", source, kind, d.String())
		}
		if got := shown(t, d.String()); got != want {
			t.Errorf("%q is shown as %q in a %s: %q", source, got, kind, d.String())
		}
	}
	d := draft{limits: format.Default}
	d.header([]string{"h", source}, 2)
	d.row([]string{source, "x"}, 2)
	if got := shown(t, d.String()); got != "h "+want+" "+want+" x" {
		t.Errorf("%q is shown as %q in a table: %q", source, got, d.String())
	}
}

func TestReadableTextStaysAsItIs(t *testing.T) {
	for _, text := range []string{"snake_case_name", "2 * 3 = 6", "a < b & c > d", "R&D", "50% ~ 60%", "#1 choice", "-5 °C", "第3条：年假[2026]", "10.5 days", "C# and F#", "（1）总则"} {
		if got := escapeLine(text, text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
