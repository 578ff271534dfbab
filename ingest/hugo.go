package ingest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// shortcode is a call of Hugo's templates in a text: {{< name arguments >}} or
// {{% name arguments %}}, opening, closing or alone.
var shortcode = regexp.MustCompile(
	"\\{\\{[<%]\\s*(/?)\\s*([\\w.-][\\w./-]*)((?:[^\"`>%{}]|\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|[>%][^}])*?)/?\\s*[>%]\\}\\}")

// shownShortcode is a call that is written to be read, not to be made.
var shownShortcode = regexp.MustCompile(`(?s)\{\{([<%])/\*(.*?)\*/([>%])\}\}`)

// shortcodeArgument is one argument of a call: name="value", "value" or value.
var shortcodeArgument = regexp.MustCompile("(?:(\\w+)\\s*=\\s*)?(?:\"((?:\\\\.|[^\"\\\\])*)\"|`([^`]*)`|([^\\s\"`]+))")

// expandShortcodes replaces Hugo's shortcodes by what a reader sees of them:
// the title of a box, the caption of a figure, the target of a reference. The
// text between an opening and a closing one is text. Code that shows
// shortcodes stays as it is.
func expandShortcodes(source string) string {
	if !strings.Contains(source, "{{") {
		return source
	}
	var edits []edit
	for _, m := range shortcode.FindAllStringSubmatchIndex(source, -1) {
		name, arguments := source[m[4]:m[5]], source[m[6]:m[7]]
		if isClosing := m[2] < m[3]; isClosing {
			name, arguments = "", ""
		}
		edits = append(edits, edit{m[0], m[1], shortcodeText(name, arguments)})
	}
	for _, m := range shownShortcode.FindAllStringSubmatchIndex(source, -1) {
		edits = append(edits, edit{m[0], m[1], "{{" + source[m[2]:m[3]] + source[m[4]:m[5]] + source[m[6]:m[7]] + "}}"})
	}
	if len(edits) > 0 {
		code := codeRanges(source)
		edits = slices.DeleteFunc(edits, func(e edit) bool { return code.contains(e.start) })
	}
	return apply(source, edits)
}

// shortcodeText returns what a reader sees of one call.
func shortcodeText(name, arguments string) string {
	named := make(map[string]string)
	var placed []string
	for _, m := range shortcodeArgument.FindAllStringSubmatch(arguments, -1) {
		value := strings.ReplaceAll(m[2]+m[3]+m[4], `\"`, `"`)
		if m[1] == "" {
			placed = append(placed, value)
			continue
		}
		named[m[1]] = value
	}
	first := strings.Join(placed[:min(len(placed), 1)], "")
	switch name {
	case "ref", "relref":
		return firstOf(named["path"], first)
	case "details", "expand", "tab", "button":
		return firstOf(named["title"], named["summary"], named["name"], first)
	}
	return firstOf(named["caption"], named["title"], named["alt"])
}

// spans are ranges of bytes, each from its first element to before its second.
type spans [][2]int

// contains reports whether the byte at position at lies in one of s, which are
// ascending.
func (s spans) contains(at int) bool {
	behind, _ := slices.BinarySearchFunc(s, at+1, func(span [2]int, at int) int { return cmp.Compare(span[0], at) })
	return behind > 0 && at < s[behind-1][1]
}

// shifted adds by to the ends of each span, in place.
func (s spans) shifted(by int) spans {
	for i := range s {
		s[i][0], s[i][1] = s[i][0]+by, s[i][1]+by
	}
	return s
}

// codeRanges returns where a Markdown text shows code between fences or
// backquotes, in its stretches with shortcodes.
func codeRanges(source string) spans {
	var code spans
	for s := range stretchesOf(source) {
		if lines := source[s.start:s.end]; strings.Contains(lines, "{{") {
			code = append(code, codeParsed(lines).shifted(s.start)...)
		}
	}
	return code
}

// codeParsed parses a text and returns where it shows code.
func codeParsed(source string) spans {
	var code spans
	// The walk only fails with an error of its callback, which has none.
	_ = ast.Walk(parseMarkdown([]byte(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			if lines := n.Lines(); lines.Len() > 0 {
				code = append(code, [2]int{lines.At(0).Start, lines.At(lines.Len() - 1).Stop})
			}
		case *ast.CodeSpan:
			for c := n.FirstChild(); c != nil; c = c.NextSibling() {
				if t, ok := c.(*ast.Text); ok {
					code = append(code, [2]int{t.Segment.Start, t.Segment.Stop})
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return code
}
