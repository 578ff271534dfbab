package chat

import (
	"math/big"
	"strings"
	"unicode"
)

// hanDigits are the Chinese digits at their value; 两 and the characters of
// cheques are listed below.
const hanDigits = "零一二三四五六七八九"

var hanVariants = map[rune]int{
	'〇': 0, '○': 0, '两': 2, '兩': 2, '壹': 1, '贰': 2, '貳': 2, '叁': 3, '參': 3, '肆': 4, '伍': 5,
	'陆': 6, '陸': 6, '柒': 7, '捌': 8, '玖': 9,
}

// hanPowers are the powers of ten that Chinese has a character for.
var hanPowers = map[rune]int{
	'十': 1, '拾': 1, '百': 2, '佰': 2, '千': 3, '仟': 3, '万': 4, '萬': 4, '亿': 8, '億': 8,
}

// hanDigit returns the value of a Chinese digit, or -1.
func hanDigit(r rune) int {
	if v, ok := hanVariants[r]; ok {
		return v
	}
	if i := strings.IndexRune(hanDigits, r); i >= 0 {
		return i / len("零")
	}
	return -1
}

// hanPower returns the power of ten that r multiplies by, or 0.
func hanPower(r rune) int { return hanPowers[r] }

// measures are what may stand behind a number that is meant as one. 分 alone
// is missing: 十分 is "very".
const measures = "天日月年个個周週元块塊人次名岁歲级級条條项項章节節款页頁份件倍折成点點号號季层層楼樓小工分米公吨台位场場轮輪门門%"

// longestNumeral bounds a number in characters or words: what is longer is no
// number, and its value would take long to work out.
const longestNumeral = 20

// hanNumeral reads a run of Chinese numerals: 三百五十, 二〇一八, 一点五.
func (s *scanner) hanNumeral() {
	start := s.at
	run := []rune(s.run(func(r rune) bool { return hanDigit(r) >= 0 || hanPower(r) > 0 }))
	if len(run) > longestNumeral {
		return
	}
	value, structured := hanValue(run)
	percent := start >= 3 && string(s.folded[start-3:start]) == "百分之" || start >= 3 && string(s.folded[start-3:start]) == "千分之"
	if string(run) == "百" && s.peek(s.at) == '分' && s.peek(s.at+1) == '之' {
		s.at += 2 // 百分之五 is 5, not 100
		return
	}
	certain := value != "0" && !isLoneOne(run) && (percent || s.peek(start-1) == '第' || s.measured())
	if !structured && len(run) > 1 && len(run) < 4 && !strings.ContainsAny(string(run), "零〇") {
		certain = false // 两三天, 七八个
	}
	if s.peek(s.at) == '月' {
		s.add(start, certain, "m"+value)
		certain = false
	}
	s.add(start, certain, value)
	if len(run) > 1 {
		s.addParts(start, run)
	}
}

// addParts notes what else a run of several numerals may mean: its digits one
// by one (两三天), and its value without the last power (三百万 as 3).
func (s *scanner) addParts(start int, run []rune) {
	var readings []string
	for i, r := range run {
		if d := hanDigit(r); d >= 0 {
			readings = append(readings, plain(string(rune('0'+d))))
		}
		if hanPower(r) > 0 && i > 0 {
			v, _ := hanValue(run[:i])
			readings = append(readings, v)
		}
	}
	if len(readings) > 0 {
		s.add(start, false, readings...)
	}
}

// isLoneOne reports whether run is a single 一, which is seldom a number.
func isLoneOne(run []rune) bool { return len(run) == 1 && (run[0] == '一' || hanPower(run[0]) >= 2) }

// measured reports whether a measure word stands at the scanner, as in 三天,
// with 多, 余 or a space between at most.
func (s *scanner) measured() bool {
	r := s.peek(s.at)
	if r == ' ' || r == '多' || r == '余' || r == '餘' {
		r = s.peek(s.at + 1)
	}
	if r == '分' {
		next := s.peek(s.at + 1)
		return next == '钟' || next == '鐘'
	}
	return r != 0 && strings.ContainsRune(measures, r)
}

