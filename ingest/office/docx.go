package office

import (
	"context"
	"strings"

	"bureau/ingest/format"
)

const wordDocument = "a Word document (.docx)"

// ReadDOCX reads a Word document: headings by the outline levels of their
// styles, numbered headings and lists with their numbers as shown, tables,
// text boxes after the paragraph that they hang on, and notes in brackets where
// they are referred to. Its table of contents is left out: it says nothing of
// its own.
//
// Errors are those of package format.
func ReadDOCX(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	a, err := openArchive(ctx, data, limits, wordDocument)
	if err != nil {
		return format.Text{}, err
	}
	name, related, err := a.mainPart("document", wordDocument)
	if err != nil {
		return format.Text{}, err
	}
	d := docx{draft: draft{limits: limits}}
	var text format.Text
	for _, read := range []func() error{
		func() error { return a.properties(&text) },
		func() error { return a.read(ofKind(related, "styles"), d.readStyles) },
		func() error { return a.read(ofKind(related, "numbering"), d.readNumbering) },
		func() error {
			return a.read(ofKind(related, "footnotes"), func(x *scanner) { d.footnotes = d.readNotes(x) })
		},
		func() error {
			return a.read(ofKind(related, "endnotes"), func(x *scanner) { d.endnotes = d.readNotes(x) })
		},
		func() error { return a.read(name, d.readDocument) },
	} {
		if err := read(); err != nil {
			return format.Text{}, err
		}
	}
	if d.title != "" {
		text.Title = d.title // it is seen, and the property often is the template's
	}
	d.warn(d.hidden, "hidden piece of text", "hidden pieces of text", "left out")
	return d.finish(text)
}

// A docx is a Word document that is being read.
type docx struct {
	draft
	styles              map[string]style
	numbering           numbering
	footnotes, endnotes map[string]string // texts by id
	title               string            // of the paragraph in the style for it, or ""
	hidden              int               // runs that are hidden
}

// readDocument reads the main part.
func (d *docx) readDocument(x *scanner) {
	x.elements(func(name string) {
		if name == "body" {
			d.readBlocks(x, d.write)
		}
	})
}

// readBlocks reads what a body, a cell or a text box holds.
func (d *docx) readBlocks(x *scanner, emit func(block)) {
	x.elements(func(name string) {
		switch name {
		case "p":
			d.readParagraph(x, emit)
		case "tbl":
			emit(block{table: d.readTable(x)})
		case "sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice", "smartTag":
			d.readBlocks(x, emit)
		}
		x.stop(d.err)
	})
}

// readTable reads a table. Rows whose deletion is tracked are left out.
func (d *docx) readTable(x *scanner) *table {
	t := &table{}
	var readRows func()
	readRows = func() {
		x.elements(func(name string) {
			switch name {
			case "tr":
				if row, isDeleted := d.readRow(x); !isDeleted && len(row) > 0 {
					t.rows = append(t.rows, row)
				}
			case "sdt", "sdtContent", "customXml":
				readRows()
			}
		})
	}
	readRows()
	return t
}

// readRow reads a row of a table.
func (d *docx) readRow(x *scanner) (row []tableCell, isDeleted bool) {
	var readCells func()
	readCells = func() {
		x.elements(func(name string) {
			switch name {
			case "trPr":
				x.elements(func(name string) {
					switch name {
					case "del":
						isDeleted = true
					case "gridBefore":
						if n := min(x.number("val", 0), maxSpan); n > 0 {
							row = append(row, tableCell{span: n, rowSpan: 1})
							d.count(n)
						}
					}
				})
			case "tc":
				row = append(row, d.readCell(x))
			case "sdt", "sdtContent", "customXml":
				readCells()
			}
			x.stop(d.err)
		})
	}
	readCells()
	return row, isDeleted
}

// readCell reads a cell of a table.
func (d *docx) readCell(x *scanner) tableCell {
	c := tableCell{span: 1, rowSpan: 1}
	emit := func(b block) {
		c.blocks = append(c.blocks, b)
		d.count(1)
	}
	x.elements(func(name string) {
		switch name {
		case "tcPr":
			x.elements(func(name string) {
				switch name {
				case "gridSpan":
					c.span = max(1, min(x.number("val", 1), maxSpan))
				case "vMerge":
					c.isMerged = x.attr("val") != "restart"
				}
			})
		case "p":
			d.readParagraph(x, emit)
		case "tbl":
			emit(block{table: d.readTable(x)})
		case "sdt", "customXml", "ins", "moveTo", "AlternateContent":
			d.readBlocks(x, emit)
		}
	})
	d.count(c.span)
	return c
}

// readNotes reads the footnotes or endnotes of a document, by id. Those that
// are the lines between text and notes say nothing.
func (d *docx) readNotes(x *scanner) map[string]string {
	notes := make(map[string]string)
	x.elements(func(string) {
		id := x.attr("id")
		if kind := x.attr("type"); kind != "" && kind != "normal" {
			return
		}
		var blocks []block
		d.readBlocks(x, func(b block) { blocks = append(blocks, b) })
		notes[id] = strings.TrimSpace(flat(blocks))
	})
	return notes
}
