package pdf

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// hyphen is what PDFium writes for a hyphen at the end of a line that the word
// goes on after.
const hyphen = '\u0002'

// spaces are those beside Chinese punctuation, where PDFium takes the white part
// of the sign for a space.
var spaces = regexp.MustCompile(`([\x{3001}-\x{3011}\x{3014}-\x{301B}\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF20}\x{FF3B}-\x{FF40}\x{FF5B}-\x{FF65}]) +| +([\x{3008}-\x{3011}\x{3014}-\x{301B}\x{FF08}\x{FF3B}\x{FF5B}])`)

// clean returns text without what nobody sees, and with letters for what is
// only drawn like them: ligatures, and the radicals and compatibility forms that
// fonts put in the place of Chinese characters, which nobody types into a search.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == hyphen || r == '\u00AD':
			return hyphen
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == '\uFEFF', r == '\uFFFE', r == '\uFFFF', r == '\u200B', 0xE0000 <= r && r <= 0xE007F:
			return -1
		}
		return r
	}, text)
	text = spaces.ReplaceAllString(text, "$1$2")
	if !strings.ContainsFunc(text, isDrawnForm) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isDrawnForm(r) {
			b.WriteString(norm.NFKC.String(string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isDrawnForm reports whether r is a form that stands for other characters.
func isDrawnForm(r rune) bool {
	return 0x2E80 <= r && r <= 0x2FDF || 0xF900 <= r && r <= 0xFAFF || 0xFB00 <= r && r <= 0xFB06
}

// isVisible reports whether r is drawn.
func isVisible(r rune) bool { return r > ' ' && !unicode.IsSpace(r) && !unicode.IsControl(r) }

// isWord reports whether r is a letter or a digit.
func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// isCJK reports whether r is written without spaces between words.
func isCJK(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) ||
		0x3000 <= r && r <= 0x303F || 0xFF01 <= r && r <= 0xFF65
}

// oneLine returns text with each run of white space as one space.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// join returns two parts of a paragraph as one. A word that is hyphenated at
// the end of the first is put together; a hyphen before anything but a small
// letter belongs to the word and stays.
func join(first, second string) string {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	if first == "" || second == "" {
		return first + second
	}
	last, width := utf8.DecodeLastRuneInString(first)
	next, _ := utf8.DecodeRuneInString(second)
	stem := first[:len(first)-width]
	letter, _ := utf8.DecodeLastRuneInString(stem)
	if (last == hyphen || last == '-' || last == '‐') && unicode.IsLetter(letter) && isWord(next) {
		if unicode.IsLower(next) {
			return stem + second
		}
		return stem + "-" + second
	}
	if isCJK(last) || isCJK(next) {
		return first + second
	}
	return first + " " + second
}

// dehyphenate returns text with the hyphens that PDFium marks as the end of a
// line gone inside words, and written out elsewhere.
func dehyphenate(text string) string {
	if !strings.ContainsRune(text, hyphen) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if r != hyphen {
			b.WriteRune(r)
		} else if next, _ := utf8.DecodeRuneInString(text[i+1:]); !isWord(next) {
			b.WriteByte('-')
		}
	}
	return b.String()
}
