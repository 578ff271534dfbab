package pdf

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"bureau/ingest/format"
)

// compose makes the text of what PDFium tells of a document.
func compose(ctx context.Context, d *document, limits format.Limits) (format.Text, error) {
	text := format.Text{Title: d.title, Language: d.language, Updated: d.updated, Owner: d.author}
	var err error
	if text.Warnings, err = emptyPages(d.pages); err != nil {
		return format.Text{}, err
	}
	dropFurniture(d.pages)
	var blocks []block
	cells := 0
	for _, p := range d.pages {
		if ctx.Err() != nil {
			return format.Text{}, context.Cause(ctx)
		}
		for _, group := range readingOrder(p.runs) {
			for _, b := range blocksOf(linesOf(group), p.number) {
				if b.table != nil {
					cells += b.table.cells()
				}
				blocks = append(blocks, b)
			}
		}
		if cells > limits.Cells {
			return format.Text{}, fmt.Errorf("%w: more than %d cells in tables; split the file", format.ErrLimit, limits.Cells)
		}
	}
	blocks = flow(blocks)
	markHeadings(blocks, d.outline)
	text.Markdown, text.Places = write(blocks)
	if text.Title == "" {
		text.Title = firstHeading(blocks)
	}
	return text, nil
}

// firstHeading returns the text of the outermost heading that comes first, or "".
func firstHeading(blocks []block) string {
	title, level := "", maxLevel+1
	for _, b := range blocks {
		if b.level > 0 && b.level < level {
			title, level = oneLine(dehyphenate(b.text)), b.level
		}
	}
	return title
}

// emptyPages returns warnings for the pages without text, or an error if no
// page has any. A page on which nothing is drawn is not worth a word.
func emptyPages(pages []page) ([]string, error) {
	var scanned, broken, garbled []int
	withText := 0
	for _, p := range pages {
		switch {
		case p.broken:
			broken = append(broken, p.number)
		case len(p.runs) > 0:
			withText++
			if isGarbled(p.runs) {
				garbled = append(garbled, p.number)
			}
		case p.filled:
			scanned = append(scanned, p.number)
		}
	}
	if withText == 0 && len(scanned) > 0 {
		return nil, fmt.Errorf("%w: %s without text; run OCR over it", format.ErrNeedsOCR, count(len(pages), "page"))
	}
	if withText == 0 && len(broken) > 0 {
		return nil, fmt.Errorf("%w: none of %s can be read; open it and print it to a new PDF", format.ErrDamaged, count(len(pages), "page"))
	}
	var warnings []string
	for _, w := range []struct {
		pages []int
		words string
	}{
		{scanned, "without text, perhaps scanned, so what is on it is not found; run OCR over the file"},
		{broken, "damaged and left out"},
		{garbled, "in a font that does not tell its letters, so what is on it is not found; run OCR over the file"},
	} {
		if len(w.pages) > 0 {
			warnings = append(warnings, fmt.Sprintf("%s %s: %s", count(len(w.pages), "page"), ranges(w.pages), w.words))
		}
	}
	return warnings, nil
}

// isGarbled reports whether a page is mostly characters that stand for no letter.
func isGarbled(runs []run) bool {
	garbled, all := 0, 0
	for _, r := range runs {
		for _, char := range r.text {
			if char == '\uFFFD' || 0xE000 <= char && char <= 0xF8FF {
				garbled++
			}
			if char != ' ' {
				all++
			}
		}
	}
	return garbled*2 > all
}

// count returns "1 page" or "2 pages".
func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return strconv.Itoa(n) + " " + of + "s"
}

// ranges writes ascending numbers as "1-3, 7".
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		last := i
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		part := strconv.Itoa(numbers[i])
		if last > i {
			part += "-" + strconv.Itoa(numbers[last])
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ", ")
}
