package archive

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/url"
	"path"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"bureau/ingest/format"
)

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
