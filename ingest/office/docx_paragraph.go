package office

import (
	"strings"

	"bureau/ingest/format"
)

// A paragraph is one of a Word document as it is read.
type paragraph struct {
	strings.Builder
	style string
	level int    // outline level from 0 that it sets itself, -1 for none
	list  string // id of the numbering that it sets itself; "0" takes the style's away
	depth int    // in the list, from 0; -1 where it does not say
	boxes []block
}

// readParagraph reads a paragraph and emits its block, and then those of the
// text boxes in it.
func (d *docx) readParagraph(x *scanner, emit func(block)) {
	p := paragraph{level: -1, depth: -1}
	d.readInline(x, &p)
	text := strings.TrimSpace(p.String())
	switch s := d.styleOf(p); {
	case text == "" || s.isContents:
	case s.isHidden:
		d.hidden++
	default:
		emit(d.blockOf(text, s))
	}
	for _, b := range p.boxes {
		emit(b)
	}
}

// styleOf returns the style of a paragraph with what it sets itself.
func (d *docx) styleOf(p paragraph) style {
	s, known := d.styles[p.style]
	if !known {
		s = style{level: notOutlined}
	}
	if p.level >= 0 {
		s.level = p.level
	}
	if p.list != "" {
		s.list = p.list
	}
	if p.depth >= 0 {
		s.depth = p.depth
	}
	return s
}

// blockOf makes a block of a paragraph that says something. Below the title of
// a document its headings stand one level deeper.
func (d *docx) blockOf(text string, s style) block {
	label := d.numbering.next(s.list, s.depth)
	switch {
	case s.isTitle && d.title == "":
		d.title = oneLine(text)
		return block{level: 1, text: d.title}
	case s.level < notOutlined:
		if !label.isBullet {
			text = label.text + " " + text
		}
		if d.title != "" {
			s.level++
		}
		return block{level: min(s.level+1, 6), text: oneLine(text)}
	case label.text == "":
		return block{text: text}
	}
	return label.item(s.depth, text)
}

// readInline reads what a paragraph holds. Elements that it does not know are
// looked into: text stands in many kinds of frames.
func (d *docx) readInline(x *scanner, p *paragraph) {
	isHidden, isRaised := false, false // of the run that this is
	x.elements(func(name string) {
		if isHidden {
			return
		}
		switch name {
		case "pPr":
			d.readParagraphProperties(x, p)
		case "rPr":
			if isHidden, isRaised = d.readRunProperties(x); isHidden {
				d.hidden++
			}
		case "t":
			text := x.allText()
			if isRaised {
				text = format.Raised(text)
			}
			p.WriteString(text)
		case "tab", "ptab":
			p.WriteByte('\t')
		case "br", "cr":
			p.WriteByte('\n')
		case "noBreakHyphen":
			p.WriteByte('-')
		case "footnoteReference":
			p.note(d.footnotes, x.attr("id"))
		case "endnoteReference":
			p.note(d.endnotes, x.attr("id"))
		case "txbxContent":
			d.readBlocks(x, func(b block) {
				p.boxes = append(p.boxes, b)
				d.count(1)
			})
		case "del", "moveFrom", "delText", "instrText", "Fallback", "sdtPr", "rt", "rPrChange", "pPrChange":
			// deleted, said by a program, or said a second time
		default:
			d.readInline(x, p)
		}
	})
}

// note puts a note where it is first referred to.
func (p *paragraph) note(notes map[string]string, id string) {
	if text := notes[id]; text != "" {
		p.WriteString(" [" + text + "]")
		delete(notes, id)
	}
}

// readParagraphProperties reads what a paragraph sets itself.
func (d *docx) readParagraphProperties(x *scanner, p *paragraph) {
	x.elements(func(name string) {
		switch name {
		case "pStyle":
			p.style = x.attr("val")
		case "outlineLvl":
			p.level = x.number("val", -1)
		case "numPr":
			p.list, p.depth = readListProperties(x)
		}
	})
}

// readListProperties reads which list a paragraph is an item of, "" for none,
// and how deep, -1 where it does not say.
func readListProperties(x *scanner) (list string, depth int) {
	depth = -1
	x.elements(func(name string) {
		switch name {
		case "numId":
			list = x.attr("val")
		case "ilvl":
			depth = min(x.number("val", 0), levels-1)
		}
	})
	return list, depth
}

// readRunProperties reports whether the properties of a run hide it, and whether
// it stands above the line. Text that only programs see is where instructions to
// a model are hidden.
func (d *docx) readRunProperties(x *scanner) (isHidden, isRaised bool) {
	x.elements(func(name string) {
		switch name {
		case "rStyle":
			isHidden = isHidden || d.styles[x.attr("val")].isHidden
		case "vanish":
			isHidden = x.isOn()
		case "vertAlign":
			isRaised = x.attr("val") == "superscript"
		}
	})
	return isHidden, isRaised
}
