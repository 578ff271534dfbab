package office

import (
	"context"
	"fmt"

	"bureau/ingest/format"
)

const presentation = "a PowerPoint presentation (.pptx)"

// ReadPPTX reads a PowerPoint presentation, slide by slide in the order in
// which they are shown: the title as a heading of the second level, texts,
// lists and tables, and the speaker's notes under a line. The place of a slide
// has its number as PowerPoint shows it, hidden slides counted.
//
// Errors are those of package format.
func ReadPPTX(ctx context.Context, data []byte, limits format.Limits) (format.Text, error) {
	a, err := openArchive(ctx, data, limits, presentation)
	if err != nil {
		return format.Text{}, err
	}
	name, related, err := a.mainPart("presentation", presentation)
	if err != nil {
		return format.Text{}, err
	}
	p := pptx{archive: a, draft: draft{limits: limits}}
	var text format.Text
	if err := a.properties(&text); err != nil {
		return format.Text{}, err
	}
	ids, err := p.slides(name)
	if err != nil {
		return format.Text{}, err
	}
	for i, id := range ids {
		if err := p.readSlide(i+1, related[id].target); err != nil {
			return format.Text{}, fmt.Errorf("slide %d: %w", i+1, err)
		}
	}
	p.warn(p.hidden, "hidden slide", "hidden slides", "left out")
	p.warn(p.pictured, "chart or diagram", "charts or diagrams", "left out")
	return p.finish(text)
}

// A pptx is a presentation that is being read.
type pptx struct {
	*archive
	draft
	hidden   int // slides
	pictured int // charts and diagrams, whose text is not read
}

// slides returns the ids of the relationships that lead to the slides, in order.
func (p *pptx) slides(part string) ([]string, error) {
	var ids []string
	err := p.read(part, func(x *scanner) {
		x.elements(func(name string) {
			if name == "sldIdLst" {
				x.elements(func(string) {
					ids = append(ids, x.related("id"))
					p.countEntries(len(ids), p.draft.limits.Pages, "slides")
					x.stop(p.err)
				})
			}
		})
	})
	return ids, err
}

// readSlide reads a slide with its notes.
func (p *pptx) readSlide(number int, part string) error {
	if !p.has(part) {
		return fmt.Errorf("%w: its part %q is missing; open the presentation and save it again", format.ErrDamaged, part)
	}
	s := slide{pptx: p}
	if err := p.read(part, s.readPart); err != nil {
		return err
	}
	if s.isHidden {
		p.hidden++
		return nil
	}
	related, err := p.relationships(part)
	if err != nil {
		return err
	}
	notes := slide{pptx: p, isNotes: true}
	if name := ofKind(related, "notesSlide"); name != "" {
		if err := p.read(name, notes.readPart); err != nil {
			return err
		}
	}
	p.slide(number, s.title, s.blocks, notes.blocks)
	return nil
}
