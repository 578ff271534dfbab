package web

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"bureau/chat"
)

// maxMarked is how many sentences of one answer can carry a mark: each needs
// two of the private-use characters.
const maxMarked = (lastMark - firstMark + 1) / 2

// beginMark and endMark are the marks around sentence i.
func beginMark(i int) rune { return firstMark + rune(2*i) }
func endMark(i int) rune   { return firstMark + rune(2*i+1) }

// cited returns the text with marks around the sentences that are shown with
// something: a citation behind them, or that they have none.
func cited(text string, sentences []chat.Sentence) string {
	var marks []insertion
	for i, s := range sentences {
		if i >= maxMarked || s.Support == chat.Neutral {
			continue
		}
		end, ok := sentenceEnd(text, s)
		if !ok {
			continue
		}
		if begin, ok := sentenceBegin(text, s); ok && s.Support == chat.None && begin < end {
			marks = append(marks, insertion{begin, beginMark(i)})
		}
		marks = append(marks, insertion{end, endMark(i)})
	}
	return insert(text, marks)
}

// sentenceBegin returns the byte where the sentence's words begin. There is
// none where the sentence begins with more than words, a list's bullet or an
// emphasis, since a mark before that would change what it is.
func sentenceBegin(text string, s chat.Sentence) (int, bool) {
	if !within(text, s) {
		return 0, false
	}
	begin := s.End - len(strings.TrimLeftFunc(text[s.Start:s.End], unicode.IsSpace))
	r, _ := utf8.DecodeRuneInString(text[begin:s.End])
	return begin, unicode.IsLetter(r)
}

// onlySigns matches a line that a mark would break: the fence of a code block,
// the line under a heading, a bullet or number without its words.
var onlySigns = regexp.MustCompile("^[ \t]*(```.*|[0-9]{1,9}[.)]|[^\\p{L}\\p{N}]*)$")

// sentenceEnd returns the byte behind the sentence's last words. Lines of signs
// alone and the border of a table's row stay behind it.
func sentenceEnd(text string, s chat.Sentence) (int, bool) {
	if !within(text, s) {
		return 0, false
	}
	words := text[s.Start:s.End]
	for {
		words = strings.TrimRight(words, " \t\r\n|")
		line := words[strings.LastIndexByte(words, '\n')+1:]
		if words == "" {
			return 0, false
		}
		if !onlySigns.MatchString(line) {
			return s.Start + len(words), true
		}
		words = words[:len(words)-len(line)]
	}
}

// within reports whether the sentence lies in the text.
func within(text string, s chat.Sentence) bool {
	return 0 <= s.Start && s.Start < s.End && s.End <= len(text)
}

// chips replaces the marks in html by what people see at the sentences: a
// citation, a number that stands in no source, or that there is no source. The
// words of a sentence without one are put in an element of their own as long
// as no tag stands between them.
func chips(rendered string, sentences []chat.Sentence, language string) string {
	var b strings.Builder
	doubted := -1 // the sentence whose element is open
	for at, r := range rendered {
		if !isMark(r) {
			b.WriteRune(r)
			continue
		}
		i := int(r-firstMark) / 2
		if i >= len(sentences) {
			continue
		}
		if r == beginMark(i) {
			words, _, found := strings.Cut(rendered[at:], string(endMark(i)))
			if found && doubted < 0 && !strings.Contains(words, "<") {
				b.WriteString(`<span class="unsupported">`)
				doubted = i
			}
			continue
		}
		if doubted == i {
			b.WriteString(`</span>`)
			doubted = -1
		}
		b.WriteString(chip(i, sentences[i], language))
	}
	return b.String()
}

// chip returns what stands behind a sentence.
func chip(i int, s chat.Sentence, language string) string {
	var b strings.Builder
	if s.Source > 0 && s.Support != chat.None {
		fmt.Fprintf(&b, `<button type="button" class="cite" data-n="%d" data-support="%s">%d</button>`,
			s.Source, html.EscapeString(string(s.Support)), s.Source)
	}
	var words string
	switch {
	case s.Support == chat.None:
		words = phrases["no source"].in(language)
	case len(s.Unverified) > 0:
		words = phrases["unverified"].in(language) + strings.Join(s.Unverified, ", ")
	default:
		return b.String()
	}
	fmt.Fprintf(&b, `<button type="button" class="doubt" data-sentence="%d">%s</button>`, i, html.EscapeString(unmarked(words)))
	return b.String()
}
