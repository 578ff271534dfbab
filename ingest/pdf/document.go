package pdf

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/klippa-app/go-pdfium"
	faults "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"bureau/ingest/format"
)

// A document is what PDFium tells of a file.
type document struct {
	title, author, language string
	updated                 string // RFC 3339, or ""
	pages                   []page
	outline                 []bookmark
}

// A page is one page as PDFium tells of it.
type page struct {
	number int   // from 1
	runs   []run // in the order in which they are drawn
	filled bool  // something is drawn on it
	broken bool  // it cannot be read
}

// load reads a file with an instance of PDFium.
func load(ctx context.Context, instance pdfium.Pdfium, data []byte, limits format.Limits) (*document, error) {
	opened, err := instance.OpenDocument(&requests.OpenDocument{File: &data})
	if err != nil {
		return nil, explain(err)
	}
	s := source{Pdfium: instance, document: opened.Document, left: limits.Unpacked}
	count, err := s.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: s.document})
	if err != nil {
		return nil, explain(err)
	}
	if count.PageCount > limits.Pages {
		return nil, fmt.Errorf("%w: %d pages, the limit is %d; split it", format.ErrLimit, count.PageCount, limits.Pages)
	}
	d := new(document)
	for i := range count.PageCount {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		p, err := s.page(i)
		if err != nil {
			return nil, fmt.Errorf("page %d: %w", i+1, explain(err))
		}
		d.pages = append(d.pages, p)
	}
	s.metadata(d)
	if d.outline, err = s.outline(limits.Depth); err != nil {
		return nil, explain(err)
	}
	return d, nil
}

// explain returns err in words about the file. What PDFium does not name is
// damage, or a file made to break it: it ran out of memory or into a trap.
func explain(err error) error {
	switch {
	case errors.Is(err, format.ErrLimit):
		return err
	case errors.Is(err, faults.ErrPassword):
		return fmt.Errorf("%w: it opens with a password only; save a copy without one", format.ErrEncrypted)
	case errors.Is(err, faults.ErrSecurity):
		return fmt.Errorf("%w: in a way that cannot be read; save a copy without encryption", format.ErrEncrypted)
	case errors.Is(err, faults.ErrFormat):
		return fmt.Errorf("%w: it is no PDF document, or not all of one; copy it anew, or open it and print it to a new PDF", format.ErrDamaged)
	}
	return fmt.Errorf("%w or needs more memory than allowed (%w); open it and print it to a new PDF", format.ErrDamaged, err)
}

// A source is an open document.
type source struct {
	pdfium.Pdfium
	document references.FPDF_DOCUMENT
	left     int64 // bytes that the runs of the rest of the document may take
}

// metadata fills in what the document says of itself. PDFium gives an error for
// what it does not say.
func (s *source) metadata(d *document) {
	stated := func(tag string) string {
		meta, err := s.GetMetaData(&requests.GetMetaData{Document: s.document, Tags: &[]string{tag}})
		if err != nil || len(meta.Tags) == 0 {
			return ""
		}
		return oneLine(clean(meta.Tags[0].Value))
	}
	d.title, d.author = realTitle(stated("Title")), stated("Author")
	if d.updated = dateOf(stated("ModDate")); d.updated == "" {
		d.updated = dateOf(stated("CreationDate"))
	}
	if catalog, err := s.FPDFCatalog_GetLanguage(&requests.FPDFCatalog_GetLanguage{Document: s.document}); err == nil {
		d.language = oneLine(clean(catalog.Language))
	}
}

// realTitle returns a title, or "" for the name of a file or program that many
// programs put there.
func realTitle(title string) string {
	lower := strings.ToLower(title)
	for _, start := range []string{"untitled", "microsoft word - ", "microsoft powerpoint - ", "microsoft excel - ", "about:blank", "file://", "http://", "https://"} {
		if strings.HasPrefix(lower, start) {
			return ""
		}
	}
	for _, end := range []string{".doc", ".docx", ".dvi", ".pdf", ".ppt", ".pptx", ".xls", ".xlsx", ".indd", ".tex"} {
		if strings.HasSuffix(lower, end) {
			return ""
		}
	}
	return title
}

// dateOf returns a PDF date, D:YYYYMMDDHHmmSSOHH'mm' with all but the year
// optional (ISO 32000-1, 7.9.4), as RFC 3339, or "".
func dateOf(stated string) string {
	stated = strings.ReplaceAll(strings.TrimPrefix(stated, "D:"), "'", "")
	moment, zone := stated, ""
	if i := strings.IndexAny(stated, "Z+-"); i >= 0 {
		moment, zone = stated[:i], stated[i:]
	}
	const layout, first = "20060102150405", "00000101000000"
	if len(moment) < 4 || len(moment) > len(layout) || len(zone) > 5 {
		return ""
	}
	if zone == "" || zone[0] == 'Z' { // some write Z00'00'
		zone = "+"
	}
	t, err := time.Parse(layout+"-0700", moment+first[len(moment):]+zone+"0000"[len(zone)-1:])
	if err != nil {
		return ""
	}
	return t.Format(time.RFC3339)
}
