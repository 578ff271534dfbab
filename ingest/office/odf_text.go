package office

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"bureau/ingest/format"
)

// ReadODT reads an OpenDocument text, as ReadDOCX reads a Word document.
//
// Errors are those of package format.
func ReadODT(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	return readODF(ctx, data, limits, "text", "an OpenDocument text (.odt)", func(o *odf, x *scanner) {
		o.readBlocks(x, o.write)
	})
}

// readBlocks reads what a body, a cell, a note or a text box holds. Deleted
// text stands apart from the body and is not looked at.
func (o *odf) readBlocks(x *scanner, emit func(block)) {
	x.elements(func(name string) {
		switch name {
		case "h":
			level := max(1, x.number("outline-level", 1))
			o.readParagraph(x, emit, func(text string) block { return o.heading(level, text) })
		case "p":
			style := x.attr("style-name")
			o.readParagraph(x, emit, func(text string) block {
				if o.title == "" && o.isTitle(style) {
					o.title = oneLine(text)
					return block{level: 1, text: text}
				}
				return block{text: text}
			})
		case "list":
			o.readList(x, x.attr("style-name"), 1, emit)
		case "table":
			emit(block{table: o.readTable(x)})
		case "section", "text-box", "frame", "numbered-paragraph", "custom-shape":
			o.readBlocks(x, emit)
		}
		x.stop(o.err)
	})
}

// heading makes a heading, one level deeper below the title of the document.
func (o *odf) heading(level int, text string) block {
	if o.title != "" {
		level++
	}
	return block{level: min(level, 6), text: text}
}

// readParagraph reads a paragraph and emits its block, and then those of the
// text boxes in it.
func (o *odf) readParagraph(x *scanner, emit func(block), blockOf func(text string) block) {
	if o.styles[x.attr("style-name")].isHidden {
		o.hidden++
		return
	}
	var b strings.Builder
	var boxes []block
	o.readInline(x, &b, &boxes)
	if text := strings.TrimSpace(b.String()); text != "" {
		emit(blockOf(text))
	}
	for _, box := range boxes {
		emit(box)
	}
}

// readInline reads what a paragraph holds. White space stands for one space,
// as in HTML, and real ones are elements.
func (o *odf) readInline(x *scanner, b *strings.Builder, boxes *[]block) {
	x.each(func() {
		if x.kind == charData {
			b.WriteString(spaces.Replace(string(x.text)))
			return
		}
		switch x.name {
		case "s":
			b.WriteString(strings.Repeat(" ", min(x.number("c", 1), 10)))
		case "tab":
			b.WriteByte('\t')
		case "line-break":
			b.WriteByte('\n')
		case "note":
			o.readNote(x, b)
		case "annotation", "ruby-text", "tracked-changes", "desc", "title":
			// said by others, a second time, or not at all
		case "text-box", "custom-shape":
			o.readBlocks(x, func(box block) {
				*boxes = append(*boxes, box)
				o.count(1)
			})
		case "span":
			o.readSpan(x, o.styles[x.attr("style-name")], b, boxes)
		default:
			o.readInline(x, b, boxes)
		}
	})
}

// readSpan reads a part of a paragraph in a style of its own.
func (o *odf) readSpan(x *scanner, s odfStyle, b *strings.Builder, boxes *[]block) {
	switch {
	case s.isHidden:
		o.hidden++
	case s.isRaised:
		var raised strings.Builder
		o.readInline(x, &raised, boxes)
		b.WriteString(format.Raised(raised.String()))
	default:
		o.readInline(x, b, boxes)
	}
}

// spaces turns the white space of XML into spaces.
var spaces = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// readNote reads a note to where it is referred to.
func (o *odf) readNote(x *scanner, b *strings.Builder) {
	var blocks []block
	x.elements(func(name string) {
		if name == "note-body" {
			o.readBlocks(x, func(n block) { blocks = append(blocks, n) })
		}
	})
	if text := flat(blocks); text != "" {
		b.WriteString(" [" + text + "]")
	}
}

// readList reads a list at a depth from 1. Inner lists have the style of the
// outer one unless they name their own.
func (o *odf) readList(x *scanner, style string, depth int, emit func(block)) {
	numbers := o.styles[style].formats[depth]
	n := 0
	x.elements(func(name string) {
		if name != "list-item" && name != "list-header" {
			return
		}
		n = x.number("start-value", n+1)
		isFirst := true // the rest of an item's paragraphs go on with it
		item := func(b block) {
			if b.table == nil {
				b.level, b.depth, b.marker = 0, depth, "-"
				if isFirst && numbers != "" {
					b = numberedItem(b, numbers, n)
				}
			}
			isFirst = false
			emit(b)
		}
		x.elements(func(name string) {
			switch name {
			case "p", "h":
				o.readParagraph(x, item, func(text string) block { return block{text: text} })
			case "list":
				o.readList(x, cmp.Or(x.attr("style-name"), style), depth+1, emit)
			}
			x.stop(o.err)
		})
	})
}

// numberedItem numbers an item in a format of OpenDocument's.
func numberedItem(b block, numbers string, n int) block {
	switch numbers {
	case "a":
		b.text = letters(n) + ". " + b.text
	case "A":
		b.text = strings.ToUpper(letters(n)) + ". " + b.text
	case "i":
		b.text = strings.ToLower(roman(n)) + ". " + b.text
	case "I":
		b.text = roman(n) + ". " + b.text
	case "一", "壹":
		b.text = chinese(n) + "、" + b.text
	default:
		b.marker = strconv.Itoa(n%1e9) + "."
	}
	return b
}

// readTable reads a table of a text or a slide.
func (o *odf) readTable(x *scanner) *table {
	t := &table{}
	o.readRows(x, func() {
		var row []tableCell
		x.elements(func(name string) {
			if name != "table-cell" {
				return // one that another cell covers
			}
			c := tableCell{span: max(1, min(x.number("number-columns-spanned", 1), maxSpan)), rowSpan: max(1, min(x.number("number-rows-spanned", 1), maxSpan))}
			repeated := max(1, min(x.number("number-columns-repeated", 1), maxSpan))
			o.readBlocks(x, func(b block) {
				c.blocks = append(c.blocks, b)
				o.count(1)
			})
			if o.count(repeated * c.span); o.err == nil {
				for range repeated {
					row = append(row, c)
				}
			}
			x.stop(o.err)
		})
		if len(row) > 0 {
			t.rows = append(t.rows, row)
		}
	})
	return t
}

// readRows calls visit at the start of each row of a table, in groups too.
func (o *odf) readRows(x *scanner, visit func()) {
	x.elements(func(name string) {
		switch name {
		case "table-row":
			visit()
		case "table-rows", "table-header-rows", "table-row-group":
			o.readRows(x, visit)
		}
		x.stop(o.err)
	})
}
