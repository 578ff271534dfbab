package archive

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

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
		fmt.Fprintf(&b.said, "%s %s\n\n", strings.Repeat("#", min(e.level, 6)), format.Escape(e.title))
	}
	if markdown != "" {
		b.said.WriteString(markdown + "\n\n")
	}
	return nil
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

// read returns the content of a file of the book.
func (b *book) read(name string) ([]byte, error) {
	f := b.files[name]
	if f == nil {
		return nil, fmt.Errorf("%w: %q is not in the book; export it anew", format.ErrDamaged, name)
	}
	return b.unpack(file{f})
}

// readXML reads a file of the book into v. Entities of a document's own are not
// known to the decoder, and external ones are not fetched.
func (b *book) readXML(name string, v any) error {
	data, err := b.read(name)
	if err != nil {
		return err
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = charset.NewReaderLabel
	d.Entity = xml.HTMLEntity
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %s cannot be read (%w); export it anew", format.ErrDamaged, name, err)
	}
	return nil
}

// decode returns a page as UTF-8, which it is unless it says otherwise.
func decode(page []byte) (string, error) {
	if utf8.Valid(page) {
		return string(page), nil
	}
	e, _, _ := charset.DetermineEncoding(page, "")
	text, err := e.NewDecoder().Bytes(page)
	if err != nil {
		return "", fmt.Errorf("%w: its characters cannot be read (%w)", format.ErrDamaged, err)
	}
	return string(text), nil
}

// resolve returns the path in the book that a reference in the file at base
// leads to, "" for one that leads elsewhere.
func resolve(base, reference string) string {
	u, err := url.Parse(reference)
	if err != nil || u.IsAbs() || u.Path == "" {
		return ""
	}
	safe, _ := format.SafePath(path.Join(path.Dir(base), u.Path))
	return safe
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
