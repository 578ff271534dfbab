package pdf

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	faults "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"bureau/ingest/format"
)

// A run is text on one baseline without a wide gap. All measures are in points
// (1/72 inch).
type run struct {
	text  string // with the space that follows it, where PDFium sees one
	order int    // in which it is drawn
	size  float64
	box           // around the words
	x, y  float64 // where the baseline begins, in PDFium's coordinates
	angle float64 // of the baseline, counter-clockwise in degrees

	// As the page is read, with y growing downwards, set by upright:
	x0, x1, base float64 // of the box and the baseline
	isTurned     bool    // not in the direction of the page
}

const (
	// maxChars is how much text a page may have: fifty times a newspaper's.
	maxChars = 200_000
	// runCost is what a run takes beside its text, in bytes, rather more than less.
	runCost = 160
	// wideGap is the space that no two words of a line have between them, in
	// heights of the type.
	wideGap = 0.75
)

// page reads one page, whose index is from 0. A page that PDFium refuses is
// returned as broken.
func (s *source) page(index int) (page, error) {
	p := page{number: index + 1}
	at := requests.Page{ByIndex: &requests.PageByIndex{Document: s.document, Index: index}}
	loaded, err := s.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: at})
	if errors.Is(err, faults.ErrPage) {
		p.broken = true
		return p, nil
	}
	if err != nil {
		return p, err
	}
	t := textPage{source: s, ref: loaded.TextPage}
	if err := t.read(); err != nil {
		return p, err
	}
	if _, err := s.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: t.ref}); err != nil {
		return p, err
	}
	p.runs = upright(t.runs)
	objects, err := s.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: at})
	if err != nil {
		return p, err
	}
	p.filled = objects.Count > 0
	return p, nil
}

// A textPage is the text of one page in PDFium.
type textPage struct {
	*source
	ref   references.FPDF_TEXTPAGE
	chars []rune
	runs  []run
}

// read collects the runs.
//
// Each call into PDFium costs some microseconds, so there is none per
// character: the text of the whole page comes at once, with the spaces and line
// breaks that PDFium sees, and only words are asked for their place.
func (t *textPage) read() error {
	if err := t.readChars(); err != nil {
		return err
	}
	isBreak := func(r rune) bool { return r == '\r' || r == '\n' }
	for start := 0; start < len(t.chars); {
		end := start
		for end < len(t.chars) && !isBreak(t.chars[end]) {
			end++
		}
		if slices.ContainsFunc(t.chars[start:end], isVisible) {
			if err := t.readLine(start, end); err != nil {
				return err
			}
		}
		for end < len(t.chars) && isBreak(t.chars[end]) {
			end++
		}
		start = end
	}
	return nil
}

// readChars reads the text of the page, where each rune is one of PDFium's
// characters.
func (t *textPage) readChars() error {
	counted, err := t.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: t.ref})
	if err != nil {
		return err
	}
	count := max(counted.Count, 0)
	if count > maxChars {
		return fmt.Errorf("%w: %d characters on a page, the limit is %d", format.ErrLimit, count, maxChars)
	}
	if count == 0 {
		return nil
	}
	text, err := t.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: t.ref, StartIndex: 0, Count: count})
	if err != nil {
		return err
	}
	if t.chars = []rune(text.Text); len(t.chars) == count {
		return nil
	}
	// Some characters are left out of the text, or are two in it.
	t.chars = make([]rune, count)
	for i := range t.chars {
		char, err := t.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: t.ref, Index: i})
		if err != nil {
			return err
		}
		t.chars[i] = rune(char.Unicode)
	}
	return nil
}

// readLine collects the runs of the characters from start to end. PDFium sees a
// space wherever there is room for one, so a line is only to be parted there.
func (t *textPage) readLine(start, end int) error {
	r, err := t.newRun(start, end)
	if err != nil {
		return err
	}
	from, isFirst := start, true
	for word, stop := range words(t.chars[start:end]) {
		word, stop = start+word, start+stop
		b, err := t.around(word, stop)
		if err != nil {
			return err
		}
		switch {
		case isFirst:
			r.box, isFirst = b, false
		case r.gap(b) > wideGap*r.size:
			if err := t.add(r, from, word); err != nil {
				return err
			}
			from, r.box = word, b
			r.x, r.y = r.moved(b)
		default:
			r.box = r.union(b)
		}
	}
	return t.add(r, from, end)
}

// words yields where the words of chars start and stop.
func words(chars []rune) iter.Seq2[int, int] {
	return func(yield func(start, stop int) bool) {
		for i := 0; i < len(chars); {
			start := i
			for i < len(chars) && isVisible(chars[i]) {
				i++
			}
			if i > start && !yield(start, i) {
				return
			}
			for i < len(chars) && !isVisible(chars[i]) {
				i++
			}
		}
	}
}

// newRun returns a run with what the line from start to end has in common.
func (t *textPage) newRun(start, end int) (run, error) {
	first := start + max(slices.IndexFunc(t.chars[start:end], isVisible), 0)
	size, err := t.FPDFText_GetFontSize(&requests.FPDFText_GetFontSize{TextPage: t.ref, Index: first})
	if err != nil {
		return run{}, err
	}
	r := run{size: size.FontSize}
	if matrix, err := t.FPDFText_GetMatrix(&requests.FPDFText_GetMatrix{TextPage: t.ref, Index: first}); err == nil { // some have none
		m := matrix.Matrix
		r.x, r.y, r.angle = finite(m.E), finite(m.F), math.Atan2(finite(m.B), finite(m.A))*180/math.Pi
		r.size *= math.Hypot(finite(m.C), finite(m.D))
	}
	if !(r.size > 0.1 && r.size < 5000) { // NaN too
		r.size = 10
	}
	return r, nil
}

// add adds a run with the characters from start to end.
func (t *textPage) add(r run, start, end int) error {
	r.text, r.order = clean(string(t.chars[start:end])), len(t.runs)
	if t.left -= int64(len(r.text)) + runCost; t.left < 0 {
		return fmt.Errorf("%w: the text is larger than allowed; split the file", format.ErrLimit)
	}
	t.runs = append(t.runs, r)
	return nil
}
