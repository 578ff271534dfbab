package office

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFormat is the length of the longest format code, in bytes, as Excel has it.
const maxFormat = 1024

// parseNumberFormat reads the code of a format. What is not one shows numbers
// as they are.
func parseNumberFormat(code string) *numberFormat {
	f := &numberFormat{}
	code = code[:min(len(code), maxFormat)]
	for code != "" && len(f.sections) < 4 {
		p := formatParser{rest: code}
		f.sections = append(f.sections, p.section())
		code = p.rest
	}
	if len(f.sections) == 0 {
		f.sections = []formatSection{{isGeneral: true, tokens: []formatToken{{kind: tokenGeneral}}}}
	}
	return f
}

// A formatParser reads one section.
type formatParser struct {
	rest        string
	s           formatSection
	isBehind    bool // the point
	isExponent  bool
	hasDigits   bool
	hasInterior bool // a comma after a digit, which groups if another digit follows
}

// section reads up to the next ";", which it takes too.
func (p *formatParser) section() formatSection {
	for p.rest != "" && p.rest[0] != ';' {
		p.token()
	}
	p.rest = strings.TrimPrefix(p.rest, ";")
	if p.s.isDate {
		p.s.findMinutes()
	}
	return p.s
}

// take returns the first n bytes and moves on.
func (p *formatParser) take(n int) string {
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	return taken
}

// add adds a token.
func (p *formatParser) add(kind byte, text string) {
	p.s.tokens = append(p.s.tokens, formatToken{kind, text})
}

// token reads one token.
func (p *formatParser) token() {
	switch c := p.rest[0]; c {
	case '"':
		text, rest, _ := strings.Cut(p.rest[1:], `"`)
		p.rest = rest
		p.add(tokenLiteral, text)
	case '\\', '_', '*':
		p.take(1)
		_, n := utf8.DecodeRuneInString(p.rest)
		if text := p.take(n); c == '\\' {
			p.add(tokenLiteral, text)
		}
	case '[':
		text, rest, _ := strings.Cut(p.rest[1:], "]")
		p.rest = rest
		p.bracket(text)
	case '0', '#', '?':
		p.digit(p.take(1))
	case '.', ',', '%', '/', '@':
		p.sign(p.take(1))
	default:
		p.word()
	}
}

// digit adds a placeholder for a digit.
func (p *formatParser) digit(c string) {
	p.hasDigits = true
	switch {
	case p.isExponent:
		p.s.power++
	case p.isBehind:
		p.s.decimals++
		p.add(tokenDecimal, c)
	default:
		p.s.isGrouped = p.s.isGrouped || p.hasInterior
		p.s.thousands = 0
		p.add(c[0], "")
	}
}

// sign reads a character that means something in numbers.
func (p *formatParser) sign(c string) {
	switch {
	case c == "%":
		p.s.percents++
		p.add(tokenLiteral, c)
	case c == "@":
		p.s.isGeneral = true
		p.add(tokenGeneral, "")
	case c == "." && p.s.isDate:
		n := len(p.rest) - len(strings.TrimLeft(p.rest, "0"))
		p.add(tokenDate, "."+p.take(n)) // parts of a second, or a point between numbers
	case c == "." && !p.isBehind:
		p.isBehind = true
		p.add(tokenPoint, "")
	case c == "," && p.hasDigits:
		p.hasInterior = true
		p.s.thousands++ // unless a digit follows
	case c == "/" && p.hasDigits:
		p.s.fraction = true
	default:
		p.add(tokenLiteral, c)
	}
}

// bracket reads what stands in brackets: a currency, a condition, or time that
// goes on counting. Colours and numerals are left out.
func (p *formatParser) bracket(text string) {
	lower := strings.ToLower(text)
	switch {
	case strings.HasPrefix(text, "$"):
		currency, _, _ := strings.Cut(text[1:], "-")
		p.add(tokenLiteral, currency)
	case lower != "" && strings.Trim(lower, lower[:1]) == "" && slices.Contains([]string{"h", "m", "s"}, lower[:1]):
		p.s.isDate = true
		p.add(tokenElapsed, lower)
	default:
		p.s.condition = condition(text)
	}
}

// condition returns what a condition as ">=100" tests, or nil.
func condition(text string) func(float64) bool {
	operator := text[:len(text)-len(strings.TrimLeft(text, "<>="))]
	limit, err := strconv.ParseFloat(text[len(operator):], 64)
	if err != nil {
		return nil
	}
	switch operator {
	case "<":
		return func(v float64) bool { return v < limit }
	case "<=":
		return func(v float64) bool { return v <= limit }
	case ">":
		return func(v float64) bool { return v > limit }
	case ">=":
		return func(v float64) bool { return v >= limit }
	case "=":
		return func(v float64) bool { return v == limit }
	case "<>":
		return func(v float64) bool { return v != limit }
	}
	return nil
}

// word reads a word with a meaning, part of a date, or a literal character.
func (p *formatParser) word() {
	for _, name := range []string{"General", "G/通用格式"} {
		if len(p.rest) >= len(name) && strings.EqualFold(p.rest[:len(name)], name) {
			p.s.isGeneral = true
			p.take(len(name))
			p.add(tokenGeneral, "")
			return
		}
	}
	for _, name := range []string{"AM/PM", "A/P", "上午/下午"} {
		if len(p.rest) >= len(name) && strings.EqualFold(p.rest[:len(name)], name) {
			p.s.isDate, p.s.isHalfDay = true, true
			p.add(tokenDate, p.take(len(name)))
			return
		}
	}
	c := p.rest[0] | 0x20 // lower case
	if len(p.rest) > 1 && c == 'e' && (p.rest[1] == '+' || p.rest[1] == '-') {
		p.s.isPower, p.isExponent = true, true
		p.add(tokenExponent, p.take(2))
		return
	}
	if strings.IndexByte("ymdhsea", c) >= 0 {
		n := 1
		for n < len(p.rest) && p.rest[n]|0x20 == c {
			n++
		}
		p.s.isDate = true
		p.add(tokenDate, strings.ToLower(p.take(n)))
		return
	}
	_, n := utf8.DecodeRuneInString(p.rest)
	p.add(tokenLiteral, p.take(n))
}
