package office

import (
	"strconv"

	"bureau/ingest/format"
)

// slide adds a slide that says anything. One without a title is headed by its
// first line, if that is short, or else by its number.
func (d *draft) slide(number int, title string, blocks, notes []block) {
	if title == "" && len(blocks) == 0 && len(notes) == 0 {
		return
	}
	const short = 60 // runes
	if title == "" && len(blocks) > 0 && blocks[0].text != "" && clip(blocks[0].text, short) == blocks[0].text {
		title, blocks = blocks[0].text, blocks[1:]
	}
	if title == "" {
		title = strconv.Itoa(number)
	}
	d.place(format.Slide, number, "")
	d.write(block{level: 2, text: title})
	for _, b := range blocks {
		d.write(b)
	}
	if len(notes) > 0 {
		d.write(block{isRule: true})
	}
	for _, b := range notes {
		d.write(b)
	}
}
