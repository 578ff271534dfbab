package ingest

import (
	"iter"
	"regexp"
	"strings"
)

// A stretch is a part of a Markdown text that can be parsed by itself: one plain
// block, or all between two of them.
type stretch struct {
	start, end int // bytes of the text
	kind       stretchKind
	level      int    // of a heading, 1 to 6
	heading    string // its text
	marker     byte   // of a list, see itemOf
}

// A stretchKind says what a stretch is. Most of what people write is plain: it
// need not be parsed to know it.
type stretchKind uint8

const (
	anyBlocks    stretchKind = iota // what only the parser knows
	plainProse                      // one paragraph
	plainHeading                    // one heading, without any markup in it
	plainList                       // one list, whose items are paragraphs
	plainTable                      // one table, a row on each line
	plainCode                       // what two fences enclose
)

// isOpen reports whether what follows a stretch may belong to its last block.
func (s stretch) isOpen() bool { return s.kind == anyBlocks || s.kind == plainList }

// definition is how the target of a link begins that is defined apart. It counts
// in all the text.
var definition = regexp.MustCompile(`(?m)^[ \t>]*\[[^\]\n]*\]:`)

// stretchesOf divides a text at its plain blocks. In doubt it leaves a part to
// the parser: what is inside other blocks, what is behind a tag or a fence that
// nothing closes, and all of a text with definitions.
func stretchesOf(source string) iter.Seq[stretch] {
	return func(yield func(stretch) bool) {
		if strings.Contains(source, "]:") && definition.MatchString(source) {
			yield(stretch{end: len(source)})
			return
		}
		var s stretch // what is not yielded yet, if it has an end
		for at := afterBlankLines(source, 0); at < len(source); at = s.end {
			next := stretchAt(source, at)
			switch {
			case s.end == 0:
				s = next
			case s.isOpen() && next.isOpen():
				s = s.with(next)
			case !yield(s):
				return
			default:
				s = next
			}
		}
		if s.end > 0 {
			yield(s)
		}
	}
}

// with returns s with the next stretch, both of them open, as one.
func (s stretch) with(next stretch) stretch {
	if s.kind != next.kind || s.marker != next.marker {
		s.kind, s.marker = anyBlocks, 0
	}
	s.end = next.end
	return s
}

// stretchAt returns the stretch that begins with the line at start. It goes on up
// to the next blank line, or to a line where another plain block begins.
func stretchAt(source string, start int) stretch {
	line := lineAt(source, start)
	s := stretch{start: start, end: behindLine(source, start, line)}
	s.begin(line)
	switch s.kind {
	case plainHeading:
	case plainCode:
		s.end = fenceEnd(source, s.end, line)
		if s.end < 0 { // it is code up to the end of what it is in
			s.kind, s.end = anyBlocks, len(source)
		}
	default:
		s.readLines(source)
	}
	s.end = afterBlankLines(source, s.end)
	return s
}

// begin sets what a stretch is that begins with a line.
func (s *stretch) begin(line string) {
	if isProseLine(line) {
		s.kind = plainProse
		return
	}
	switch line[0] {
	case '#':
		if s.level, s.heading = headingOf(line); s.level > 0 {
			s.kind = plainHeading
		}
	case '|':
		s.kind = plainTable
	case '`', '~':
		if isFence(line) {
			s.kind = plainCode
		}
	default:
		if s.marker, _ = itemOf(line); s.marker != 0 {
			s.kind = plainList
		}
	}
}

// readLines adds the lines behind the first one.
func (s *stretch) readLines(source string) {
	for s.end < len(source) {
		line := lineAt(source, s.end)
		if isBlank(line) || s.isEndedBy(line) {
			break
		}
		if !s.holds(line) {
			s.kind = anyBlocks
		}
		s.end = behindLine(source, s.end, line)
	}
	lines := source[s.start:s.end]
	if s.kind == plainTable && !isTable(lines) {
		s.kind = anyBlocks
	}
	if s.kind == anyBlocks {
		s.marker = 0
		if mayGoOn(lines) {
			s.end = len(source)
		}
	}
}

// holds reports whether a line goes on with the plain block that a stretch is so
// far. In a list it may begin the next item.
func (s *stretch) holds(line string) bool {
	switch s.kind {
	case plainTable:
		return line[0] == '|'
	case plainList:
		if marker, _ := itemOf(line); marker != 0 {
			return marker == s.marker
		}
	case anyBlocks:
		return false
	default:
	}
	indented := strings.TrimLeft(line, " ")
	return isProseLine(indented)
}

// isEndedBy reports whether a line that no blank one parts from a plain block
// begins another.
func (s *stretch) isEndedBy(line string) bool {
	if s.kind != plainProse && s.kind != plainList {
		return false
	}
	switch line[0] {
	case '#':
		level, _ := headingOf(line)
		return level > 0
	case '`', '~':
		return isFence(line)
	case '-', '*', '+', '1':
		marker, number := itemOf(line)
		return s.kind == plainProse && marker != 0 && (number == "" || number == "1")
	}
	return false
}

// mayGoOn reports whether what begins in some lines may go on behind a blank one:
// code between fences, or HTML of the kinds that only a mark of their own ends.
func mayGoOn(lines string) bool {
	if strings.Contains(lines, "```") || strings.Contains(lines, "~~~") {
		return true
	}
	for {
		_, behind, found := strings.Cut(lines, "<")
		if !found {
			return false
		}
		if behind != "" && strings.IndexByte("!?sSpPtT", behind[0]) >= 0 { // <!--, <script>, <pre>, …
			return true
		}
		lines = behind
	}
}
