package office

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/ingest/format"
)

// readers are all of the package's, with a document for each.
var readers = []struct {
	name    string
	read    reader
	fixture string
}{
	{"DOCX", ReadDOCX, "leave-en.docx"},
	{"PPTX", ReadPPTX, "plan-zh.pptx"},
	{"XLSX", ReadXLSX, "staff.xlsx"},
	{"ODT", ReadODT, "travel.odt"},
	{"ODS", ReadODS, "travel.ods"},
}

func TestTruncatedFilesAreDamaged(t *testing.T) {
	for _, r := range readers {
		data := fixture(t, r.fixture)
		for i := range 16 {
			wantError(t, r.read, data[:len(data)*i/16], format.Default, format.ErrDamaged, "save")
		}
	}
}

// A bit that has flipped is found by the checksum of its part, or it is in what
// says nothing.
func TestFlippedBitsNeverBecomeOtherText(t *testing.T) {
	for _, r := range readers {
		data := fixture(t, r.fixture)
		lines := strings.Split(read(t, r.read, data).Markdown, "\n")
		for i := 0; i < len(data); i += len(data)/200 + 1 {
			broken := bytes.Clone(data)
			broken[i] ^= 0x10
			text, err := r.read(t.Context(), broken, format.Default)
			if err != nil {
				continue
			}
			for line := range strings.SplitSeq(text.Markdown, "\n") {
				if !slices.ContainsFunc(lines, func(l string) bool {
					return strings.TrimLeft(l, "#-0123456789. ") == strings.TrimLeft(line, "#-0123456789. ")
				}) {
					t.Errorf("%s: byte %d turned a line into %q", r.name, i, line)
				}
			}
		}
	}
}

// bomb is an archive whose part unpacks to many times its size.
func bomb(t *testing.T, filling string, size int) []byte {
	t.Helper()
	return word(t, strings.Repeat(filling, size/len(filling)))
}

// small are limits that a test reaches quickly.
var small = format.Limits{Pages: 3, Cells: 100, Members: 20, Depth: 30, Unpacked: 1 << 20}

func TestZipBombsStopAtTheLimit(t *testing.T) {
	data := bomb(t, paragraphs("bomb"), 8<<20)
	if len(data) > 100<<10 {
		t.Fatalf("the bomb has %d bytes", len(data))
	}
	wantError(t, ReadDOCX, data, small, format.ErrLimit, "1 MiB")
	data = bomb(t, "<w:p/>", 64<<20)
	limits := format.Default
	limits.Unpacked = 32 << 20
	before := allocated()
	wantError(t, ReadDOCX, data, limits, format.ErrLimit, "32 MiB")
	if got := allocated() - before; got > 8<<20 {
		t.Errorf("%d MiB were allocated to find out", got>>20)
	}
}

// allocated returns the bytes that have been allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestArchivesWithManyMembersAreRefused(t *testing.T) {
	parts := []string{}
	for i := range 21 {
		parts = append(parts, fmt.Sprintf("part%d", i), "")
	}
	wantError(t, ReadDOCX, word(t, paragraphs("x"), parts...), small, format.ErrLimit, "members")
}

func TestNestedArchivesAreNotOpened(t *testing.T) {
	inner := word(t, paragraphs("inner"))
	for range 5 {
		inner = pack(t, "a.zip", string(inner))
	}
	wantMarkdown(t, ReadDOCX, word(t, paragraphs("outer"), "word/embeddings/a.docx", string(inner)), "outer")
}

