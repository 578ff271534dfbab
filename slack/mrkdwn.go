package slack

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"

	"bureau/markdown"
)

// A dialect is one of the two ways in which Slack reads text.
type dialect struct {
	strong, emphasis, strike string
	bullet                   string
	// loose puts a gap around emphasis, which mrkdwn reads only beside a space
	// or a sign, and Chinese writes beside neither.
	loose bool
	// literal writes the signs that the dialect would act on.
	literal *strings.Replacer
}

// mrkdwn is what blocks and edited messages are written in, streamed what a
// streamed message is.
var (
	mrkdwn   = dialect{"*", "_", "~", "•", true, strings.NewReplacer("*", "*"+gap, "_", "_"+gap, "~", "~"+gap, "`", "ˋ")}
	streamed = dialect{"**", "*", "~~", "-", false, strings.NewReplacer("*", `\*`, "_", `\_`, "~", `\~`, "`", "\\`", `\`, `\\`)}
)

// render writes Markdown in a dialect, with the marks behind their sentences.
// Links and images are their words alone. A text that is a beginning of another,
// cut where [draft.settled] cuts, is rendered to a beginning of the other's.
func (d dialect) render(text string, marks []mark) string {
	source := []byte(text)
	r := &rendering{dialect: d, source: source, marks: slices.Clone(marks)}
	r.blocks(markdown.Parse(source), "")
	// Signs of two pieces of text must not make a link together.
	return strings.TrimRight(strings.ReplaceAll(r.out.String(), "](", "]"+gap+"("), " \n")
}

// A rendering is a text while it is rendered.
type rendering struct {
	dialect dialect
	source  []byte
	marks   []mark // that are not written yet
	written int    // up to where the source is written
	out     strings.Builder
}

// blocks writes the blocks in a block, one below the other.
func (r *rendering) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		if n.PreviousSibling() != nil {
			if _, inItem := parent.(*ast.ListItem); !inItem {
				r.out.WriteString("\n" + strings.TrimRight(indent, " "))
			}
			r.out.WriteString("\n" + indent)
		}
		r.block(n, indent)
	}
}

// block writes one block, and the marks that are due at its end. Its first line
// is indented by whoever calls it.
func (r *rendering) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		r.out.WriteString(r.dialect.strong)
		r.inlines(n, indent)
		r.out.WriteString(r.dialect.strong)
	case *ast.List:
		r.list(n, indent)
	case *ast.Blockquote:
		r.out.WriteString("> ")
		r.blocks(n, indent+"> ")
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		r.code(linesOf(n, r.source), indent)
		r.written = max(r.written, lastLine(n))
		r.settleBelow(indent)
		return
	case *extast.Table:
		r.code(r.table(n), indent)
		r.settleBelow(indent)
		return
	case *ast.ThematicBreak:
		r.out.WriteString("———")
	default:
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeBlock {
			r.blocks(n, indent)
			return
		}
		r.inlines(n, indent)
	}
	r.settle(r.written)
}

// list writes the items of a list.
func (r *rendering) list(n *ast.List, indent string) {
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		sign := r.dialect.bullet + " "
		if n.IsOrdered() {
			sign = fmt.Sprintf("%d. ", number)
			number++
		}
		if item.PreviousSibling() != nil {
			r.out.WriteString("\n" + indent)
		}
		r.out.WriteString(sign)
		r.blocks(item, indent+"    ")
	}
}

// code writes a block that is shown as it is.
func (r *rendering) code(text, indent string) {
	text = strings.ReplaceAll(r.verbatim(strings.TrimRight(text, "\n")), "```", "`"+gap+"`"+gap+"`")
	r.out.WriteString("```\n" + indent + strings.ReplaceAll(text, "\n", "\n"+indent) + "\n" + indent + "```")
}

// verbatim returns what stands in code: mrkdwn reads entities there too.
func (r *rendering) verbatim(text string) string {
	if r.dialect.loose {
		return escape(text)
	}
	return neutral(text)
}

// inlines writes what is in a line.
func (r *rendering) inlines(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			r.text(n)
			if n.HardLineBreak() {
				r.out.WriteString("\n" + indent)
			} else if n.SoftLineBreak() {
				r.out.WriteString(r.softBreak(n.Segment.Stop))
			}
		case *ast.String:
			r.out.WriteString(r.literal(string(n.Value)))
		case *ast.CodeSpan:
			code := strings.ReplaceAll(string(textOf(n, r.source)), "`", "ˋ")
			r.wrap("`", func() { r.out.WriteString(r.verbatim(code)) })
			r.written = max(r.written, lastByte(n))
		case *ast.Emphasis:
			sign := r.dialect.emphasis
			if n.Level > 1 {
				sign = r.dialect.strong
			}
			r.wrap(sign, func() { r.inlines(n, indent) })
		case *extast.Strikethrough:
			r.wrap(r.dialect.strike, func() { r.inlines(n, indent) })
		default: // links and images are their words
			r.inlines(n, indent)
		}
	}
}

