package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hostileFiles are files that are made to do harm, by their names. What can be
// read all the same is called "loop …" or "read …".
func hostileFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{
		"empty.docx": {}, "empty.pdf": {}, "empty.xlsx": {}, "empty.epub": {}, "empty.eml": {}, "empty.md": {}, "empty.csv": {}, "empty.zip": {},
		"picture.pdf": []byte("\x89PNG\r\n\x1a\n"), "program.txt": []byte("\x7fELF\x02\x01\x01"), "text.docx": []byte("This is plain text."),
		"page.xlsx": []byte("<!doctype html><p>Not a workbook</p>"), "nothing.txt": bytes.Repeat([]byte{0}, 100_000),
		"read \u202Egnp.md": []byte("# \u202EgnitirW\n\nright to left\u202C\u200F, and a \x00 byte"),
		"quadratic.md":      []byte(strings.Repeat("![a](", 50_000)), "read brackets.md": []byte(strings.Repeat("[", 100_000)),
		"quotes.md": []byte(strings.Repeat(">", 100_000) + " deep"), "stars.md": []byte(strings.Repeat("*a_ ", 60_000)),
		"read nested.json": []byte(strings.Repeat(`{"a":[`, 50_000) + strings.Repeat("]}", 50_000)),
		"nested.html":      []byte(strings.Repeat("<div><table><tr><td>", 50_000) + "deep"),
		"parts.eml":        manyParts(10_001), "read parts.eml": manyParts(9_000),
		"pages.pdf": pdfOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids ["+strings.Repeat("3 0 R ", 50_000)+"] /Count 50000 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>"),
		"loop pages.pdf": pdfOf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 7 >>",
			"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 6 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>"),
		"loop outline.pdf": pdfOf("<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>",
			"<< /Title (a) /Parent 4 0 R /Dest [3 0 R /Fit] /First 5 0 R /Last 5 0 R /Next 5 0 R >>", "<< /Title (b) /Parent 4 0 R /First 4 0 R /Last 4 0 R /Next 4 0 R >>"),
		"rows.xlsx":    millionRows(t),
		"laughs.docx":  word(t, `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`, "&b;"),
		"entity.docx":  word(t, `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`, "&a;"),
		"outside.docx": zipOf(t, "../../../etc/cron.d/x", "* * * * *", "a\x00b/..\\..\\c", "d"),
		"outside.zip":  zipOf(t, "../../../etc/cron.d/x", "* * * * *"),
	}
	for name, data := range bombs(t) {
		files[name] = data
	}
	for _, whole := range []string{"travel-en.docx", "travel-en.odt", "rates-en.xlsx", "rates-en.ods", "welcome-en.pptx", "welcome-en.odp", "travel-en.epub", "travel-en.pdf", "reply-en.eml", "limits-excel.csv", "office.zip"} {
		data, err := os.ReadFile(filepath.Join(madeFolder, whole))
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < 16; i++ {
			files[fmt.Sprintf("cut %02d %s", i, whole)] = data[:len(data)*i/16]
		}
	}
	return files
}

// bombs are archives of some hundred kilobytes that unpack to 300 MB, a bit more
// than is read of any file.
func bombs(t *testing.T) map[string][]byte {
	t.Helper()
	filling, times := strings.Repeat("<p/>"+strings.Repeat(" ", 1020), 1000), 300
	return map[string][]byte{
		"bomb.docx": filled(t, "d.xml", "<w:document><w:body>", filling, times, "_rels/.rels", relate("officeDocument", "d.xml")),
		"bomb.xlsx": filled(t, "xl/s.xml", "<worksheet><sheetData>", filling, times, workbookParts()...),
		"bomb.epub": filled(t, "a.xhtml", "<html><body>", filling, times, "META-INF/container.xml", `<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>`,
			"b.opf", `<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>`),
		"bomb.zip": filled(t, "a.txt", "", filling, times),
	}
}

// millionRows is a workbook of a million rows of three cells.
func millionRows(t *testing.T) []byte {
	t.Helper()
	rows := strings.Repeat("<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>", 10_000)
	return filled(t, "xl/s.xml", "<worksheet><sheetData>", rows, 100, workbookParts()...)
}

// relate is a list of relationships with one in it.
func relate(kind, target string) string {
	return `<Relationships><Relationship Id="r1" Type="x/` + kind + `" Target="` + target + `"/></Relationships>`
}

// workbookParts are the parts of a workbook but for its sheet, xl/s.xml.
func workbookParts() []string {
	return []string{"_rels/.rels", relate("officeDocument", "xl/w.xml"), "xl/w.xml", `<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/w.xml.rels", relate("worksheet", "s.xml")}
}

// filled packs parts, as zipOf does, and one that has a filling so many times
// behind its beginning. The filling is packed once and not each time.
func filled(t *testing.T, name, begin, filling string, times int, parts ...string) []byte {
	t.Helper()
	var archive, first, each, last bytes.Buffer
	deflate := func(to *bytes.Buffer, text string, end func(*flate.Writer) error) {
		w, err := flate.NewWriter(to, flate.BestSpeed)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err = errors.Join(err, end(w)); err != nil {
			t.Fatal(err)
		}
	}
	deflate(&first, begin, (*flate.Writer).Flush)
	deflate(&each, filling, (*flate.Writer).Flush)
	deflate(&last, "", (*flate.Writer).Close)
	packed := slices.Concat(first.Bytes(), bytes.Repeat(each.Bytes(), times), last.Bytes())
	sum := crc32.ChecksumIEEE([]byte(begin))
	for range times {
		sum = crc32.Update(sum, crc32.IEEETable, []byte(filling))
	}
	w := zip.NewWriter(&archive)
	writeParts(t, w, parts)
	f, err := w.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: sum,
		CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(len(begin) + times*len(filling))})
	if err == nil {
		_, err = f.Write(packed)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// zipOf packs files: name, content, name, content.
func zipOf(t *testing.T, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	writeParts(t, w, parts)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func writeParts(t *testing.T, w *zip.Writer, parts []string) {
	t.Helper()
	for i := 0; i < len(parts); i += 2 {
		f, err := w.Create(parts[i])
		if err == nil {
			_, err = f.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// word packs a document of Word with a document type and a text.
func word(t *testing.T, doctype, text string) []byte {
	t.Helper()
	return zipOf(t, "_rels/.rels", relate("officeDocument", "d.xml"),
		"d.xml", doctype+`<w:document><w:body><w:p><w:r><w:t>`+text+`</w:t></w:r></w:p></w:body></w:document>`)
}

// manyParts is a mail of so many parts.
func manyParts(n int) []byte {
	return []byte("From: a@larkfield.example\r\nSubject: Parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		strings.Repeat("--b\r\nContent-Type: text/plain\r\n\r\na part\r\n", n) + "--b--\r\n")
}

// pdfOf writes a PDF document of these objects, the first one its catalog.
func pdfOf(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, object := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
