// Package format is what the readers of file formats have in common: what they
// give, where in a file it stands, and what keeps a hostile file within bounds.
// Each reader is a pure function from bytes to a [Text], in a package of its own.
package format

import (
	"cmp"
	"errors"
	"slices"
)

// The reasons why a file has no text, beside an empty one. Each comes wrapped in
// words that say what is wrong with this file and what to do about it.
var (
	ErrDamaged     = errors.New("the file is damaged")
	ErrEncrypted   = errors.New("the file is encrypted")
	ErrNeedsOCR    = errors.New("the file has pictures of text and no text")
	ErrLimit       = errors.New("the file is over a limit")
	ErrUnsupported = errors.New("the format is not supported") // an old or foreign one under this name
)

// A Text is the text of a document as a reader gives it.
type Text struct {
	Title    string // as the document states it, or ""
	Language string // BCP 47, as the document states it, or ""
	Updated  string // date of the last change as the document states it, in any form, or ""
	Owner    string // who answers for it, as it states, or ""
	// Markdown is the text in GitHub's Markdown, valid UTF-8 with "\n" line ends:
	// headings, lists and tables are Markdown's, and no HTML is in it.
	Markdown string
	// Places say where parts of Markdown stand in the file, sorted by Start.
	Places []Place
	// Warnings say what was left out, in words for an administrator.
	Warnings []string
}

// A Kind is what a file is divided into.
type Kind string

// The kinds of places.
const (
	Page  Kind = "page"
	Slide Kind = "slide"
	Sheet Kind = "sheet"
	Row   Kind = "row"
)

// A Place is where a part of a text stands in its file. It reaches up to the
// next place.
type Place struct {
	Start  int    // in Markdown, in bytes
	Kind   Kind   //
	Number int    // from 1: of the page, slide, sheet or row
	Name   string // of a sheet, or ""
}

// At returns the place that a byte of the text stands in, or false before the
// first one.
func At(places []Place, offset int) (Place, bool) {
	i, exact := slices.BinarySearchFunc(places, offset, func(p Place, offset int) int { return cmp.Compare(p.Start, offset) })
	if exact {
		return places[i], true
	}
	if i == 0 {
		return Place{}, false
	}
	return places[i-1], true
}

// Limits keep one file from stopping or filling the machine. A file over one of
// them is ErrLimit, with the limit named.
type Limits struct {
	Pages    int   // of a document, slides and sheets too
	Cells    int   // of all its tables
	Members  int   // files in an archive, parts of a mail
	Depth    int   // of files in files, elements in elements
	Unpacked int64 // bytes that a file may become
	Member   int64 // bytes of one file in an archive, 0 for as many as all
}

// Default are the limits of every file unless the configuration says otherwise:
// far over what people read, far under what hurts.
var Default = Limits{Pages: 5_000, Cells: 2_000_000, Members: 10_000, Depth: 64, Unpacked: 256 << 20, Member: 32 << 20}
