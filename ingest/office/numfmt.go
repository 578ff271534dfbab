package office

import (
	"math"
	"strconv"
	"strings"
)

// A numberFormat shows a cell's number as the spreadsheet does (ECMA-376 part
// 1, 18.8.30). What it takes from the language of the reader's computer, as the
// built-in date, is written so that it is understood everywhere: 2026-03-02.
type numberFormat struct {
	sections []formatSection
}

// A formatSection is how some of the numbers are shown: the positive ones, the
// negative ones, or those that meet a condition.
type formatSection struct {
	tokens    []formatToken
	condition func(float64) bool // nil for none
	isGeneral bool
	isDate    bool
	isHalfDay bool // hours go up to 12
	isGrouped bool // thousands are set apart
	isPower   bool // scientific
	fraction  bool // 1 1/2
	percents  int
	thousands int // by which the number is divided
	decimals  int
	power     int // digits of the exponent
}

// A formatToken is a piece of a section: a literal, a placeholder for a digit,
// or a part of a date.
type formatToken struct {
	kind byte   // one of those below
	text string // of a literal and of a part of a date
}

const (
	tokenLiteral  = 'L'
	tokenDigit    = '0' // of the integer part; also '#' and '?'
	tokenPoint    = '.'
	tokenDecimal  = 'd' // a digit behind the point
	tokenExponent = 'E'
	tokenDate     = 'D'
	tokenElapsed  = 'T' // hours, minutes or seconds that go on counting
	tokenGeneral  = 'G'
)

// general shows numbers as they are.
var general = parseNumberFormat("General")

// show returns a number as it is shown. epoch1904 says that days count from 1904.
func (f *numberFormat) show(v float64, epoch1904 bool) string {
	s, isSigned := f.section(v)
	switch {
	case s.isDate:
		if text, ok := s.date(v, epoch1904); ok {
			return text
		}
		return plainNumber(v)
	case s.isGeneral || s.fraction:
		text := plainNumber(v)
		if isSigned {
			text = strings.TrimPrefix(text, "-")
		}
		return strings.TrimSpace(s.around(text))
	}
	text := s.number(math.Abs(v))
	if v < 0 && !isSigned {
		return "-" + text
	}
	return text
}

// section returns the section for a number, and whether it has the sign in it.
func (f *numberFormat) section(v float64) (s *formatSection, isSigned bool) {
	n := len(f.sections)
	for i := range f.sections {
		if c := f.sections[i].condition; c != nil && c(v) {
			return &f.sections[i], i > 0 && v < 0
		}
	}
	switch {
	case n > 1 && v < 0 && f.sections[1].condition == nil:
		return &f.sections[1], true
	case n > 2 && (v == 0 || f.sections[0].condition != nil):
		return &f.sections[2], false
	case f.sections[0].condition != nil && n > 1:
		return &f.sections[1], false
	}
	return &f.sections[0], false
}

// around puts the literals of a section around a number.
func (s *formatSection) around(number string) string {
	var b strings.Builder
	isWritten := false
	for _, t := range s.tokens {
		switch t.kind {
		case tokenLiteral:
			b.WriteString(t.text)
		case tokenGeneral, tokenDigit, '#', '?':
			if !isWritten {
				b.WriteString(number)
				isWritten = true
			}
		}
	}
	return b.String()
}

