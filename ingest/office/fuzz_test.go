package office

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"bureau/ingest/format"
)

// fuzzLimits are reached by small files.
var fuzzLimits = format.Limits{Pages: 20, Cells: 2000, Members: 50, Depth: 40, Unpacked: 4 << 20}

// checkText fails the test unless a reader keeps to its contract with a file.
func checkText(t *testing.T, r reader, data []byte) {
	t.Helper()
	text, err := r(t.Context(), data, fuzzLimits)
	if err != nil {
		if text.Markdown != "" {
			t.Error("an error came with a text")
		}
		return
	}
	if !utf8.ValidString(text.Markdown) || strings.ContainsAny(text.Markdown, "\r\x00") {
		t.Errorf("the text is not clean: %q", text.Markdown)
	}
	if !slices.IsSortedFunc(text.Places, func(a, b format.Place) int { return a.Start - b.Start }) {
		t.Errorf("places are not in order: %v", text.Places)
	}
	for _, p := range text.Places {
		if p.Start < 0 || p.Start > len(text.Markdown) || p.Number < 1 || p.Start > 0 && text.Markdown[p.Start-1] != '\n' {
			t.Errorf("place %v is not at the start of a line", p)
		}
	}
	again, err := r(t.Context(), data, fuzzLimits)
	if err != nil || again.Markdown != text.Markdown {
		t.Errorf("read again it is another text: %v", err)
	}
}

func FuzzDOCX(f *testing.F) {
	f.Add(paragraphs("# a", "b | c"))
	f.Add(`<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr>` + paragraphs("x") + `</w:tc></w:tr></w:tbl>`)
	f.Add(styled("1", "总则") + styled("7/1", "x") + styled("7/8", "y"))
	f.Fuzz(func(t *testing.T, body string) {
		checkText(t, ReadDOCX, word(t, body, "word/styles.xml", lawStyles, "word/numbering.xml", lawNumbering))
	})
}

func FuzzPPTX(f *testing.F) {
	f.Add(shape("title", `<a:p><a:r><a:t>x</a:t></a:r></a:p>`) + shape("", `<a:p><a:pPr lvl="8"><a:buAutoNum/></a:pPr><a:r><a:t>- x</a:t></a:r></a:p>`))
	f.Add(`<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc gridSpan="2"><a:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></a:txBody></a:tc><a:tc hMerge="1"/></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`)
	f.Fuzz(func(t *testing.T, shapes string) { checkText(t, ReadPPTX, slides(t, slidePart(shapes))) })
}

func FuzzXLSX(f *testing.F) {
	f.Add(`<row r="2"><c r="B2" s="1"><v>45000</v></c><c t="s"><v>1</v></c></row><row r="4" hidden="1"/>`, "A1:B2")
	f.Add(`<row><c t="inlineStr"><is><t>x</t></is></c></row><row r="1"><c r="A1" t="str"><v>|</v></c></row>`, "B1:A1048576")
	f.Fuzz(func(t *testing.T, rows, merged string) {
		checkText(t, ReadXLSX, workbook(t, sheetOf(rows, `<mergeCells><mergeCell ref="`, merged, `"/></mergeCells>`)))
	})
}

func FuzzODF(f *testing.F) {
	f.Add(`<text:h text:outline-level="9">x</text:h><text:list><text:list-item><text:p>y</text:p></text:list-item></text:list>`)
	f.Add(`<table:table table:name="x"><table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-repeated="3" table:number-rows-spanned="2"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`)
	f.Add(`<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame></draw:page>`)
	f.Fuzz(func(t *testing.T, body string) {
		checkText(t, ReadODT, openDocument(t, "text", "", body))
		checkText(t, ReadODS, openDocument(t, "spreadsheet", "", body))
		checkText(t, ReadODP, openDocument(t, "presentation", "", body))
	})
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("a,b\n\"c\nd\",'e'\n\n1;2"))
	f.Add([]byte("sep=\t\nx\ty"))
	f.Fuzz(func(t *testing.T, data []byte) { checkText(t, ReadCSV, data) })
}

// FuzzArchive gives the readers bytes that may be no archive at all.
func FuzzArchive(f *testing.F) {
	for _, r := range readers {
		f.Add(fixture(f, r.fixture))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range readers {
			checkText(t, r.read, data)
		}
	})
}
