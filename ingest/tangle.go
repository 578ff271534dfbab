package ingest

import (
	"fmt"
	"strings"

	"bureau/ingest/format"
)

const (
	// maxMarks is how many marks of Markdown a paragraph has at most. Which of
	// them belong together takes time with their square: those of a text by hand
	// no time, 20,000 a few seconds, and ten times as many minutes.
	maxMarks = 20_000
	// maxNesting is how many quotations and lists are in each other at most.
	maxNesting = 64
)

// refuseTangled returns an error for Markdown whose structure takes too long to
// find out. People do not write such texts, programs do, or attackers.
func refuseTangled(markdown string) error {
	isDense := marksIn(markdown) > maxMarks
	marks := 0 // of the paragraph
	for line := range strings.Lines(markdown) {
		if !isDense && len(line) <= maxNesting {
			continue
		}
		nesting, rest := markers(line)
		if nesting > maxNesting {
			return fmt.Errorf("%w: quotations or lists in each other, more than %d deep; write it anew, or exclude it", format.ErrLimit, maxNesting)
		}
		if !isDense {
			continue
		}
		if isItem := nesting > 0 && !strings.HasPrefix(strings.TrimSpace(line), ">"); rest == "" || isItem || rest[0] == '#' || rest[0] == '|' {
			marks = 0 // a block of its own
		}
		if marks += marksIn(rest); marks > maxMarks {
			return fmt.Errorf("%w: a paragraph with more than %d marks of Markdown; put blank lines into it, or exclude it", format.ErrLimit, maxMarks)
		}
	}
	return nil
}

// marksIn returns how many marks of Markdown a text has.
func marksIn(text string) int {
	return strings.Count(text, "*") + strings.Count(text, "](") + strings.Count(text, "_") + strings.Count(text, "~")
}

// markers returns how many quotations and items a line opens, and what stands
// behind their markers. A rule opens none.
func markers(line string) (count int, rest string) {
	rest = strings.TrimSpace(line)
	if strings.Trim(rest, "-*_ ") == "" {
		return 0, ""
	}
	for {
		inner := strings.TrimPrefix(rest, ">")
		if inner == rest {
			inner = strings.TrimLeft(rest, "0123456789")
			marker, after, _ := strings.Cut(inner, " ")
			if len(marker) != 1 || strings.Trim(marker, "-+*.)") != "" {
				return count, rest
			}
			inner = after
		}
		count++
		rest = strings.TrimLeft(inner, " ")
	}
}
