package ingest

import (
	"strings"
	"unicode/utf8"
)

// maxFirstLine is the length of the longest first line that is taken for a
// title, in runes.
const maxFirstLine = 80

// readText returns the text of a plain text file. Its lines stay as they are,
// but for spaces at their ends and indents that Markdown would take for code.
func readText(source string) Extracted {
	var b strings.Builder
	afterBlank := true
	for line := range strings.Lines(source) {
		line = strings.TrimRight(line, " \t\n")
		if indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]; afterBlank && (len(indent) >= 4 || strings.Contains(indent, "\t")) {
			line = line[len(indent):]
		}
		b.WriteString(line)
		b.WriteByte('\n')
		afterBlank = line == ""
	}
	markdown := strings.Trim(b.String(), "\n")
	return Extracted{Title: firstLine(markdown), Markdown: markdown}
}

// firstLine returns the first line of text if it looks like a title: short,
// not the end of a sentence, and with more text below it.
func firstLine(text string) string {
	line, rest, _ := strings.Cut(text, "\n")
	line = strings.TrimSpace(strings.TrimLeft(line, "# "))
	if strings.TrimSpace(rest) == "" || utf8.RuneCountInString(line) > maxFirstLine || !strings.ContainsFunc(line, isWordRune) {
		return ""
	}
	if last, _ := utf8.DecodeLastRuneInString(line); strings.ContainsRune("。！？；，、…,;:：", last) || strings.HasSuffix(line, ".") {
		return ""
	}
	return line
}
