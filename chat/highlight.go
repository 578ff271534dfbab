package chat

import (
	"iter"
	"unicode"
	"unicode/utf8"

	"bureau/retrieval"
)

// highlight returns the parts of text that share words with the question's
// terms, in bytes, sorted and apart. Words are compared as the search compares
// them: stemmed, and without regard to case, width or Chinese script.
func highlight(text string, question map[string]bool) []Span {
	if len(question) == 0 {
		return nil
	}
	known := make(map[string]bool) // by word as written
	var marks []Span
	for s := range units(text) {
		word := text[s.Start:s.End]
		hit, seen := known[word]
		if !seen {
			hit = sharesTerm(word, question)
			known[word] = hit
		}
		if !hit {
			continue
		}
		if last := len(marks) - 1; last >= 0 && s.Start <= marks[last].End {
			marks[last].End = max(marks[last].End, s.End)
			continue
		}
		marks = append(marks, s)
	}
	return marks
}

// sharesTerm reports whether word has a term of the question.
func sharesTerm(word string, question map[string]bool) bool {
	for _, t := range retrieval.Analyze(word) {
		if question[t.Text] {
			return true
		}
	}
	return false
}

// units yields the parts of text that a term can stand for: each word of
// letters and digits, and each pair of adjoining Chinese, Japanese or Korean
// characters. Pairs overlap.
func units(text string) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		start, before := -1, -1 // of the open word, of the last ideograph
		for i, r := range text {
			ideograph := isIdeograph(r)
			wordly := !ideograph && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
			if start >= 0 && !wordly {
				if !yield(Span{start, i}) {
					return
				}
				start = -1
			}
			switch {
			case wordly && start < 0:
				start = i
			case ideograph && before >= 0:
				if !yield(Span{before, i + utf8.RuneLen(r)}) {
					return
				}
			}
			before = -1
			if ideograph {
				before = i
			}
		}
		if start >= 0 {
			yield(Span{start, len(text)})
		}
	}
}

// isIdeograph reports whether r is of a script written without spaces.
func isIdeograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// termSet returns the terms of a question.
func termSet(question string) map[string]bool {
	set := make(map[string]bool)
	for _, t := range retrieval.AnalyzeQuery(question) {
		set[t.Text] = true
	}
	return set
}
