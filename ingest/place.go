package ingest

import (
	"fmt"
	"slices"
	"strings"

	"bureau/ingest/format"
)

// locate adds to a piece's headings where it begins in a file of pages, slides
// or sheets, in the language of its text: what a person opens the file at. A
// sheet has a heading of its own already.
func (p *Piece) locate(places []format.Place) {
	if place, ok := format.At(places, p.Start); ok {
		if words := inWords(place, p.Language); words != "" {
			p.Headings = append(slices.Clip(p.Headings), words)
		}
	}
}

// inWords names a place for people, "" where it needs no words.
func inWords(place format.Place, language string) string {
	words := map[format.Kind][3]string{ // English, Simplified, Traditional
		format.Page:  {"page %d", "第 %d 页", "第 %d 頁"},
		format.Slide: {"slide %d", "第 %d 张幻灯片", "第 %d 張投影片"},
		format.Row:   {"row %d", "第 %d 行", "第 %d 列"},
	}[place.Kind]
	text := words[0]
	switch {
	case language == "zh-Hant":
		text = words[2]
	case strings.HasPrefix(language, "zh"):
		text = words[1]
	}
	if text == "" {
		return ""
	}
	return fmt.Sprintf(text, place.Number)
}
