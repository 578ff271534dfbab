package office

import (
	"regexp"
	"strconv"
	"strings"
)

// levels is how deep a list of Word's goes.
const levels = 9

// A numbering is how the lists of a Word document are numbered, and how far.
type numbering struct {
	abstract map[string]*[levels]listLevel // by id
	lists    map[string]list               // by id, as paragraphs name them
	counters map[string]*[levels]int       // by id of the abstract list: the last number plus one, or 0 for none
}

// A list is a use of an abstract list, with the levels that it starts anew.
type list struct {
	abstract string
	restarts map[int]int // level to the number that it starts with
}

// A listLevel is how the items of one level are numbered.
type listLevel struct {
	start  int
	format string // as Word names it: "decimal", "bullet"
	text   string // "%1.%2" has the numbers of the first two levels
}

// A label is what stands in front of an item.
type label struct {
	text     string // "•", "3.", "第三条", or "" for none
	isBullet bool
}

// readNumbering reads how lists are numbered.
func (d *docx) readNumbering(x *scanner) {
	n := &d.numbering
	n.abstract, n.lists, n.counters = make(map[string]*[levels]listLevel), make(map[string]list), make(map[string]*[levels]int)
	x.elements(func(name string) {
		switch name {
		case "abstractNum":
			id := x.attr("abstractNumId")
			n.abstract[id] = readAbstractList(x)
		case "num":
			id := x.attr("numId")
			n.lists[id] = readList(x)
		}
		d.countEntries(len(n.abstract)+len(n.lists), d.limits.Members, "lists")
		x.stop(d.err)
	})
}

// readAbstractList reads the levels of an abstract list.
func readAbstractList(x *scanner) *[levels]listLevel {
	var all [levels]listLevel
	x.elements(func(name string) {
		if name == "lvl" {
			at := min(x.number("ilvl", 0), levels-1)
			all[at] = readListLevel(x)
		}
	})
	return &all
}

// readListLevel reads one level.
func readListLevel(x *scanner) listLevel {
	l := listLevel{start: 1, format: "decimal"}
	x.elements(func(name string) {
		switch name {
		case "start":
			l.start = x.number("val", 1)
		case "numFmt":
			l.format = x.attr("val")
		case "lvlText":
			l.text = clip(oneLine(x.attr("val")), 40) // it is written for every item
		}
	})
	return l
}

// readList reads a use of an abstract list.
func readList(x *scanner) list {
	l := list{restarts: make(map[int]int)}
	x.elements(func(name string) {
		switch name {
		case "abstractNumId":
			l.abstract = x.attr("val")
		case "lvlOverride":
			level := x.number("ilvl", 0)
			x.elements(func(name string) {
				if name == "startOverride" {
					l.restarts[level] = x.number("val", 1)
				}
			})
		}
	})
	return l
}

// next counts one more item of a list and returns its label.
func (n *numbering) next(id string, depth int) label {
	l, known := n.lists[id]
	all := n.abstract[l.abstract]
	if !known || all == nil {
		return label{}
	}
	counters := n.counters[l.abstract]
	if counters == nil {
		counters = new([levels]int)
		n.counters[l.abstract] = counters
	}
	if start, restarts := l.restarts[depth]; restarts {
		counters[depth] = start
		delete(l.restarts, depth) // only its first item
	} else if counters[depth] == 0 {
		counters[depth] = all[depth].start
	}
	counters[depth]++
	clear(counters[depth+1:])
	return all[depth].label(all, counters)
}

// label returns the label of an item by the numbers of its level and those above.
func (l listLevel) label(all *[levels]listLevel, counters *[levels]int) label {
	switch l.format {
	case "bullet":
		return label{text: "•", isBullet: true}
	case "none", "":
		return label{text: strings.TrimSpace(l.text)}
	}
	text := l.text
	for i := range levels {
		number := all[i].start
		if counters[i] > 0 {
			number = counters[i] - 1
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), ordinal(all[i].format, number))
	}
	return label{text: strings.TrimSpace(text)}
}

// markdownNumber finds the labels that Markdown's own lists have.
var markdownNumber = regexp.MustCompile(`^\d{1,9}\.$`)

// item makes an item of a text, at a depth from 0. A label that Markdown's
// lists do not have is part of the text.
func (l label) item(depth int, text string) block {
	b := block{depth: depth + 1, marker: "-", text: text}
	switch {
	case l.isBullet:
	case markdownNumber.MatchString(l.text):
		b.marker = l.text
	default:
		b.text = l.text + " " + text
	}
	return b
}

// ordinal writes a number in one of Word's formats.
func ordinal(format string, n int) string {
	switch format {
	case "lowerLetter":
		return letters(n)
	case "upperLetter":
		return strings.ToUpper(letters(n))
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
		"japaneseCounting", "ideographDigital", "koreanCounting":
		return chinese(n)
	case "decimalZero":
		if n < 10 {
			return "0" + strconv.Itoa(n)
		}
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		if 1 <= n && n <= 20 {
			return string(rune('①' + n - 1))
		}
	case "bullet":
		return ""
	}
	return strconv.Itoa(n)
}

// letters writes 1 as "a", 26 as "z" and 27 as "aa".
func letters(n int) string {
	if n < 1 || n > 26*30 {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(rune('a'+(n-1)%26)), (n-1)/26+1)
}

// roman writes a number in Roman numerals.
func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, s := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= s.value; n -= s.value {
			b.WriteString(s.sign)
		}
	}
	return b.String()
}

// chinese writes a number below 10,000 as articles of a law are numbered: 二十一.
func chinese(n int) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	digits, units := []rune("零一二三四五六七八九"), []string{"", "十", "百", "千"}
	written := ""
	needsZero := false
	for place := 0; n > 0; place, n = place+1, n/10 {
		digit := n % 10
		switch {
		case digit > 0:
			if needsZero && written != "" {
				written = "零" + written
			}
			written, needsZero = string(digits[digit])+units[place]+written, false
		default:
			needsZero = true
		}
	}
	if trimmed, found := strings.CutPrefix(written, "一十"); found {
		return "十" + trimmed
	}
	return written
}
