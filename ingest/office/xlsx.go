package office

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"bureau/ingest/format"
)

const excelWorkbook = "an Excel workbook (.xlsx)"

// ReadXLSX reads an Excel workbook, sheet by sheet: the name of each as a
// heading of the second level, its tables under their headers, numbers and
// dates as they are shown. Each row of a table has its place, with the number
// and the sheet that Excel shows.
//
// A workbook with more cells than the limit is refused whole. Half a table
// would answer "nobody of that name" as if it had looked.
//
// Errors are those of package format.
func ReadXLSX(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	a, err := openArchive(ctx, data, limits, excelWorkbook)
	if err != nil {
		return format.Text{}, err
	}
	name, related, err := a.mainPart("workbook", excelWorkbook)
	if err != nil {
		return format.Text{}, err
	}
	w := xlsx{draft: draft{limits: limits}}
	var text format.Text
	for _, read := range []func() error{
		func() error { return a.properties(&text) },
		func() error { return a.read(ofKind(related, "styles"), w.readStyles) },
		func() error { return a.read(ofKind(related, "sharedStrings"), w.readStrings) },
		func() error { return a.read(name, w.readWorkbook) },
	} {
		if err := read(); err != nil {
			return format.Text{}, err
		}
	}
	for i, s := range w.sheets {
		if err := w.readSheet(a, i+1, s, related[s.id]); err != nil {
			return format.Text{}, fmt.Errorf("sheet %q: %w", s.name, err)
		}
	}
	w.warn(w.hidden, "hidden sheet", "hidden sheets", "left out")
	w.warn(w.uncomputed, "formula has", "formulas have", "no stored result; open the workbook in Excel and save it")
	return w.finish(text)
}

// An xlsx is a workbook that is being read.
type xlsx struct {
	draft
	sheets     []sheetEntry
	strings    []string        // that cells refer to by number
	formats    []*numberFormat // by the number of a cell's style; nil shows all digits
	epoch1904  bool            // days count from 1904, as on old Macintoshes
	hidden     int             // sheets
	uncomputed int             // formulas without a result
}

// A sheetEntry is a sheet in the list of the workbook.
type sheetEntry struct {
	name, id string
	isHidden bool
}

// readWorkbook reads the list of the sheets.
func (w *xlsx) readWorkbook(x *scanner) {
	x.elements(func(name string) {
		switch name {
		case "workbookPr":
			w.epoch1904 = isTrue(x.attrBytes("date1904"))
		case "sheets":
			x.elements(func(string) {
				state := x.attr("state")
				w.sheets = append(w.sheets, sheetEntry{oneLine(x.attr("name")), x.related("id"), state == "hidden" || state == "veryHidden"})
				w.countEntries(len(w.sheets), w.limits.Pages, "sheets")
				x.stop(w.err)
			})
		}
	})
}

// readStrings reads the strings that cells share.
func (w *xlsx) readStrings(x *scanner) {
	x.elements(func(name string) {
		if name == "si" {
			w.strings = append(w.strings, richText(x))
			w.countEntries(len(w.strings), w.limits.Cells, "strings")
			x.stop(w.err)
		}
	})
}

// richText returns the text of a cell or a shared string, without the
// pronunciation that East Asian texts may carry.
func richText(x *scanner) string {
	var b strings.Builder
	var read func(name string)
	read = func(name string) {
		switch name {
		case "t":
			b.WriteString(x.allText())
		case "r":
			x.elements(read)
		}
	}
	x.elements(read)
	return unescaped.Replace(b.String())
}

// unescaped puts the characters in that XML could not hold, or that look like
// a way of writing one.
var unescaped = strings.NewReplacer("_x000D_", "", "_x000d_", "", "_x000A_", "\n", "_x000a_", "\n", "_x0009_", "\t", "_x005F_", "_", "_x005f_", "_")

// readSheet reads a sheet that can be seen.
func (w *xlsx) readSheet(a *archive, number int, entry sheetEntry, at relationship) error {
	switch {
	case entry.isHidden:
		w.hidden++
		return nil
	case at.kind != "" && at.kind != "worksheet":
		return nil // a chart, or macros of the last century
	case !a.has(at.target):
		return fmt.Errorf("%w: its part %q is missing; open the workbook and save it again", format.ErrDamaged, at.target)
	}
	r := sheetReader{xlsx: w, sheet: sheet{name: entry.name}, hidden: make(map[int]bool)}
	if err := a.read(at.target, r.read); err != nil {
		return err
	}
	if len(r.rows) > 0 {
		w.place(format.Sheet, number, entry.name)
		w.write(block{level: 2, text: entry.name})
		w.sheet(&r.sheet)
	}
	in := "of sheet " + strconv.Quote(entry.name) + " left out"
	w.warn(r.hiddenRows, "hidden row", "hidden rows", in)
	w.warn(r.hiddenColumns, "hidden column", "hidden columns", in)
	return w.err
}
