package pdf

import (
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// A bookmark is an entry of the outline.
type bookmark struct {
	title string
	level int // from 1
	page  int // number, from 1
}

// How much of an outline is read: so many entries, and so many that are there
// twice.
const (
	maxBookmarks = 10_000
	maxRepeated  = 200
)

// outline returns the entries that lead to a page, in order, those on one page
// up to depth levels deep.
//
// An outline is linked lists in a file that anybody may have written, so it may
// have no end. A loop repeats its entries, and by that it is known.
func (s *source) outline(depth int) ([]bookmark, error) {
	w := outlineWalk{source: s, depth: depth, seen: map[bookmark]bool{}}
	err := w.below(nil, 1)
	return w.found, err
}

// An outlineWalk collects the entries of an outline.
type outlineWalk struct {
	*source
	depth int
	steps int // entries seen
	again int // entries seen again
	seen  map[bookmark]bool
	found []bookmark
}

// below collects the entries under parent, or the outermost ones for nil.
func (w *outlineWalk) below(parent *references.FPDF_BOOKMARK, level int) error {
	if level > w.depth {
		return nil
	}
	first, err := w.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: w.document, Bookmark: parent})
	if err != nil {
		return err
	}
	for at := first.Bookmark; at != nil; {
		entry, err := w.entry(*at, level)
		if err != nil {
			return err
		}
		if !w.take(entry) {
			return nil
		}
		if err := w.below(at, level+1); err != nil {
			return err
		}
		next, err := w.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: w.document, Bookmark: *at})
		if err != nil {
			return err
		}
		at = next.Bookmark
	}
	return nil
}

// take collects an entry and reports whether to go on.
func (w *outlineWalk) take(entry bookmark) bool {
	w.steps++
	if w.seen[entry] {
		w.again++
	} else if w.seen[entry] = true; entry.page > 0 && entry.title != "" {
		w.found = append(w.found, entry)
	}
	return w.steps <= maxBookmarks && w.again <= maxRepeated
}

// entry returns what one entry says; its page is 0 if it leads to none.
func (w *outlineWalk) entry(at references.FPDF_BOOKMARK, level int) (bookmark, error) {
	entry := bookmark{level: level}
	if title, err := w.FPDFBookmark_GetTitle(&requests.FPDFBookmark_GetTitle{Bookmark: at}); err == nil { // it is an error to have none
		entry.title = oneLine(clean(title.Title))
	}
	target, err := w.FPDFBookmark_GetDest(&requests.FPDFBookmark_GetDest{Document: w.document, Bookmark: at})
	if err != nil {
		return entry, err
	}
	if target.Dest == nil {
		return entry, nil
	}
	index, err := w.FPDFDest_GetDestPageIndex(&requests.FPDFDest_GetDestPageIndex{Document: w.document, Dest: *target.Dest})
	if err == nil { // it is an error to lead out of the document
		entry.page = index.Index + 1
	}
	return entry, nil
}