// hanValue returns the value of a run of Chinese numerals, and whether it has
// powers of ten; without them the run is read digit by digit.
func hanValue(run []rune) (value string, structured bool) {
	total, section, digit := new(big.Int), new(big.Int), int64(-1)
	var digits strings.Builder
	for _, r := range run {
		if d := hanDigit(r); d >= 0 {
			digits.WriteByte(byte('0' + d))
			digit = int64(d)
			continue
		}
		structured = true
		power := hanPower(r)
		if digit < 0 && (power < 4 || section.Sign() == 0 && total.Sign() == 0) {
			digit = 1 // 十五, 百
		}
		section.Add(section, big.NewInt(max(digit, 0)))
		switch {
		case power < 4:
			section.Sub(section, big.NewInt(digit))
			section.Add(section, new(big.Int).Mul(big.NewInt(digit), powerOfTen(power)))
		case power == 4:
			total.Add(total, section.Mul(section, powerOfTen(4)))
			section = new(big.Int)
		default:
			total.Add(total, section).Mul(total, powerOfTen(power))
			section = new(big.Int)
		}
		digit = -1
	}
	if !structured {
		return plain(digits.String()), false
	}
	return total.Add(total, section).Add(total, big.NewInt(max(digit, 0))).String(), true
}

// powerOfTen returns ten to the power of n.
func powerOfTen(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// plain returns a decimal number without zeros that change nothing.
func plain(decimal string) string {
	whole, fraction, _ := strings.Cut(decimal, ".")
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// shift returns a decimal number times ten to the power of n.
func shift(decimal string, n int) string {
	whole, fraction, _ := strings.Cut(decimal, ".")
	for len(fraction) < n {
		fraction += "0"
	}
	return plain(whole + fraction[:n] + "." + fraction[n:])
}

// powerWords are the English words that multiply, as powers of ten.
var powerWords = map[string]int{"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "bn": 9}

// smallWords are the English words for numbers up to ninety.
var smallWords = map[string]int64{
	"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
	"nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}

// looseWords are words that a source may mean as a number and an answer need
// not: ordinals, fractions and multiples.
var looseWords = map[string]string{
	"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9",
	"tenth": "10", "once": "1", "twice": "2", "half": "0.5", "quarter": "0.25", "dozen": "12", "double": "2", "single": "1",
}

// months are the English names of months and their short forms.
var months = map[string]string{
	"january": "m1", "february": "m2", "march": "m3", "april": "m4", "may": "m5", "june": "m6", "july": "m7", "august": "m8",
	"september": "m9", "october": "m10", "november": "m11", "december": "m12", "jan": "m1", "feb": "m2", "mar": "m3", "apr": "m4",
	"jun": "m6", "jul": "m7", "aug": "m8", "sep": "m9", "sept": "m9", "oct": "m10", "nov": "m11", "dec": "m12",
}

// word reads a Latin word: a number word with those that follow it, a month,
// or nothing of the kind.
func (s *scanner) word() {
	start := s.at
	w := s.nextWord()
	if month, ok := months[w]; ok {
		dated := isDigit(s.peek(s.at+1)) || isDigit(s.peek(start-2)) // May 5, 5 May
		s.add(start, dated || len(w) > 5, month)
		s.add(start, false, strings.TrimPrefix(month, "m"))
		return
	}
	if loose, ok := looseWords[w]; ok {
		s.add(start, false, loose)
		return
	}
	if _, ok := smallWords[w]; ok {
		s.numberWords(start, w)
	}
}

// nextWord moves past a Latin word and returns it in lower case.
func (s *scanner) nextWord() string {
	return strings.ToLower(s.run(func(r rune) bool { return unicode.Is(unicode.Latin, r) }))
}

// numberWords reads the rest of a number in words, of which first was read:
// three hundred and fifty, twenty-five thousand.
func (s *scanner) numberWords(start int, first string) {
	total, section := new(big.Int), big.NewInt(smallWords[first])
	parts, words := []string{section.String()}, 1
	for end := s.at; ; end = s.at {
		w := s.followingWord()
		if v, ok := smallWords[w]; ok && v > 0 && words < longestNumeral {
			section.Add(section, big.NewInt(v))
			parts = append(parts, big.NewInt(v).String())
		} else if power := powerWords[w]; len(w) > 2 && power > 0 && words < longestNumeral {
			section.Mul(section, powerOfTen(power))
			if power >= 3 {
				total.Add(total, section)
				section.SetInt64(0)
			}
		} else {
			s.at = end
			break
		}
		words++
	}
	value := total.Add(total, section).String()
	s.add(start, value != "0" && (words > 1 || value != "1"), value)
	if words > 1 {
		s.add(start, false, parts...)
	}
}

// followingWord moves past a space or hyphen, an "and", and the word behind.
func (s *scanner) followingWord() string {
	if r := s.peek(s.at); r != ' ' && r != '-' {
		return ""
	}
	s.at++
	w := s.nextWord()
	if w == "and" && s.peek(s.at) == ' ' {
		s.at++
		return s.nextWord()
	}
	return w
}
