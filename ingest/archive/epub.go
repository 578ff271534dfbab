package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"bureau/ingest/format"
)

// ReadEPUB returns the text of a book in EPUB 2 or 3 (W3C, EPUB 3.3, 2023): its
// chapters in the order of the spine, with the titles of its table of contents
// as headings where a chapter does not begin with a heading of its own. html
// turns a page of XHTML into Markdown.
//
// A chapter that cannot be read is a warning while another one can. A book with
// rights management is [format.ErrEncrypted].
func ReadEPUB(data []byte, limits format.Limits, html func(string) (string, error)) (format.Text, error) {
	b := book{box: box{limits: limits, left: limits.Unpacked}, files: make(map[string]*zip.File), html: html}
	files, err := b.open(data)
	if err != nil {
		return format.Text{}, err
	}
	for _, f := range files {
		if name, ok := format.SafePath(f.Name); ok && f.Mode().IsRegular() {
			b.files[name] = f
		}
	}
	if err := b.readPackage(); err != nil {
		return format.Text{}, err
	}
	return b.text()
}

// A book is an EPUB that is being read.
type book struct {
	box
	files map[string]*zip.File
	html  func(string) (string, error)

	at   string // path of the package document
	opf  packageDocument
	toc  map[string]entry // by path of the chapter
	said bytes.Buffer     // Markdown
}

// A packageDocument is what is used of the package document.
type packageDocument struct {
	Title    []string `xml:"metadata>title"`
	Creator  []string `xml:"metadata>creator"`
	Language []string `xml:"metadata>language"`
	Date     []string `xml:"metadata>date"`
	Meta     []struct {
		Property string `xml:"property,attr"`
		Value    string `xml:",chardata"`
	} `xml:"metadata>meta"`
	Items []item `xml:"manifest>item"`
	Spine struct {
		NCX  string `xml:"toc,attr"`
		Refs []struct {
			ID string `xml:"idref,attr"`
		} `xml:"itemref"`
	} `xml:"spine"`
}

// An item is a file of the book.
type item struct {
	ID         string `xml:"id,attr"`
	Href       string `xml:"href,attr"`
	Type       string `xml:"media-type,attr"`
	Properties string `xml:"properties,attr"`
}

// readPackage reads the package document, and before it whether the text is
// encrypted.
func (b *book) readPackage() error {
	var container struct {
		Roots []struct {
			Path string `xml:"full-path,attr"`
		} `xml:"rootfiles>rootfile"`
	}
	if err := b.readXML("META-INF/container.xml", &container); err != nil {
		return err
	}
	if len(container.Roots) == 0 {
		return fmt.Errorf("%w: it names no package of a book; export it anew", format.ErrDamaged)
	}
	b.at = path.Clean(container.Roots[0].Path)
	if err := b.readXML(b.at, &b.opf); err != nil {
		return err
	}
	if len(b.opf.Spine.Refs) > b.limits.Pages {
		return fmt.Errorf("%w: more than %d chapters; split it", format.ErrLimit, b.limits.Pages)
	}
	return b.refuseEncrypted()
}

// refuseEncrypted looks for a text among the files that are encrypted. Fonts
// often are, in a way that is no secret.
func (b *book) refuseEncrypted() error {
	const list = "META-INF/encryption.xml"
	if b.files[list] == nil {
		return nil
	}
	var encryption struct {
		Paths []struct {
			URI string `xml:"URI,attr"`
		} `xml:"EncryptedData>CipherData>CipherReference"`
	}
	if err := b.readXML(list, &encryption); err != nil {
		return err
	}
	encrypted := make(map[string]bool)
	for _, p := range encryption.Paths {
		encrypted[resolve(".", p.URI)] = true
	}
	for _, i := range b.opf.Items {
		if strings.Contains(i.Type, "html") && encrypted[resolve(b.at, i.Href)] {
			return fmt.Errorf("%w by rights management; use a copy without", format.ErrEncrypted)
		}
	}
	return nil
}

// text puts the chapters together.
func (b *book) text() (format.Text, error) {
	t := format.Text{
		Title:    firstLine(b.opf.Title),
		Owner:    firstLine(b.opf.Creator),
		Language: firstLine(b.opf.Language),
		Updated:  b.updated(),
	}
	items := make(map[string]item)
	for _, i := range b.opf.Items {
		items[i.ID] = i
	}
	if err := b.readContents(items); err != nil {
		t.Warnings = append(t.Warnings, fmt.Sprintf("the table of contents is left out: %v", err))
	}
	for number, ref := range b.opf.Spine.Refs {
		i, known := items[ref.ID]
		if known && !strings.Contains(i.Type, "html") {
			continue // a picture
		}
		err := b.chapter(resolve(b.at, i.Href))
		if errors.Is(err, format.ErrLimit) {
			return format.Text{}, err
		}
		if err != nil {
			t.Warnings = append(t.Warnings, fmt.Sprintf("chapter %d of %d is left out: %v", number+1, len(b.opf.Spine.Refs), err))
		}
	}
	t.Markdown = strings.Trim(b.said.String(), "\n")
	if t.Markdown == "" {
		return format.Text{}, fmt.Errorf("%w: none of its %d chapters can be read; export it anew", format.ErrDamaged, len(b.opf.Spine.Refs))
	}
	return t, nil
}

// chapter adds the text of a chapter under its heading.
func (b *book) chapter(name string) error {
	source, err := b.read(name)
	if err != nil {
		return err
	}
	decoded, err := decode(source)
	if err != nil {
		return err
	}
	markdown, err := b.html(decoded)
	if err != nil {
		return err
	}
	markdown = strings.Trim(markdown, "\n")
	if e := b.toc[name]; e.title != "" && markdown != "" && !strings.HasPrefix(markdown, "#") {
		title := format.Escape(e.title)
		fmt.Fprintf(&b.said, "%s %s\n\n", strings.Repeat("#", min(e.level, 6)), title)
		if first, rest, _ := strings.Cut(markdown, "\n"); isSameLine(first, title) { // set as a heading and not marked as one
			markdown = strings.TrimLeft(rest, "\n")
		}
	}
	if markdown != "" {
		b.said.WriteString(markdown + "\n\n")
	}
	return nil
}

// isSameLine reports whether two lines of Markdown say the same, whatever their
// type.
func isSameLine(a, b string) bool {
	said := func(line string) string { return strings.Trim(strings.Join(strings.Fields(line), " "), "* _") }
	return said(a) == said(b)
}

// updated returns the date of the last change, or else that of publication.
func (b *book) updated() string {
	for _, m := range b.opf.Meta {
		if m.Property == "dcterms:modified" && strings.TrimSpace(m.Value) != "" {
			return strings.TrimSpace(m.Value)
		}
	}
	return firstLine(b.opf.Date)
}

// firstLine returns the first text that is not blank, on one line, or "".
func firstLine(texts []string) string {
	for _, text := range texts {
		if line := strings.Join(strings.Fields(text), " "); line != "" {
			return line
		}
	}
	return ""
}
