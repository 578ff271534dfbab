package slack

import (
	"fmt"
	"slices"
	"strings"

	"bureau/chat"
)

// A mark is what is shown behind a sentence of an answer.
type mark struct {
	begin, end int // of the sentence, in bytes of the text; end is behind its last word
	words      string
}

// marksOf returns what is shown behind the sentences of an answer.
func marksOf(text string, sentences []chat.Sentence, language string) []mark {
	var marks []mark
	for _, s := range sentences {
		if s.Start < 0 || s.Start >= s.End || s.End > len(text) {
			continue
		}
		words := ""
		if s.Source > 0 && s.Support != chat.None {
			words = fmt.Sprintf(" [%d]", s.Source)
		}
		switch {
		case s.Support == chat.None:
			words = " (" + say(language, noSource) + ")"
		case len(s.Unverified) > 0:
			words += " (" + escape(say(language, unverified)+strings.Join(s.Unverified, ", ")) + ")"
		}
		if words != "" {
			marks = append(marks, mark{s.Start, s.Start + len(strings.TrimRight(text[s.Start:s.End], " \t\r\n|")), words})
		}
	}
	slices.SortStableFunc(marks, func(a, b mark) int { return a.end - b.end })
	return marks
}
