package pdf

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxLevel   = 6   // of headings in Markdown
	maxHeading = 150 // runes of the longest heading
)

// markHeadings gives the headings their levels: what the outline names or,
// where it names nothing that is in the text, what is set in larger type.
func markHeadings(blocks []block, outline []bookmark) {
	if !byOutline(blocks, outline) {
		byType(blocks)
	}
}

// byOutline marks the paragraphs that the outline names on their page. It
// reports whether there are any.
func byOutline(blocks []block, outline []bookmark) bool {
	type place struct {
		page int
		text string
	}
	levels := map[place][]int{} // in order, for headings that are there twice
	for _, entry := range outline {
		for _, text := range slices.Compact([]string{letters(entry.title), letters(withoutNumber(entry.title))}) {
			if text != "" {
				levels[place{entry.page, text}] = append(levels[place{entry.page, text}], min(entry.level, maxLevel))
			}
		}
	}
	found := false
	for i := range blocks {
		b := &blocks[i]
		if b.table != nil || len(b.text) > 4*maxHeading {
			continue
		}
		for _, text := range []string{letters(b.text), letters(withoutNumber(b.text))} {
			at := place{b.page, text}
			if len(levels[at]) > 0 {
				b.level, b.isItem = levels[at][0], false
				levels[at] = levels[at][1:]
				found = true
				break
			}
		}
	}
	return found
}

// byType marks the paragraphs in larger type than most of the text, the largest
// as level 1. Where a third of the text is larger there is no telling what is a
// heading, as in slides.
func byType(blocks []block) {
	body, all := bodySize(blocks)
	var headings []int
	var sizes []float64
	larger := 0
	for i, b := range blocks {
		if b.table != nil || b.size < 1.15*body {
			continue
		}
		larger += len(b.text)
		if isHeading(b) {
			headings = append(headings, i)
			sizes = append(sizes, halfPoint(b.size))
		}
	}
	if larger*3 > all {
		return
	}
	slices.SortFunc(sizes, func(a, b float64) int { return cmp.Compare(b, a) })
	sizes = slices.Compact(sizes)
	for _, i := range headings {
		blocks[i].level = min(slices.Index(sizes, halfPoint(blocks[i].size))+1, maxLevel)
		blocks[i].isItem = false
	}
}

// bodySize returns the size that most of the text outside tables has, and how
// many bytes of text there are.
func bodySize(blocks []block) (size float64, all int) {
	text := map[float64]int{}
	for _, b := range blocks {
		at := halfPoint(b.size)
		text[at] += len(b.text)
		all += len(b.text)
		if text[at] > text[size] || text[at] == text[size] && at < size {
			size = at
		}
	}
	return size, all
}

// halfPoint rounds a size to half points, as programs round it anyhow.
func halfPoint(size float64) float64 { return math.Round(2*size) / 2 }

// isHeading reports whether a paragraph reads like a heading: short, with a
// letter, and not the end of a sentence.
func isHeading(b block) bool {
	last, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(b.text))
	return utf8.RuneCountInString(b.text) <= maxHeading && strings.ContainsFunc(b.text, unicode.IsLetter) &&
		!strings.ContainsRune(".。；;，,", last)
}

var number = regexp.MustCompile(`^\s*(?:\d+(?:\.\d+)*|[A-Z])[.)、]?\s+`)

// withoutNumber returns a heading without its number.
func withoutNumber(heading string) string { return heading[len(number.FindString(heading)):] }

// letters returns the letters and digits of text in small letters, which is
// what the outline and the page have in common.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if !isWord(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}
