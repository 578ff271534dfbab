package pdf

import (
	"strings"

	"bureau/ingest/format"
)

// write returns the blocks as Markdown, with the place of every page in it.
func write(blocks []block) (string, []format.Place) {
	var w writer
	for i, b := range blocks {
		switch {
		case i == 0:
		case b.isItem && blocks[i-1].isItem:
			w.WriteByte('\n')
		default:
			w.WriteString("\n\n")
		}
		w.turnTo(b.page)
		if b.table != nil {
			w.WriteString(b.table.markdown())
			continue
		}
		w.paragraph(b)
	}
	return w.String(), w.places
}

// A writer is Markdown as it grows.
type writer struct {
	strings.Builder
	places []format.Place
}

// turnTo notes that a page begins here, unless it has begun before.
func (w *writer) turnTo(page int) {
	if n := len(w.places); n == 0 || w.places[n-1].Number < page {
		w.places = append(w.places, format.Place{Start: w.Len(), Kind: format.Page, Number: page})
	}
}

// paragraph writes a block that is no table.
func (w *writer) paragraph(b block) {
	switch {
	case b.level > 0:
		w.WriteString(strings.Repeat("#", b.level) + " ")
	case b.isItem:
		w.WriteString("- ")
	}
	start := 0
	for _, at := range append(b.breaks, pageBreak{at: len(b.text)}) {
		piece := format.Escape(dehyphenate(b.text[start:at.at]))
		if w.WriteString(piece); at.page > 0 {
			if !strings.HasSuffix(piece, " ") && strings.HasSuffix(b.text[:at.at], " ") {
				w.WriteByte(' ') // which Escape takes for the end of a line
			}
			start = at.at
			w.turnTo(at.page)
		}
	}
}
