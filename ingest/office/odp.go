package office

import (
	"context"

	"bureau/ingest/format"
)

// ReadODP reads an OpenDocument presentation, as ReadPPTX reads one of
// PowerPoint.
//
// Errors are those of package format.
func ReadODP(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	return readODF(ctx, data, limits, "presentation", "an OpenDocument presentation (.odp)", func(o *odf, x *scanner) {
		number, hidden := 0, 0
		x.elements(func(name string) {
			if name != "page" {
				return
			}
			number++
			o.countEntries(number, o.draft.limits.Pages, "slides")
			if o.styles[x.attr("style-name")].isHidden {
				hidden++
				return
			}
			var p odpPage
			p.read(o, x)
			o.slide(number, p.title, p.blocks, p.notes)
			x.stop(o.err)
		})
		o.warn(hidden, "hidden slide", "hidden slides", "left out")
	})
}

// An odpPage is a slide as it is read.
type odpPage struct {
	title         string
	blocks, notes []block
}

// read reads what a page or a group of shapes holds.
func (p *odpPage) read(o *odf, x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "frame":
			p.readFrame(o, x, x.attr("class"))
		case "g":
			p.read(o, x)
		case "custom-shape", "rect", "ellipse", "line", "connector":
			o.readBlocks(x, p.add(o, &p.blocks))
		case "notes":
			var n odpPage
			n.read(o, x)
			p.notes = n.notes
		}
		x.stop(o.err)
	})
}

// add returns what adds a block to blocks.
func (p *odpPage) add(o *odf, blocks *[]block) func(block) {
	return func(b block) {
		*blocks = append(*blocks, b)
		o.count(1)
	}
}

// readFrame reads a frame by what it is for: a title, notes, or anything else.
func (p *odpPage) readFrame(o *odf, x *scanner, class string) {
	var blocks []block
	x.elements(func(name string) {
		switch name {
		case "text-box":
			o.readBlocks(x, p.add(o, &blocks))
		case "table":
			blocks = append(blocks, block{table: o.readTable(x)})
		}
	})
	switch class {
	case "title":
		if p.title == "" {
			p.title = flat(blocks)
			return
		}
		p.blocks = append(p.blocks, blocks...)
	case "notes":
		p.notes = append(p.notes, blocks...)
	case "page", "header", "footer", "date-time", "page-number":
	default:
		p.blocks = append(p.blocks, blocks...)
	}
}
