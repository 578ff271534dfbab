package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"bureau/chat"
)

// A transcript is an answer so far, made of its events, and what of it was
// sent.
type transcript struct {
	language    string
	asked       string // the asker's own id of the question
	searchedFor string
	text        string
	sentences   []chat.Sentence
	sources     []chat.Source
	refusal     *chat.Refusal
	unsent      int      // bytes of text that no delta has told of, at the end of it
	sent        []string // HTML of each block, as last sent
}

// take adds an event.
func (t *transcript) take(event chat.Event) {
	switch e := event.(type) {
	case chat.Accepted:
		t.asked = e.Asked
	case chat.Delta:
		text := unmarked(e.Text)
		t.text += text
		t.unsent += len(text)
	case chat.Sentence:
		t.sentences = append(t.sentences, e)
	case chat.Sources:
		t.sources, t.searchedFor = e.Sources, e.SearchedFor
	case chat.Refusal:
		t.sources, t.refusal = e.Nearest, &e
	}
}

// blocks returns the HTML of the answer's blocks.
func (t *transcript) blocks() []string {
	html := blocks(cited(t.text, t.sentences))
	for i, block := range html {
		html[i] = chips(block, t.sentences, t.language)
	}
	return html
}

// changes returns a delta for each block whose HTML is another than was sent,
// and counts them as sent. The last of them tells what the text grew by, so
// that whoever has missed a part of them is not told twice.
func (t *transcript) changes() []*delta {
	var deltas []*delta
	html := t.blocks()
	for len(html) < len(t.sent) { // a block can vanish, as a link's definition does
		html = append(html, "")
	}
	for i, now := range html {
		if i >= len(t.sent) || t.sent[i] != now {
			deltas = append(deltas, newDelta(i, now))
		}
	}
	t.sent = html
	if t.unsent == 0 {
		return deltas
	}
	if len(deltas) == 0 { // text that is not seen, such as a line break
		deltas = append(deltas, again(html))
	}
	deltas[len(deltas)-1].Text = t.text[len(t.text)-t.unsent:]
	t.unsent = 0
	return deltas
}

// again returns the last block once more.
func again(html []string) *delta {
	if len(html) == 0 {
		return newDelta(0, "")
	}
	return newDelta(len(html)-1, html[len(html)-1])
}

// newDelta returns a delta without a text.
func newDelta(block int, html string) *delta {
	return &delta{head: head{Type: "delta"}, Block: block, HTML: html}
}

// cited returns the numbers of the sources that a sentence rests on, sorted.
func (t *transcript) cited() []int {
	var cited []int
	for _, s := range t.sentences {
		if s.Source > 0 {
			cited = append(cited, s.Source)
		}
	}
	slices.Sort(cited)
	return slices.Compact(cited)
}

// markdown returns the whole answer for copying: its text with the number of
// the source behind each sentence, and the sources.
func (t *transcript) markdown(text string) string {
	if t.text != "" {
		text = t.numbered()
	}
	text = inert(strings.TrimSpace(text))
	if len(t.sources) == 0 {
		return text
	}
	var b strings.Builder
	if text != "" {
		fmt.Fprintf(&b, "%s\n\n", text)
	}
	fmt.Fprintf(&b, "%s\n\n", phrases["sources"].in(t.language))
	cited := t.cited()
	for _, s := range t.sources {
		if len(cited) == 0 || slices.Contains(cited, s.N) {
			title := literal(strings.Join(append([]string{s.Title}, s.Headings...), " › "))
			fmt.Fprintf(&b, "- [%d] [%s](%s)\n", s.N, title, sourceURL(s))
		}
	}
	return b.String()
}

// loads matches what makes a program that shows Markdown load or lead to
// something: images, HTML, links, and what links refer to.
var loads = regexp.MustCompile(`!\[|\][(:]|<[A-Za-z/!?]`)

// inert returns Markdown of which no program that it is copied or exported to
// loads anything or is led away by a link. Emphasis, lists and tables stay.
func inert(text string) string {
	return loads.ReplaceAllStringFunc(text, func(found string) string {
		switch found {
		case "![":
			return `!\[`
		case "](", "]:":
			return `]\` + found[1:]
		}
		return `\` + found
	})
}

// signs are what could make more of a title than its words.
var signs = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`)

// literal returns text as Markdown that says just this, on one line.
func literal(text string) string { return signs.Replace(strings.Join(strings.Fields(text), " ")) }

// numbered returns the text with [n] behind each sentence that has a source.
func (t *transcript) numbered() string {
	var b strings.Builder
	from := 0
	for _, s := range t.sentences {
		end, ok := sentenceEnd(t.text, s)
		if !ok || s.Source == 0 || end < from {
			continue
		}
		fmt.Fprintf(&b, "%s [%d]", t.text[from:end], s.Source)
		from = end
	}
	return b.String() + t.text[from:]
}