func TestEntitiesAreRefused(t *testing.T) {
	laughs := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>`
	file := `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`
	for _, doctype := range []string{laughs, file} {
		data := pack(t, "_rels/.rels", relate("r", "officeDocument", "d.xml"), "d.xml", doctype+`<w:document><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>`)
		wantError(t, ReadDOCX, data, format.Default, format.ErrDamaged, "document type")
	}
}

func TestDeepNestingStopsAtTheLimit(t *testing.T) {
	body := strings.Repeat("<w:tbl><w:tr><w:tc>", 1000) + strings.Repeat("</w:tc></w:tr></w:tbl>", 1000)
	wantError(t, ReadDOCX, word(t, body), format.Default, format.ErrLimit, "64 deep")
	list := strings.Repeat("<text:list><text:list-item>", 1000) + strings.Repeat("</text:list-item></text:list>", 1000)
	wantError(t, ReadODT, openDocument(t, "text", "", list), format.Default, format.ErrLimit, "64 deep")
}

func TestTablesStopAtTheLimitOfCells(t *testing.T) {
	cell := `<w:tc>` + paragraphs("x") + `</w:tc>`
	rows := strings.Repeat("<w:tr>"+strings.Repeat(cell, 10)+"</w:tr>", 11)
	wantError(t, ReadDOCX, word(t, "<w:tbl>"+rows+"</w:tbl>"), small, format.ErrLimit, "100 cells")
	spans := strings.Repeat(`<w:tr><w:tc><w:tcPr><w:gridSpan w:val="999"/></w:tcPr>`+paragraphs("x")+`</w:tc></w:tr>`, 10)
	wantError(t, ReadDOCX, word(t, "<w:tbl>"+spans+"</w:tbl>"), small, format.ErrLimit, "100 cells")
	wantError(t, ReadXLSX, workbook(t, sheetOf(strings.Repeat(`<row><c><v>1</v></c><c><v>2</v></c></row>`, 51))), format.Limits{Pages: 3, Cells: 100, Members: 20, Depth: 30, Unpacked: 1 << 20}, format.ErrLimit, "100")
	wantError(t, ReadCSV, []byte(strings.Repeat("a,b\n", 51)), small, format.ErrLimit, "100 cells")
	wantError(t, ReadCSV, []byte(strings.Repeat(",", 200)), small, format.ErrLimit, "100 cells")
	ods := `<table:table table:name="x"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`
	wantError(t, ReadODS, openDocument(t, "spreadsheet", "", ods), format.Default, format.ErrLimit, "2000000 cells")
}

// A table in which row n has only column n is small in its file and a million
// times larger written out.
func TestSparseSheetsStopAtTheLimitOfCells(t *testing.T) {
	var rows strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&rows, `<row r="%d"><c r="%s%d"><v>1</v></c></row>`, i+1, columnName(i+1), i+1)
	}
	text := read(t, ReadXLSX, workbook(t, sheetOf(rows.String()))) // as items, each with its one cell
	if len(text.Markdown) > 100<<10 {
		t.Errorf("the text has %d KiB", len(text.Markdown)>>10)
	}
	merged := ""
	for range 2000 {
		merged += `<mergeCell ref="A1:B1048576"/>`
	}
	limits := format.Default
	limits.Cells = 100_000
	wantError(t, ReadXLSX, workbook(t, sheetOf(rows.String(), `<mergeCells>`, merged, `</mergeCells>`)), limits, format.ErrLimit, "cells")
}

// One long text can stand in many cells.
func TestRepeatedTextsStopAtTheLimit(t *testing.T) {
	long := strings.Repeat("x", 100<<10)
	sheet := sheetOf(strings.Repeat(`<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>`, 40))
	data := pack(t, "_rels/.rels", relate("r", "officeDocument", "xl/workbook.xml"), "xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", relate("r1", "worksheet", "s.xml", "r2", "sharedStrings", "t.xml"), "xl/s.xml", sheet, "xl/t.xml", `<sst><si><t>`+long+`</t></si></sst>`)
	wantError(t, ReadXLSX, data, small, format.ErrLimit, "its text")
	note := `<w:footnotes><w:footnote w:id="1">` + paragraphs(long) + `</w:footnote></w:footnotes>`
	text := read(t, ReadDOCX, word(t, `<w:p><w:r>`+strings.Repeat(`<w:footnoteReference w:id="1"/>`, 1000)+`</w:r></w:p>`, "word/footnotes.xml", note))
	if len(text.Markdown) > 2*len(long) {
		t.Errorf("a note stands there more than once: %d KiB", len(text.Markdown)>>10)
	}
}

func TestPagesStopAtTheLimit(t *testing.T) {
	one := slidePart(shape("title", `<a:p><a:r><a:t>x</a:t></a:r></a:p>`))
	wantError(t, ReadPPTX, slides(t, one, one, one, one), small, format.ErrLimit, "3 slides")
	sheet := sheetOf(`<row><c><v>1</v></c></row>`)
	limits := format.Default
	limits.Pages = 3
	wantError(t, ReadXLSX, workbook(t, sheet, sheet, sheet, sheet), limits, format.ErrLimit, "3 sheets")
}

func TestNothingOutsideIsOpened(t *testing.T) {
	rels := `<Relationships><Relationship Id="r1" Type="x/officeDocument" TargetMode="External" Target="file:///etc/passwd"/></Relationships>`
	wantError(t, ReadDOCX, pack(t, "_rels/.rels", rels), format.Default, format.ErrDamaged, "some other zip archive")
	wantError(t, ReadDOCX, pack(t, "_rels/.rels", relate("r1", "officeDocument", "../../../../etc/passwd")), format.Default, format.ErrDamaged, `"etc/passwd" is missing`)
}

func TestWrongAndMissingPartsAreToldApart(t *testing.T) {
	docx, xlsx, odt := fixture(t, "leave-en.docx"), fixture(t, "staff.xlsx"), fixture(t, "travel.odt")
	wantError(t, ReadDOCX, xlsx, format.Default, format.ErrUnsupported, "Excel workbook (.xlsx)")
	wantError(t, ReadXLSX, docx, format.Default, format.ErrUnsupported, "Word document (.docx)")
	wantError(t, ReadPPTX, odt, format.Default, format.ErrUnsupported, "OpenDocument")
	wantError(t, ReadODT, docx, format.Default, format.ErrUnsupported, "Microsoft Office")
	wantError(t, ReadODS, odt, format.Default, format.ErrUnsupported, "extension")
	wantError(t, ReadDOCX, pack(t, "readme.txt", "hello"), format.Default, format.ErrDamaged, "some other zip archive")
	wantError(t, ReadDOCX, []byte("plain text"), format.Default, format.ErrDamaged, "copy it anew")
	wantError(t, ReadDOCX, nil, format.Default, format.ErrDamaged, "copy it anew")
	wantError(t, ReadPPTX, pack(t, "_rels/.rels", relate("r", "officeDocument", "p.xml"), "p.xml", `<p:presentation xmlns:r="r"><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>`),
		format.Default, format.ErrDamaged, "slide 1")
	wantError(t, ReadXLSX, pack(t, "_rels/.rels", relate("r", "officeDocument", "w.xml"), "w.xml", `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`),
		format.Default, format.ErrDamaged, `sheet "a"`)
}

func TestOldAndEncryptedDocumentsAreToldApart(t *testing.T) {
	const compound = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	for stream, want := range map[string]struct {
		err   error
		words string
	}{
		"EncryptedPackage":    {format.ErrEncrypted, "without one"},
		"WordDocument":        {format.ErrUnsupported, "(.docx)"},
		"Workbook":            {format.ErrUnsupported, "(.xlsx)"},
		"PowerPoint Document": {format.ErrUnsupported, "(.pptx)"},
		"Other":               {format.ErrUnsupported, "save it as a Word document"},
	} {
		wantError(t, ReadDOCX, append([]byte(compound), streamName(stream)...), format.Default, want.err, want.words)
	}
	manifest := `<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`
	wantError(t, ReadODT, pack(t, "META-INF/manifest.xml", manifest, "content.xml", "\x01\x02"), format.Default, format.ErrEncrypted, "password")
}

func TestPartsWithAPasswordAreEncrypted(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "word/document.xml", Flags: 1}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	wantError(t, ReadDOCX, b.Bytes(), format.Default, format.ErrEncrypted, "word/document.xml")
}

func TestReadersStopWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range readers {
		if _, err := r.read(ctx, fixture(t, r.fixture), format.Default); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", r.name, err)
		}
	}
	if _, err := ReadCSV(ctx, []byte(strings.Repeat("a,b\n", 5000)), format.Default); !errors.Is(err, context.Canceled) {
		t.Errorf("CSV: got %v", err)
	}
}

func TestASheetOfAMillionRowsIsRefused(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	data := workbook(t, sheetOf(strings.Repeat(`<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>`, 1_000_000)))
	start := time.Now()
	wantError(t, ReadXLSX, data, format.Default, format.ErrLimit, "2000000 cells")
	t.Logf("after %v", time.Since(start))
}
