package ingest

import (
	"context"
	"fmt"
	"strings"

	"bureau/ingest/archive"
	"bureau/ingest/format"
	"bureau/ingest/mail"
	officefile "bureau/ingest/office"
	"bureau/ingest/pdf"
)

// An Extractor turns a file's bytes into structured text: a [Reader], or one
// that has a Reader do it within bounds. Its errors are those of Reader.Extract.
type Extractor interface {
	Extract(ctx context.Context, name string, data []byte) (Extracted, error)
	Attachments(ctx context.Context, name string, data []byte) ([]format.Member, error)
}

// A Reader turns files of every format into structured text. The zero Reader
// reads all but PDF.
type Reader struct {
	PDF    *pdf.Reader   // nil: PDF documents are ErrUnsupported
	Limits format.Limits // zero means format.Default
}

// Extract turns a file's bytes into structured text. But for its end with ctx it
// is a pure function: the same name and bytes always give the same text. Of
// name only the last element of its slash-separated path matters.
//
// A file that cannot be read gives one of the errors above or of package format.
// A front matter that cannot be read is such an error too, since it may restrict
// who reads.
func (r Reader) Extract(ctx context.Context, name string, data []byte) (Extracted, error) {
	if len(data) > MaxBytes {
		return Extracted{}, fmt.Errorf("%w: %d MiB, the limit is %d MiB; split it", ErrTooLarge, len(data)>>20, MaxBytes>>20)
	}
	kind, err := formatOf(name)
	if err != nil {
		return Extracted{}, err
	}
	if kind.isText() {
		return extractText(name, kind, data)
	}
	r.Limits = r.limits()
	text, err := r.read(ctx, kind, data)
	if err != nil {
		return Extracted{}, err
	}
	return fromFormat(name, text)
}

// read reads a format that is no plain text.
func (r Reader) read(ctx context.Context, kind fileFormat, data []byte) (format.Text, error) {
	switch kind {
	case formatPDF:
		if r.PDF == nil {
			return format.Text{}, fmt.Errorf("%w: PDF; export it as Markdown, HTML or plain text", ErrUnsupported)
		}
		return r.PDF.Read(ctx, data, r.Limits)
	case formatDOCX:
		return officefile.ReadDOCX(ctx, data, r.Limits)
	case formatPPTX:
		return officefile.ReadPPTX(ctx, data, r.Limits)
	case formatXLSX:
		return officefile.ReadXLSX(ctx, data, r.Limits)
	case formatODT:
		return officefile.ReadODT(ctx, data, r.Limits)
	case formatODP:
		return officefile.ReadODP(ctx, data, r.Limits)
	case formatODS:
		return officefile.ReadODS(ctx, data, r.Limits)
	case formatEPUB:
		return archive.ReadEPUB(data, r.Limits, htmlToMarkdown)
	case formatEML:
		text, _, err := mail.ReadEML(data, r.Limits, htmlToMarkdown)
		return text, err
	default:
		text, err := decode(data, "")
		if err != nil {
			return format.Text{}, err
		}
		return officefile.ReadCSV(ctx, []byte(clean(text)), r.Limits)
	}
}

// Attachments returns the files that are attached to a mail, and none of any
// other file. Its errors are those of Extract.
func (r Reader) Attachments(_ context.Context, name string, data []byte) ([]format.Member, error) {
	if kind, err := formatOf(name); err != nil || kind != formatEML {
		return nil, err
	}
	_, attached, err := mail.ReadEML(data, r.limits(), htmlToMarkdown)
	return attached, err
}

// limits returns the limits of every file.
func (r Reader) limits() format.Limits {
	if r.Limits == (format.Limits{}) {
		return format.Default
	}
	return r.Limits
}

// htmlToMarkdown is how readers of other formats turn the HTML in them into
// text.
func htmlToMarkdown(text string) (string, error) {
	x, err := readHTML(clean(text))
	return x.Markdown, err
}

// fromFormat completes what a reader of a format gives.
func fromFormat(name string, text format.Text) (Extracted, error) {
	if !strings.ContainsFunc(text.Markdown, isWordRune) {
		return Extracted{}, fmt.Errorf("%w: no letter or digit in it", ErrEmpty)
	}
	x := complete(name, statement{}, Extracted{
		Title: firstOf(oneLine(text.Title), readMarkdown(text.Markdown).Title), Language: text.Language, Updated: text.Updated, Owner: text.Owner, Markdown: text.Markdown,
	})
	x.Places, x.Warnings = text.Places, text.Warnings
	return x, nil
}
