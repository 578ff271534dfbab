package archive

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"bureau/ingest/format"
)

const containerXML = `<container><rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`

const packageXML = `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title> 员工
手册 </dc:title><dc:creator>人事部</dc:creator><dc:language>zh-Hans</dc:language><dc:date>2025-01-01</dc:date>
<meta property="dcterms:modified">2026-03-01T00:00:00Z</meta></metadata>
<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="text/%E4%B8%AD.xhtml" media-type="application/xhtml+xml"/>
<item id="c" href="text/c.xhtml" media-type="application/xhtml+xml"/>
<item id="p" href="p.png" media-type="image/png"/></manifest>
<spine toc="ncx"><itemref idref="b"/><itemref idref="p"/><itemref idref="a"/><itemref idref="c"/></spine></package>`

const navXML = `<html xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="landmarks"><ol><li><a href="text/a.xhtml">Start</a></li></ol></nav>
<nav epub:type="toc"><ol><li><a href="text/%E4%B8%AD.xhtml">第一章 *考勤*</a><ol><li><a href="text/a.xhtml#x">Part
two</a></li><li><a href="text/c.xhtml">C</a></li></ol></li></ol></nav></body></html>`

const ncxXML = `<ncx><navMap><navPoint><navLabel><text>Old one</text></navLabel><content src="text/a.xhtml"/>
<navPoint><navLabel><text>Old two</text></navLabel><content src="text/%E4%B8%AD.xhtml#y"/></navPoint></navPoint></navMap></ncx>`

var tags = regexp.MustCompile(`<[^>]*>`)

// plain is a converter of XHTML that knows one tag.
func plain(page string) (string, error) {
	if strings.Contains(page, "unreadable") {
		return "", errors.New("no page")
	}
	return tags.ReplaceAllString(strings.ReplaceAll(page, "<h1>", "# "), ""), nil
}

func book3() []packed {
	return []packed{
		{name: "mimetype", content: "application/epub+zip"}, {name: "META-INF/container.xml", content: containerXML}, {name: "OEBPS/book.opf", content: packageXML},
		{name: "OEBPS/nav.xhtml", content: navXML}, {name: "OEBPS/toc.ncx", content: ncxXML}, {name: "OEBPS/text/a.xhtml", content: "<p>alpha</p>"},
		{name: "OEBPS/text/中.xhtml", content: "<p>迟到三次</p>"}, {name: "OEBPS/text/c.xhtml", content: "<h1>Own</h1>"},
	}
}

func TestBookIsReadInTheOrderOfItsSpine(t *testing.T) {
	got, err := ReadEPUB(pack(t, book3()...), format.Default, plain)
	if err != nil {
		t.Fatal(err)
	}
	if want := "# 第一章 \\*考勤\\*\n\n迟到三次\n\n## Part two\n\nalpha\n\n# Own"; got.Markdown != want {
		t.Errorf("got %q, want %q", got.Markdown, want)
	}
	if got.Title != "员工 手册" || got.Owner != "人事部" || got.Language != "zh-Hans" || got.Updated != "2026-03-01T00:00:00Z" || got.Warnings != nil {
		t.Errorf("got %+v", got)
	}
}

func TestBookOfEPUB2HasItsTitles(t *testing.T) {
	files := book3()
	files[2].content = strings.Replace(packageXML, ` properties="nav"`, "", 1)
	got, err := ReadEPUB(pack(t, files...), format.Default, plain)
	if want := "## Old two\n\n迟到三次\n\n# Old one\n\nalpha\n\n# Own"; err != nil || got.Markdown != want {
		t.Errorf("got %q, error %v, want %q", got.Markdown, err, want)
	}
}

func TestUnreadableChapterIsAWarning(t *testing.T) {
	files := book3()
	files[5].content = "unreadable"
	files = files[:7]
	got, err := ReadEPUB(pack(t, files...), format.Default, plain)
	if err != nil || !strings.Contains(got.Markdown, "迟到三次") || len(got.Warnings) != 2 || !strings.HasPrefix(got.Warnings[0], "chapter 3 of 4 is left out") {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestBookThatCannotBeReadSaysWhy(t *testing.T) {
	drm := `<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:CipherData><enc:CipherReference URI="OEBPS/%s"/></enc:CipherData></enc:EncryptedData></encryption>`
	few := format.Default
	few.Pages = 3
	for name, c := range map[string]struct {
		files  []packed
		limits format.Limits
		want   error
	}{
		"encrypted text": {append(book3(), packed{name: "META-INF/encryption.xml", content: fmt.Sprintf(drm, "text/a.xhtml")}), format.Default, format.ErrEncrypted},
		"encrypted font": {append(book3(), packed{name: "META-INF/encryption.xml", content: fmt.Sprintf(drm, "font.otf")}), format.Default, nil},
		"no container":   {book3()[2:], format.Default, format.ErrDamaged},
		"no chapters":    {book3()[:5], format.Default, format.ErrDamaged},
		"many chapters":  {book3(), few, format.ErrLimit},
		"external entity": {append(book3()[1:2:2], packed{name: "OEBPS/book.opf", content: `<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><package><metadata><title>&x;</title></metadata></package>`}),
			format.Default, format.ErrDamaged},
		"bomb": {append(book3(), packed{name: "META-INF/encryption.xml", content: strings.Repeat(" ", 4<<20)}), format.Default, format.ErrLimit},
	} {
		if _, err := ReadEPUB(pack(t, c.files...), c.limits, plain); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

func TestTruncatedBookIsDamaged(t *testing.T) {
	data := pack(t, book3()...)
	for i := range 16 {
		if _, err := ReadEPUB(data[:len(data)*i/16], format.Default, plain); !errors.Is(err, format.ErrDamaged) {
			t.Errorf("%d/16 of a book: %v", i, err)
		}
	}
}

func FuzzPackage(f *testing.F) {
	f.Add(packageXML, navXML, ncxXML)
	f.Fuzz(func(t *testing.T, opf, nav, ncx string) {
		files := book3()
		files[2].content, files[3].content, files[4].content = opf, nav, ncx
		for i := range files {
			files[i].stored = true // packing takes longer than reading
		}
		got, err := ReadEPUB(pack(t, files...), format.Default, plain)
		if err == nil && got.Markdown == "" {
			t.Error("no text and no error")
		}
	})
}
