package office

import (
	"strconv"
	"strings"
)

// A slide is one of a presentation, or its notes, as it is read.
type slide struct {
	*pptx
	isNotes  bool // only the placeholder of the text counts
	isHidden bool
	title    string
	blocks   []block
}

// readPart reads the part of a slide from its outermost element on.
func (s *slide) readPart(x *scanner) {
	s.isHidden = isFalse(x.attrBytes("show"))
	x.elements(func(name string) {
		if name == "cSld" {
			s.readShapes(x)
		}
	})
}

// readShapes reads the shapes of a tree or a group, in their order: it is the
// one in which screen readers read them.
func (s *slide) readShapes(x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "spTree", "grpSp", "AlternateContent", "Choice":
			s.readShapes(x)
		case "sp", "cxnSp":
			s.readShape(x)
		case "graphicFrame":
			s.readFrame(x)
		}
		x.stop(s.err)
	})
}

// readShape reads a shape with text. Those that repeat on each slide, as dates
// and numbers, are left out, and so are hidden ones.
func (s *slide) readShape(x *scanner) {
	placeholder, isHidden := "", false
	x.elements(func(name string) {
		switch name {
		case "nvSpPr":
			x.elements(func(name string) {
				switch name {
				case "cNvPr":
					isHidden = isTrue(x.attrBytes("hidden"))
				case "nvPr":
					placeholder = placeholderOf(x)
				}
			})
		case "txBody":
			if !isHidden {
				s.readBody(x, placeholder)
			}
		}
	})
}

// placeholderOf returns the kind of placeholder that a shape is: "title",
// "body", or "" for none.
func placeholderOf(x *scanner) string {
	kind := ""
	x.elements(func(name string) {
		if name == "ph" {
			if kind = x.attr("type"); kind == "" {
				kind = "body"
			}
		}
	})
	return kind
}

// readBody reads the text of a shape into the place of its placeholder.
func (s *slide) readBody(x *scanner, placeholder string) {
	var blocks []block
	switch placeholder {
	case "sldNum", "dt", "ftr", "hdr", "sldImg":
		return
	case "title", "ctrTitle":
		blocks = s.readText(x, false)
		if !s.isNotes && s.title == "" {
			s.title = flat(blocks)
			return
		}
	case "body", "obj":
		blocks = s.readText(x, !s.isNotes)
	default:
		blocks = s.readText(x, false)
	}
	if !s.isNotes || placeholder == "body" {
		s.blocks = append(s.blocks, blocks...)
	}
}

// readText reads the paragraphs of a text. isList says that they are items
// unless they say otherwise, as in the placeholder of a slide's text.
func (s *slide) readText(x *scanner, isList bool) []block {
	var blocks []block
	var numbers [levels]int
	x.elements(func(name string) {
		if name != "p" {
			return
		}
		p := slideParagraph{isItem: isList}
		p.read(x)
		b := block{text: strings.TrimSpace(p.String())}
		if b.text == "" {
			return
		}
		if p.isItem {
			b.depth, b.marker = p.depth+1, "-"
		}
		clear(numbers[p.depth+1:])
		if numbers[p.depth]++; !p.isNumbered {
			numbers[p.depth] = 0
		} else {
			if p.start > 0 && numbers[p.depth] == 1 {
				numbers[p.depth] = p.start
			}
			b.marker = strconv.Itoa(numbers[p.depth]) + "."
		}
		blocks = append(blocks, b)
		s.count(1)
		x.stop(s.err)
	})
	return blocks
}

// A slideParagraph is a paragraph of a slide as it is read.
type slideParagraph struct {
	strings.Builder
	depth              int // from 0
	isItem, isNumbered bool
	start              int // of the numbers, or 0
}

// read reads a paragraph.
func (p *slideParagraph) read(x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "pPr":
			p.depth = min(x.number("lvl", 0), levels-1)
			x.elements(func(name string) {
				switch name {
				case "buNone":
					p.isItem = false
				case "buChar", "buBlip":
					p.isItem = true
				case "buAutoNum":
					p.isItem, p.isNumbered, p.start = true, true, min(x.number("startAt", 0), 1e8)
				}
			})
		case "br":
			p.WriteByte('\n')
		case "t":
			p.WriteString(x.allText())
		case "rPr", "endParaRPr":
		default: // runs, fields, formulas
			p.read(x)
		}
	})
}

// readFrame reads what a frame holds: a table, or a picture of data.
func (s *slide) readFrame(x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "graphic", "graphicData":
			s.readFrame(x)
		case "tbl":
			s.blocks = append(s.blocks, block{table: s.readTable(x)})
		case "chart", "relIds":
			s.pictured++
		}
	})
}

// readTable reads a table. Cells that another one spans are left out, but for
// those below it.
func (s *slide) readTable(x *scanner) *table {
	t := &table{}
	x.elements(func(name string) {
		if name != "tr" {
			return
		}
		var row []tableCell
		x.elements(func(name string) {
			if name != "tc" || isTrue(x.attrBytes("hMerge")) {
				return
			}
			c := tableCell{span: max(1, min(x.number("gridSpan", 1), maxSpan)), rowSpan: 1, isMerged: isTrue(x.attrBytes("vMerge"))}
			x.elements(func(name string) {
				if name == "txBody" {
					c.blocks = s.readText(x, false)
				}
			})
			row = append(row, c)
			s.count(c.span)
			x.stop(s.err)
		})
		if len(row) > 0 {
			t.rows = append(t.rows, row)
		}
	})
	return t
}
