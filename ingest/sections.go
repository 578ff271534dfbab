package ingest

import "slices"

// maxHeading is the length of the longest heading in a passage's path, in runes.
const maxHeading = 80

// A section is a heading with the blocks below it, up to the next heading.
type section struct {
	start   int      // of the heading's line, or of the first block without one
	path    []string // headings above and of the section, outermost first, without the title
	above   []string // path without the section's own heading
	parent  int      // number of the section above, -1 for none
	isInner bool     // another section is below it
	anchor  string
	heading int     // number of the heading's block
	blocks  []block // never empty
}

// end returns the end of the section's last block.
func (s section) end() int { return s.blocks[len(s.blocks)-1].end }

// sections returns the parts of a text under their headings. A heading with
// nothing under it, no text and no section, says something itself and becomes
// the text of its section.
func sections(blocks []block, title string) []section {
	var all []section
	var open []int // numbers of the sections above the next heading, outermost first
	levels := []int{}
	for i, b := range blocks {
		if b.level == 0 {
			if len(all) == 0 {
				all = append(all, section{start: b.start, parent: -1})
				open, levels = append(open, 0), append(levels, 7) // no heading is below it
			}
			last := &all[len(all)-1]
			last.blocks = blocks[i-len(last.blocks) : i+1]
			continue
		}
		for len(open) > 0 && levels[len(open)-1] >= b.level {
			open, levels = open[:len(open)-1], levels[:len(levels)-1]
		}
		s := section{start: b.start, parent: -1, anchor: b.anchor, heading: i}
		if len(open) > 0 {
			s.parent = open[len(open)-1]
			s.above = all[s.parent].path
			all[s.parent].isInner = true
		}
		s.path = under(s.above, b.heading, title)
		all = append(all, s)
		open, levels = append(open, len(all)-1), append(levels, b.level)
	}
	return withText(all, blocks)
}

// under returns the path with one more heading, unless it says nothing or
// repeats the title.
func under(path []string, heading, title string) []string {
	if heading == "" || heading == title {
		return path
	}
	return append(slices.Clip(path), clip(heading, maxHeading))
}

// withText returns the sections that have text, a lone heading being its own.
func withText(all []section, blocks []block) []section {
	var full []section
	for _, s := range all {
		if len(s.blocks) == 0 && !s.isInner {
			s.blocks, s.path = blocks[s.heading:s.heading+1], s.above
		}
		if len(s.blocks) > 0 {
			full = append(full, s)
		}
	}
	return full
}
