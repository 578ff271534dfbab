package ingest

import (
	"regexp"
	"strings"
)

// A stretch is a part of a Markdown text that can be parsed by itself: one
// paragraph of prose, or all between two of them.
type stretch struct {
	start, end int // bytes of the text
	// isProse says that it is one paragraph and nothing else, whatever stands
	// around it. Most of what people write is, and need not be parsed to know it.
	isProse bool
	// level is that of a stretch which is one heading without any markup in it, and
	// heading its text; 0 for any other.
	level   int
	heading string
}

// isPlain reports whether a stretch is known without being parsed.
func (s stretch) isPlain() bool { return s.isProse || s.level > 0 }

// definition is how the target of a link begins that is defined apart. It counts
// in all the text.
var definition = regexp.MustCompile(`(?m)^[ \t>]*\[[^\]\n]*\]:`)

// stretchesOf divides a text at its paragraphs of prose. In doubt it leaves a
// part to the parser: what is in a list, a quotation, a table or code, what is
// behind a fence or a tag, and all of a text with definitions.
func stretchesOf(source string) []stretch {
	if strings.Contains(source, "]:") && definition.MatchString(source) {
		return []stretch{{end: len(source)}}
	}
	var all []stretch
	for start := 0; start < len(source); {
		s, mayGoOn := chunkAt(source, start)
		if mayGoOn {
			s.end = len(source)
		}
		if last := len(all) - 1; last >= 0 && !s.isPlain() && !all[last].isPlain() {
			all[last].end = s.end
		} else {
			all = append(all, s)
		}
		start = s.end
	}
	return all
}

// chunkAt returns the lines from start on up to the first blank one, with the
// blank lines behind them, and whether what they begin may go on behind these, as
// code between fences does.
func chunkAt(source string, start int) (s stretch, mayGoOn bool) {
	isProse, count, at := true, 0, start
	for at < len(source) {
		line, _, _ := strings.Cut(source[at:], "\n")
		if isBlank(line) {
			break
		}
		isProse = isProse && isProseLine(line)
		count++
		at = min(at+len(line)+1, len(source))
	}
	s = stretch{start: start, isProse: isProse && count > 0}
	if chunk := source[start:at]; !s.isProse {
		mayGoOn = strings.Contains(chunk, "```") || strings.Contains(chunk, "~~~") || strings.Contains(chunk, "<")
		if count == 1 {
			s.level, s.heading = plainHeading(strings.TrimSuffix(chunk, "\n"))
		}
	}
	for at < len(source) { // the blank lines
		line, _, _ := strings.Cut(source[at:], "\n")
		if !isBlank(line) {
			break
		}
		at = min(at+len(line)+1, len(source))
	}
	s.end = at
	return s, mayGoOn
}

// plainHeading returns the level and the text of a line that is a heading
// without any markup in it, or 0.
func plainHeading(line string) (level int, heading string) {
	text := strings.TrimLeft(line, "#")
	level = len(line) - len(text)
	heading = strings.Trim(text, " \t")
	if level < 1 || level > 6 || text == heading || heading == "" || strings.ContainsAny(heading, "#*_`[]<>&\\~!:") {
		return 0, ""
	}
	return level, heading
}

// isBlank reports whether Markdown takes a line for empty.
func isBlank(line string) bool { return strings.Trim(line, " \t") == "" }

// isProseLine reports whether a line begins no block but a paragraph, and
// belongs to none of any other kind.
func isProseLine(line string) bool {
	switch c := line[0]; {
	case c == ' ', c == '\t', '0' <= c && c <= '9', strings.IndexByte("#>*+-=_`~|<[:", c) >= 0:
		return false
	}
	return strings.IndexByte(line, '|') < 0
}
