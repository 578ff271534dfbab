package office

import (
	"regexp"
	"strconv"
	"strings"
)

// notOutlined is the outline level of text that is no heading, as Word has it.
const notOutlined = 9

// A style is what a paragraph's style says of it.
type style struct {
	level      int    // outline level from 0; notOutlined for text
	list       string // id of its numbering, or ""
	depth      int    // in the list, from 0
	isTitle    bool   // of the document
	isContents bool   // a line of the table of contents
	isHidden   bool

	basedOn string
}

// headingName finds the level in the name of a style for headings. Word gives
// them English names in every language; other programs give their own.
var headingName = regexp.MustCompile(`(?i)^(?:heading|标题|標題|見出し|überschrift|titre|título|titolo|заголовок) ?([1-9])$`)

// contentsName finds the styles of a table of contents.
var contentsName = regexp.MustCompile(`(?i)^(?:toc|contents) ?[1-9]$`)

// readStyles reads the styles of a Word document.
func (d *docx) readStyles(x *scanner) {
	d.styles = make(map[string]style)
	x.elements(func(name string) {
		if name == "style" {
			id, isDefault := x.attr("styleId"), isTrue(x.attrBytes("default")) && x.attr("type") == "paragraph"
			s := readStyle(x)
			d.styles[id] = s
			if isDefault {
				d.styles[""] = s
			}
			d.countEntries(len(d.styles), d.limits.Members, "styles")
			x.stop(d.err)
		}
	})
	for id := range d.styles {
		d.styles[id] = d.inherited(id)
	}
	if _, stated := d.styles[""]; !stated {
		d.styles[""] = style{level: notOutlined}
	}
}

// readStyle reads one style. A level or depth that it leaves to the style that
// it is based on is -1.
func readStyle(x *scanner) style {
	s := style{level: -1, depth: -1}
	x.elements(func(name string) {
		switch name {
		case "name":
			s.named(x.attr("val"))
		case "basedOn":
			s.basedOn = x.attr("val")
		case "pPr":
			x.elements(func(name string) {
				switch name {
				case "outlineLvl":
					s.level = x.number("val", -1)
				case "numPr":
					s.list, s.depth = readListProperties(x)
				}
			})
		case "rPr":
			x.elements(func(name string) {
				if name == "vanish" {
					s.isHidden = x.isOn()
				}
			})
		}
	})
	return s
}

// named reads what the name of a style says.
func (s *style) named(name string) {
	switch m := headingName.FindStringSubmatch(name); {
	case m != nil:
		n, _ := strconv.Atoi(m[1]) // a digit
		s.level = n - 1
	case strings.EqualFold(name, "title") || name == "标题" || name == "標題":
		s.isTitle = true
	case contentsName.MatchString(name):
		s.isContents = true
	}
}

// inherited returns a style with what it takes from the styles that it is
// based on.
func (d *docx) inherited(id string) style {
	s := d.styles[id]
	above := s.basedOn
	for range 20 { // a loop of styles ends too
		a, known := d.styles[above]
		if !known || above == "" {
			break
		}
		if s.level < 0 {
			s.level = a.level
		}
		if s.list == "" {
			s.list = a.list
		}
		if s.depth < 0 {
			s.depth = a.depth
		}
		s.isHidden = s.isHidden || a.isHidden
		above = a.basedOn
	}
	if s.level < 0 {
		s.level = notOutlined
	}
	s.depth = max(s.depth, 0)
	return s
}