// number shows a number that is not negative.
func (s *formatSection) number(v float64) string {
	v *= math.Pow(100, float64(s.percents))
	v /= math.Pow(1000, float64(s.thousands))
	exponent := 0
	if s.isPower && v > 0 {
		exponent = int(math.Floor(math.Log10(v)))
		v /= math.Pow(10, float64(exponent))
	}
	integer, decimals := roundDecimal(v, s.decimals)
	if integer == "0" {
		integer = ""
	}
	var b strings.Builder
	slots, slot, decimal := s.slots(integer), 0, 0
	for i, t := range s.tokens {
		switch t.kind {
		case tokenLiteral:
			b.WriteString(t.text)
		case tokenDigit, '#', '?':
			b.WriteString(slots[slot])
			slot++
		case tokenPoint:
			if s.decimals == 0 || strings.Trim(decimals, "0") != "" || s.needsDecimals(i) {
				b.WriteByte('.')
			}
		case tokenDecimal:
			if t.text == "0" || strings.Trim(decimals[decimal:], "0") != "" {
				b.WriteByte(decimals[decimal])
			}
			decimal++
		case tokenExponent:
			b.WriteString(t.text[:1])
			if exponent < 0 {
				b.WriteByte('-')
			} else if strings.HasSuffix(t.text, "+") {
				b.WriteByte('+')
			}
			digits := strconv.Itoa(max(exponent, -exponent))
			b.WriteString(strings.Repeat("0", max(0, s.power-len(digits))) + digits)
		}
	}
	return b.String()
}

// needsDecimals reports whether a digit is shown behind the point at token i
// even where it is zero.
func (s *formatSection) needsDecimals(i int) bool {
	for _, t := range s.tokens[i:] {
		if t.kind == tokenDecimal && t.text == "0" {
			return true
		}
	}
	return false
}

// slots deals the digits of an integer to the placeholders, from the right. The
// first placeholder takes all that are left.
func (s *formatSection) slots(integer string) []string {
	var kinds []byte
	for _, t := range s.tokens {
		if t.kind == tokenDigit || t.kind == '#' || t.kind == '?' {
			kinds = append(kinds, t.kind)
		}
	}
	slots := make([]string, len(kinds))
	place := 0 // of the digit, from the right
	for i := len(kinds) - 1; i >= 0; i-- {
		switch {
		case i == 0 && len(integer) > 1:
			for j := len(integer) - 1; j >= 0; j-- {
				slots[0] = s.grouped(integer[j:j+1], place) + slots[0]
				place++
			}
		case integer != "":
			slots[i] = s.grouped(integer[len(integer)-1:], place)
			integer = integer[:len(integer)-1]
		case kinds[i] == tokenDigit:
			slots[i] = s.grouped("0", place)
		}
		place++
	}
	return slots
}

// grouped returns a digit, with a comma behind it where thousands end.
func (s *formatSection) grouped(digit string, place int) string {
	if s.isGrouped && place > 0 && place%3 == 0 {
		return digit + ","
	}
	return digit
}

// roundDecimal returns the digits before and behind the point of a number that
// is not negative. Like a spreadsheet it rounds the 15 digits that people see,
// half up: 1.005 to two decimals is 1.01.
func roundDecimal(v float64, decimals int) (integer, fraction string) {
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', 14, 64), "e")
	exponent, err := strconv.Atoi(power)
	if err != nil || exponent > 300 { // infinite, or as good as
		return strconv.FormatFloat(v, 'f', 0, 64), strings.Repeat("0", decimals)
	}
	digits := []byte("0" + strings.Replace(mantissa, ".", "", 1)) // room for a carry
	point := exponent + 2                                         // digits before the point
	if point < 1 {
		if -point > decimals {
			return "0", strings.Repeat("0", decimals)
		}
		digits = append([]byte(strings.Repeat("0", 1-point)), digits...)
		point = 1
	}
	for len(digits) <= point+decimals {
		digits = append(digits, '0')
	}
	isUp := digits[point+decimals] >= '5'
	digits = digits[:point+decimals]
	for i := len(digits) - 1; isUp && i >= 0; i-- {
		if isUp = digits[i] == '9'; isUp {
			digits[i] = '0'
		} else {
			digits[i]++
		}
	}
	integer = strings.TrimLeft(string(digits[:point]), "0")
	if integer == "" {
		integer = "0"
	}
	return integer, string(digits[point:])
}

// plainNumber shows a number without a format: whole ones with all digits,
// others with ten.
func plainNumber(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	text := strconv.FormatFloat(v, 'g', 10, 64)
	if short, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(v) < 1e15 && math.Abs(v) >= 1e-6 {
		return strconv.FormatFloat(short, 'f', -1, 64)
	}
	return strings.ToUpper(text)
}
