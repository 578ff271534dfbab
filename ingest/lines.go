package ingest

import "strings"

// lineAt returns the line that begins at a byte, without its break.
func lineAt(source string, start int) string {
	if i := strings.IndexByte(source[start:], '\n'); i >= 0 {
		return source[start : start+i]
	}
	return source[start:]
}

// behindLine returns where the next line begins behind the one at start.
func behindLine(source string, start int, line string) int {
	return min(start+len(line)+1, len(source))
}

// afterBlankLines returns where the first line from start on begins that is not
// blank, or the end of the text.
func afterBlankLines(source string, start int) int {
	for start < len(source) {
		line := lineAt(source, start)
		if !isBlank(line) {
			break
		}
		start = behindLine(source, start, line)
	}
	return start
}

// isBlank reports whether Markdown takes a line for empty.
func isBlank(line string) bool {
	for i := range len(line) {
		if line[i] != ' ' && line[i] != '\t' {
			return false
		}
	}
	return true
}

// isProseLine reports whether a line without an indent, wherever it stands,
// begins no block but a paragraph, and belongs to none of any other kind.
func isProseLine(line string) bool {
	switch c := line[0]; c {
	case ' ', '\t', '#', '>', '=', '~', '|', '<', '[', ':':
		return false
	case '-', '+':
		if len(line) == 1 || strings.IndexByte(" \t-:+", line[1]) >= 0 {
			return false
		}
	case '*', '_', '`': // "**Note** that …" is no rule
		text := strings.TrimLeft(line, "*_")
		if text == "" || text[0] == ' ' || text[0] == '\t' || strings.HasPrefix(text, "```") {
			return false
		}
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if text := strings.TrimLeft(line, "0123456789"); text != "" && (text[0] == '.' || text[0] == ')') {
			return len(text) > 1 && text[1] != ' ' && text[1] != '\t' && strings.IndexByte(text, '|') < 0
		}
	}
	return strings.IndexByte(line, '|') < 0
}

// markup is what marks begin with, inside a line.
const markup = "*_`[]<>&\\~!:"

// headingOf returns the level and the text of a line that is a heading without
// any markup in it, or 0.
func headingOf(line string) (level int, heading string) {
	text := strings.TrimLeft(line, "#")
	level = len(line) - len(text)
	heading = strings.Trim(text, " \t")
	if level < 1 || level > 6 || heading == "" || text[0] != ' ' && text[0] != '\t' || strings.ContainsAny(heading, "#"+markup) { // "## Pay ##" ends with marks
		return 0, ""
	}
	return level, heading
}

// itemOf returns the marker of a line that begins an item of a list with a line
// of prose, and the number in front of the marker, if there is one. Items with
// one marker are of one list. The marker of any other line is 0.
func itemOf(line string) (marker byte, number string) {
	text := strings.TrimLeft(line, "0123456789")
	number = line[:len(line)-len(text)]
	if len(text) < 3 || text[1] != ' ' || len(number) > 9 || !isProseLine(text[2:]) {
		return 0, ""
	}
	switch c := text[0]; {
	case number == "" && (c == '-' || c == '*' || c == '+'), number != "" && (c == '.' || c == ')'):
		return c, number
	}
	return 0, ""
}

// isTable reports whether lines that begin with a bar are a table: a header, and
// a line under it with as many cells, which says how the columns are aligned.
func isTable(lines string) bool {
	header, rest, _ := strings.Cut(lines, "\n")
	columns, _, _ := strings.Cut(rest, "\n")
	header, columns = strings.TrimRight(header, " \t"), strings.TrimRight(columns, " \t")
	if strings.ContainsRune(lines, '\\') || strings.Contains(header, "||") || !strings.HasSuffix(header, "|") || !strings.HasSuffix(columns, "|") {
		return false
	}
	cells := strings.Count(columns, "|") - 1
	if cells < 1 || cells != strings.Count(header, "|")-1 {
		return false
	}
	for cell := range strings.SplitSeq(columns[1:len(columns)-1], "|") {
		dashes := strings.TrimSuffix(strings.TrimPrefix(strings.Trim(cell, " \t"), ":"), ":")
		if dashes == "" || strings.Trim(dashes, "-") != "" {
			return false
		}
	}
	return true
}

// isFence reports whether a line begins code that goes on to another fence.
func isFence(line string) bool {
	info := strings.TrimLeft(line, line[:1])
	return len(line)-len(info) >= 3 && (line[0] == '~' || line[0] == '`' && strings.IndexByte(info, '`') < 0)
}

// fenceEnd returns the end of the line from start on that closes a fence, or -1
// if nothing does.
func fenceEnd(source string, start int, fence string) int {
	marks := fence[:len(fence)-len(strings.TrimLeft(fence, fence[:1]))]
	for start < len(source) {
		line := lineAt(source, start)
		start = behindLine(source, start, line)
		text := strings.TrimLeft(line, " ")
		if len(line)-len(text) < 4 && strings.HasPrefix(text, marks) && strings.Trim(strings.TrimLeft(text, marks), " \t\r\f\v") == "" {
			return start
		}
	}
	return -1
}

// hasRule reports whether one of the lines of a text isRule.
func hasRule(text string) bool {
	for line := range strings.Lines(text) {
		if isRule(strings.TrimSuffix(line, "\n")) {
			return true
		}
	}
	return false
}

// isRule reports whether a line may be one that is drawn between paragraphs, be
// it in a quotation or a list.
func isRule(line string) bool {
	marks, inTail := 0, true
	for i := len(line) - 1; i >= 0; i-- {
		switch c := line[i]; {
		case c == '-' || c == '*' || c == '_':
			if inTail {
				marks++
			}
		case c == ' ' || c == '\t':
		case c == '>' || c == '+' || c == '.' || c == ')' || '0' <= c && c <= '9':
			inTail = false
		default:
			return false
		}
	}
	return marks >= 3
}
