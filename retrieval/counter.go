package retrieval

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCode is the size in bytes from which a chain is no code that anybody
// would ask for whole, but an address or a dump; it counts in its parts only.
const maxCode = 64

// A counter counts the terms of one text.
type counter struct {
	terms map[string]int // as they are indexed
	words map[string]int // not stemmed yet: each is stemmed once, which is the dear part
}

// chain counts a chain of letters and digits: a code where a digit is in it,
// words otherwise.
func (c counter) chain(text string) {
	if strings.ContainsFunc(text, unicode.IsDigit) {
		c.code(text)
		return
	}
	for w := range strings.FieldsFuncSeq(text, joins) {
		c.words[w]++
	}
}

// code counts a code whole and in its parts. In the whole the marks are left
// out, except that one between two digits becomes the letter p: 3.5 is not 35,
// and 1-5 not 15. The parts are its words of two letters or more and its
// numbers, these without leading zeros.
func (c counter) code(text string) {
	whole, parts := splitCode(text)
	if len(whole) <= maxCode || len(parts) == 1 {
		c.terms[whole]++
	}
	if len(parts) == 1 {
		return
	}
	for _, part := range parts {
		first, size := utf8.DecodeRuneInString(part)
		switch {
		case isDigit(part[0]):
			c.terms[withoutZeros(part)]++
		case unicode.IsDigit(first):
			c.terms[part]++
		case size < len(part):
			c.words[part]++
		}
	}
}

// splitCode returns a code in one, and its parts: the stretches of letters and
// those of digits.
func splitCode(text string) (whole string, parts []string) {
	var b strings.Builder
	start, inDigits, marked := 0, false, false
	for i, r := range text {
		if joins(r) {
			marked = true
			continue
		}
		digit := unicode.IsDigit(r)
		if b.Len() > 0 && (marked || digit != inDigits) {
			parts = append(parts, b.String()[start:])
			if marked && digit && inDigits {
				b.WriteByte('p')
			}
			start = b.Len()
		}
		b.WriteString(text[i : i+utf8.RuneLen(r)])
		inDigits, marked = digit, false
	}
	return b.String(), append(parts, b.String()[start:])
}

func withoutZeros(number string) string {
	if short := strings.TrimLeft(number, "0"); short != "" {
		return short
	}
	return "0"
}

// characters counts the characters of a run of two or more, which pairs does
// not count.
func (c counter) characters(run string) {
	if _, first := utf8.DecodeRuneInString(run); first == len(run) {
		return
	}
	for i, r := range run {
		c.terms[run[i:i+utf8.RuneLen(r)]]++
	}
}

// pairs counts the overlapping pairs of characters of a run, or the one
// character that it is.
func (c counter) pairs(run string) {
	_, first := utf8.DecodeRuneInString(run)
	if first == len(run) {
		c.terms[run]++
		return
	}
	start, middle := 0, first
	for middle < len(run) {
		_, size := utf8.DecodeRuneInString(run[middle:])
		c.terms[run[start:middle+size]]++
		start, middle = middle, middle+size
	}
}