// wrap writes signs around what write writes. Chinese punctuation at the end of
// it stands behind them, where every reader of Markdown takes them for signs.
func (r *rendering) wrap(sign string, write func()) {
	before := r.out.String()
	r.out.Reset()
	write()
	inner := r.out.String()
	r.out.Reset()
	r.out.WriteString(before)
	words := strings.TrimRight(inner, "：，。；、！？）」』】》”’ ")
	if strings.TrimSpace(words) == "" {
		r.out.WriteString(inner)
		return
	}
	if last, _ := utf8.DecodeLastRuneInString(before); r.dialect.loose && isWordly(last) {
		r.out.WriteString(gap)
	}
	r.out.WriteString(sign + words + sign)
	if r.dialect.loose && words == inner {
		r.out.WriteString(gap)
	}
	r.out.WriteString(inner[len(words):])
}

// isWordly reports whether mrkdwn sees no emphasis right behind r.
func isWordly(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// text writes a piece of the source, with the marks that are due inside it.
func (r *rendering) text(n *ast.Text) {
	from, to := n.Segment.Start, n.Segment.Stop
	r.settle(from)
	for len(r.marks) > 0 && r.marks[0].end <= to {
		end := max(from, r.marks[0].end)
		r.out.WriteString(r.literal(string(r.source[from:end])))
		from = end
		r.settle(from)
	}
	r.out.WriteString(r.literal(string(r.source[from:to])))
	r.written = max(r.written, to)
}

// settle writes the marks of the sentences that end at or before a byte, and,
// at the end of a block, of those that have only signs left.
func (r *rendering) settle(at int) {
	for len(r.marks) > 0 && (r.marks[0].end <= at || onlySigns(r.source[min(at, r.marks[0].end):r.marks[0].end]) && r.marks[0].begin < at) {
		r.out.WriteString(r.marks[0].words)
		r.marks = r.marks[1:]
	}
}

// settleBelow writes the marks that are due after a block of code in a line of
// their own: behind its last sign they would keep it from ending.
func (r *rendering) settleBelow(indent string) {
	before := r.out.Len()
	r.settle(r.written)
	if r.out.Len() == before {
		return
	}
	all := r.out.String()
	r.out.Reset()
	r.out.WriteString(all[:before] + "\n" + indent + strings.TrimLeft(all[before:], " "))
}

// onlySigns reports whether there is no word in a piece of the source.
func onlySigns(text []byte) bool {
	return !slices.ContainsFunc([]rune(string(text)), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// literal returns words that say only what they say.
func (r *rendering) literal(text string) string {
	return entities.Replace(r.dialect.literal.Replace(neutral(resolved(text))))
}

// resolved returns the characters that Markdown writes as entities or behind a
// backslash.
func resolved(text string) string {
	return string(util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences([]byte(text)))))
}

// softBreak returns what stands for the end of a line inside a paragraph: a
// space, and nothing between Chinese.
func (r *rendering) softBreak(at int) string {
	before, _ := utf8.DecodeLastRune(r.source[:at])
	after, _ := utf8.DecodeRune(r.source[min(at+1, len(r.source)):])
	if markdown.IsWide(before) && markdown.IsWide(after) {
		return ""
	}
	return " "
}
