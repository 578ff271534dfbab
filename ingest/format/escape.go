package format

import (
	"regexp"
	"strings"
)

var (
	inline = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "<", `\<`, "](", `]\(`, "][", `]\[`, "![", `!\[`, "~", `\~`)
	// opening is what makes a heading, a quotation, a definition of a
	// link, or a rule, an underline or the second line of a table.
	opening = regexp.MustCompile(`^(\s*)(#{1,6}(?:\s|$)|>|\[[^\]]*\]:|[-=_:|+][-=_:|+ \t]*$)`)
)

// Escape turns plain text into Markdown that reads the same: no character of
// it makes a heading, a table, code, a link, emphasis or HTML. Lines that begin
// as items of a list stay items, and lines stay lines of their paragraph.
func Escape(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		line = strings.TrimRight(line, " \t\r")
		if text := strings.TrimLeft(line, " \t"); len(line)-len(text) > 3 || strings.Contains(line[:len(line)-len(text)], "\t") {
			line = "   " + text // four columns would make it code
		}
		if m := opening.FindStringSubmatchIndex(line); m != nil {
			line = line[:m[4]] + "\x00" + line[m[4]:]
		}
		lines[i] = strings.ReplaceAll(inline.Replace(line), "\x00", `\`)
	}
	return strings.Join(lines, "\n")
}
