package chat

import (
	"strings"
	"unicode"
)

// Numbers are compared asymmetrically: from an answer only what is certainly
// a number, from a source every way in which its text may be read. So a copy
// is never called wrong, and an invented amount rarely slips through.

// A number is one number, month or amount of a text.
type number struct {
	text string // as written
	// readings are its values in plain decimal notation ("1200", "3.5"), and
	// a month's with an m in front ("m3"). Any of them may be meant.
	readings []string
	// certain says that the text can mean nothing but a number. A lone "one"
	// or the 一 of 一些 is not.
	certain bool
}

// A numberSet is everything that the numbers of a text can mean.
type numberSet map[string]bool

// readAll returns everything that the numbers of the texts can mean.
func readAll(texts ...string) numberSet {
	set := make(numberSet)
	for _, text := range texts {
		for _, n := range numbersIn(text) {
			for _, r := range n.readings {
				set[r] = true
			}
		}
	}
	return set
}

// missing returns the certain numbers of a sentence that the set lacks, as
// written, each once.
func (set numberSet) missing(numbers []number) []string {
	var out []string
	seen := make(map[string]bool)
	for _, n := range numbers {
		if n.certain && !seen[n.text] && !set.has(n) {
			seen[n.text] = true
			out = append(out, n.text)
		}
	}
	return out
}

// has reports whether any reading of n is in the set.
func (set numberSet) has(n number) bool {
	for _, r := range n.readings {
		if set[r] {
			return true
		}
	}
	return false
}

// certainOnes returns the numbers that can be held against a source.
func certainOnes(text string) []number {
	var out []number
	for _, n := range numbersIn(text) {
		if n.certain {
			out = append(out, n)
		}
	}
	return out
}

// numbersIn returns the numbers of a text in order.
func numbersIn(text string) []number {
	s := newScanner(text)
	for s.at < len(s.folded) {
		switch r := s.folded[s.at]; {
		case isDigit(r):
			s.digits()
		case hanDigit(r) >= 0 || hanPower(r) > 0:
			s.hanNumeral()
		case unicode.Is(unicode.Latin, r):
			s.word()
		default:
			s.at++
		}
	}
	return s.found
}

// A scanner reads the numbers of a text from left to right.
type scanner struct {
	written []rune // the text
	folded  []rune // the same with full-width characters made ASCII
	at      int
	found   []number
}

func newScanner(text string) *scanner {
	written := []rune(text)
	folded := make([]rune, len(written))
	for i, r := range written {
		folded[i] = narrow(r)
	}
	return &scanner{written: written, folded: folded}
}

// add notes the number that stands in [start, at).
func (s *scanner) add(start int, certain bool, readings ...string) {
	s.found = append(s.found, number{strings.TrimSpace(string(s.written[start:s.at])), readings, certain})
}

// peek returns the folded rune at i, or 0 outside the text.
func (s *scanner) peek(i int) rune {
	if i < 0 || i >= len(s.folded) {
		return 0
	}
	return s.folded[i]
}

// run moves past the runes that ok accepts and returns them.
func (s *scanner) run(ok func(rune) bool) string {
	start := s.at
	for s.at < len(s.folded) && ok(s.folded[s.at]) {
		s.at++
	}
	return string(s.folded[start:s.at])
}

// digits reads a number that begins with a digit: 1,200, 3.5, 3万, 2018-03-05.
func (s *scanner) digits() {
	start := s.at
	whole := s.run(isDigit)
	readings := []string{plain(whole)}
	grouped := whole
	for s.peek(s.at) == ',' && s.threeDigits(s.at+1) && len(whole) <= 3 {
		s.at++
		group := s.run(isDigit)
		grouped += group
		readings = append(readings, plain(group)) // 1,200 may be 1 and 200
	}
	decimal := grouped
	if s.peek(s.at) == '.' && isDigit(s.peek(s.at+1)) {
		s.at++
		fraction := s.run(isDigit)
		decimal += "." + fraction
		readings = append(readings, plain(fraction))
	}
	readings = append([]string{plain(decimal)}, readings...)
	certain := !s.listMarker(start) && strings.Trim(decimal, "0.") != ""
	if power := s.multiplier(); power > 0 {
		readings = append([]string{shift(decimal, power)}, readings...)
		s.addStrict(start, certain, readings)
		return
	}
	if s.isMonth(start, decimal) {
		readings = append([]string{"m" + plain(decimal)}, readings...)
	}
	s.addStrict(start, certain, readings)
}

// addStrict notes a number of which only the first reading is meant where it
// stands in an answer; the others are further ways to read a source, and are
// noted as a number that is not certain.
func (s *scanner) addStrict(start int, certain bool, readings []string) {
	s.add(start, certain, readings[0])
	if len(readings) > 1 {
		s.add(start, false, readings[1:]...)
	}
}

// threeDigits reports whether exactly three digits stand at i.
func (s *scanner) threeDigits(i int) bool {
	return isDigit(s.peek(i)) && isDigit(s.peek(i+1)) && isDigit(s.peek(i+2)) && !isDigit(s.peek(i+3))
}

// listMarker reports whether the digits from start to at number an item of a
// list: at the beginning of a line, with a mark and a space behind them.
func (s *scanner) listMarker(start int) bool {
	i := start - 1
	for i >= 0 && strings.ContainsRune(" \t*_>#", s.folded[i]) {
		i--
	}
	if s.at-start > 2 || i >= 0 && s.folded[i] != '\n' {
		return false
	}
	next := s.peek(s.at + 1)
	return s.peek(s.at) == '、' || strings.ContainsRune(".):", s.peek(s.at)) && (next == 0 || unicode.IsSpace(next) || next == '*')
}

// isMonth reports whether the digits from start to at are the month of a
// date: 3月, but not 3月's 个 before it, or the middle of 2018-03-05.
func (s *scanner) isMonth(start int, digits string) bool {
	if n, ok := smallNumber(digits); !ok || n < 1 || n > 12 {
		return false
	}
	if s.peek(s.at) == '月' {
		return true
	}
	sep := s.peek(start - 1)
	return (sep == '-' || sep == '/' || sep == '.') && isDigit(s.peek(start-4)) && isDigit(s.peek(start-3)) &&
		isDigit(s.peek(start-2)) && isDigit(s.peek(start-5)) && s.peek(s.at) == sep && isDigit(s.peek(s.at+1))
}

// multiplier moves past a multiplying word or character behind a number (3万,
// 5 million) and returns its power of ten, or 0.
func (s *scanner) multiplier() int {
	i := s.at
	if s.peek(i) == ' ' {
		i++
	}
	if power := 0; hanPower(s.peek(i)) >= 2 {
		for ; hanPower(s.peek(i)) >= 2; i++ { // 3百万
			power += hanPower(s.peek(i))
		}
		s.at = i
		return power
	}
	j := i
	for unicode.Is(unicode.Latin, s.peek(j)) {
		j++
	}
	power := powerWords[strings.ToLower(string(s.folded[min(i, len(s.folded)):j]))]
	if power > 0 {
		s.at = j
	}
	return power
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }
