package ingest

import (
	"strings"

	"bureau/retrieval"
)

// addPlain adds the block of a plain stretch.
func (l *layout) addPlain(s stretch, anchors *retrieval.Anchors) {
	b := block{whole: s.kind == plainList || s.kind == plainTable || s.kind == plainCode}
	b.start, b.end = trim(l.source, s.start, s.end)
	if s.kind == plainHeading {
		b.level, b.heading, b.anchor = s.level, oneLine(s.heading), anchors.Of(s.heading)
		b.end = s.start + len(lineAt(l.source, s.start))
	}
	if b.start < b.end {
		l.blocks = append(l.blocks, b)
	}
	l.addPart(s.start)
	switch s.kind {
	case plainList:
		l.addItems(s)
	case plainTable:
		l.addRows(s.start, b.end)
	case plainCode:
		l.addCode(s.start, b.end)
	default: // it is not cut inside
	}
}

// addPart notes a line where a text may be cut.
func (l *layout) addPart(at int) {
	l.parts, l.inner = append(l.parts, at), append(l.inner, at)
}

// addItems notes the items of a list behind the first.
func (l *layout) addItems(s stretch) {
	for at := s.start; at < s.end; {
		line := lineAt(l.source, at)
		if marker, _ := itemOf(line); marker != 0 && at > s.start {
			l.addPart(at)
		}
		at = behindLine(l.source, at, line)
	}
}

// addRows notes the rows of a table. The first stays with the header.
func (l *layout) addRows(start, end int) {
	rows := behindLine(l.source, start, lineAt(l.source, start))
	rows = behindLine(l.source, rows, lineAt(l.source, rows))
	if rows >= end {
		return
	}
	l.tables = append(l.tables, tableRows{header: strings.TrimSpace(l.source[start:rows]), start: rows, end: l.lineEnd(end)})
	for at := rows; ; l.addPart(at) {
		if at = behindLine(l.source, at, lineAt(l.source, at)); at >= end {
			return
		}
	}
}

// addCode notes the code between two fences, with the first of them.
func (l *layout) addCode(start, end int) {
	first := l.lineEnd(start) + 1
	if last := l.lineStart(end); last > first {
		l.code = append(l.code, [2]int{start, last})
	}
}
