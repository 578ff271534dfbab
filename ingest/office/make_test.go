package office

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"bureau/ingest/format"
)

// A reader is one of the package's.
type reader func(context.Context, []byte, format.Limits) (format.Text, error)

// pack makes an archive of parts, given as name and content by turns.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// relate makes a part of relationships, given as id, kind and target by turns.
func relate(relationships ...string) string {
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for i := 0; i < len(relationships); i += 3 {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/>`,
			relationships[i], relationships[i+1], relationships[i+2])
	}
	return b.String() + `</Relationships>`
}

// word makes a Word document with a body, and with more parts where they are given.
func word(t testing.TB, body string, parts ...string) []byte {
	t.Helper()
	return pack(t, append([]string{
		"_rels/.rels", relate("r1", "officeDocument", "word/document.xml"),
		"word/_rels/document.xml.rels", relate("s", "styles", "styles.xml", "n", "numbering", "numbering.xml", "f", "footnotes", "footnotes.xml", "e", "endnotes", "endnotes.xml"),
		"word/document.xml", `<w:document xmlns:w="urn:w"><w:body>` + body + `<w:sectPr/></w:body></w:document>`,
	}, parts...)...)
}

// paragraphs makes paragraphs of texts.
func paragraphs(texts ...string) string {
	return "<w:p><w:r><w:t>" + strings.Join(texts, "</w:t></w:r></w:p><w:p><w:r><w:t>") + "</w:t></w:r></w:p>"
}

// workbook makes a workbook of the parts of its sheets.
func workbook(t testing.TB, sheets ...string) []byte {
	t.Helper()
	list, links := "", []string{"st", "styles", "styles.xml", "ss", "sharedStrings", "sharedStrings.xml"}
	parts := []string{}
	for i, s := range sheets {
		list += fmt.Sprintf(`<sheet name="S%d" sheetId="%d" r:id="r%d"/>`, i+1, i+1, i+1)
		links = append(links, fmt.Sprintf("r%d", i+1), "worksheet", fmt.Sprintf("worksheets/sheet%d.xml", i+1))
		parts = append(parts, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), s)
	}
	shared := ""
	for i := range 1000 {
		shared += fmt.Sprintf("<si><t>Text number %d</t></si>", i)
	}
	return pack(t, append(parts,
		"_rels/.rels", relate("r1", "officeDocument", "xl/workbook.xml"),
		"xl/_rels/workbook.xml.rels", relate(links...),
		"xl/workbook.xml", `<workbook xmlns:r="urn:r"><sheets>`+list+`</sheets></workbook>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="#,##0.00"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml", `<sst>`+shared+`</sst>`)...)
}

// sheetOf makes the part of a sheet.
func sheetOf(data string, after ...string) string {
	return `<worksheet><sheetData>` + data + `</sheetData>` + strings.Join(after, "") + `</worksheet>`
}

// openDocument makes an OpenDocument file with a body of a kind.
func openDocument(t testing.TB, kind, styles, body string, parts ...string) []byte {
	t.Helper()
	return pack(t, append([]string{
		"META-INF/manifest.xml", `<manifest/>`,
		"content.xml", `<office:document-content xmlns:office="urn:o"><office:automatic-styles>` + styles + `</office:automatic-styles><office:body><office:` + kind + `>` + body +
			`</office:` + kind + `></office:body></office:document-content>`,
	}, parts...)...)
}

// slides makes a presentation of the parts of its slides.
func slides(t testing.TB, parts ...string) []byte {
	t.Helper()
	list, links := "", []string{}
	all := []string{}
	for i, s := range parts {
		list += fmt.Sprintf(`<p:sldId id="%d" r:id="r%d"/>`, 256+i, i+1)
		links = append(links, fmt.Sprintf("r%d", i+1), "slide", fmt.Sprintf("slides/slide%d.xml", i+1))
		all = append(all, fmt.Sprintf("ppt/slides/slide%d.xml", i+1), s)
	}
	return pack(t, append(all,
		"_rels/.rels", relate("r1", "officeDocument", "ppt/presentation.xml"),
		"ppt/_rels/presentation.xml.rels", relate(links...),
		"ppt/presentation.xml", `<p:presentation xmlns:p="urn:p" xmlns:r="urn:r"><p:sldIdLst>`+list+`</p:sldIdLst></p:presentation>`)...)
}

// fixture reads a document that another program made.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// read reads a document that can be read.
func read(t testing.TB, r reader, data []byte) format.Text {
	t.Helper()
	text, err := r(t.Context(), data, format.Default)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wantMarkdown fails the test unless the document has just this text.
func wantMarkdown(t testing.TB, r reader, data []byte, want string) {
	t.Helper()
	if got := read(t, r, data).Markdown; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// wantError fails the test unless the document cannot be read for this reason,
// with these words in it.
func wantError(t testing.TB, r reader, data []byte, limits format.Limits, want error, words string) {
	t.Helper()
	text, err := r(t.Context(), data, limits)
	if !errors.Is(err, want) || !strings.Contains(fmt.Sprint(err), words) {
		t.Errorf("got error %v, want %v with %q", err, want, words)
	}
	if text.Markdown != "" {
		t.Error("an error came with a text")
	}
}
