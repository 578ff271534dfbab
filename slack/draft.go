package slack

import (
	"regexp"
	"slices"
	"strings"

	"bureau/chat"
	"bureau/retrieval"
)

// A draft is an answer so far.
type draft struct {
	language  string
	text      string
	sentences []chat.Sentence
	sources   []chat.Source // of a refusal, the documents that come nearest
	refusal   *chat.Refusal
	done      chat.Done
}

// take adds an event.
func (d *draft) take(event chat.Event) {
	switch e := event.(type) {
	case chat.Sources:
		d.sources = e.Sources
	case chat.Delta:
		d.text += e.Text
	case chat.Sentence:
		d.sentences = append(d.sentences, e)
	case chat.Refusal:
		d.refusal, d.text, d.sources = &e, e.Text, e.Nearest
	case chat.Done:
		d.done = e
	}
}

// whole returns all of the draft in a dialect.
func (d *draft) whole(in dialect) string {
	return in.render(d.text, marksOf(d.text, d.sentences, d.language))
}

// settled returns in a dialect what of the draft will not change any more: whole
// sentences, and of a block that is read as one, such as a table, nothing before
// it ends.
func (d *draft) settled(in dialect) string {
	if len(d.sentences) == 0 {
		return ""
	}
	head := d.text[:min(len(d.text), d.sentences[len(d.sentences)-1].End)]
	head = head[:len(head)-len(openBlock(head))]
	return in.render(head, marksOf(head, d.sentences, d.language))
}

// Signs by which a block is read as one.
var (
	fences  = regexp.MustCompile("(?m)^[ >]*(```|~~~)")
	bullets = regexp.MustCompile(`(?m)^\s*(?:[*+-]|\d+[.)])\s`)
	signs   = []string{"**", "*", "_", "`", "~~"}
)

// openBlock returns the end of a text that may yet be read otherwise: an open
// block of code, a table, a line with emphasis that is not closed.
func openBlock(text string) string {
	if at := fences.FindAllStringIndex(text, -1); len(at)%2 == 1 {
		return text[at[len(at)-1][0]:]
	}
	last := text[strings.LastIndex(text, "\n\n")+1:]
	words := bullets.ReplaceAllString(last, "")
	open := strings.Contains(last, "|") || strings.Count(words, "[") != strings.Count(words, "]") ||
		slices.ContainsFunc(signs, func(sign string) bool { return strings.Count(words, sign)%2 == 1 })
	if open {
		return last
	}
	return ""
}

// shown returns the sources that are shown under the answer: those that it
// cites, or all of them where it cites none.
func (d *draft) shown() []chat.Source {
	if len(d.done.Cited) == 0 {
		return d.sources
	}
	return slices.DeleteFunc(slices.Clone(d.sources), func(s chat.Source) bool { return !slices.Contains(d.done.Cited, s.N) })
}

// documents returns the documents that the answer was made from, those without a
// citation too: the words of any may be in it.
func (d *draft) documents() []retrieval.DocumentID {
	var ids []retrieval.DocumentID
	for _, s := range d.sources {
		ids = append(ids, s.Document)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
