package web

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"bureau/chat"
	"bureau/retrieval"
)

// A transcript is the text of an answer so far, what is known of its
// sentences, and what of it was sent.
type transcript struct {
	language  string
	text      string
	sentences []chat.Sentence
	sources   []chat.Source
	changed   bool     // since changes was last asked
	unsent    int      // bytes of text that no delta has told of, at the end of it
	sent      []string // HTML of each block, as last sent
}

// grow adds to the text.
func (t *transcript) grow(text string) {
	text = unmarked(text)
	t.text += text
	t.unsent += len(text)
	t.changed = true
}

// attribute notes what is known of a sentence.
func (t *transcript) attribute(s chat.Sentence) {
	t.sentences = append(t.sentences, s)
	t.changed = true
}

// changes yields a delta for each block whose HTML is another than was sent.
// A block that is taken is sent; one that was yielded last before the loop
// was left is yielded again. The first tells what the text grew by.
func (t *transcript) changes() iter.Seq[delta] {
	return func(yield func(delta) bool) {
		if !t.changed {
			return
		}
		html := blocks(cited(t.text, t.sentences))
		for len(html) < len(t.sent) { // a block can vanish, as a link's definition does
			html = append(html, "")
		}
		for i, now := range html {
			now = chips(now, t.sentences, t.language)
			if i < len(t.sent) && t.sent[i] == now {
				continue
			}
			if !yield(delta{Text: t.text[len(t.text)-t.unsent:], Block: i, HTML: now}) {
				return
			}
			t.unsent = 0
			if i == len(t.sent) {
				t.sent = append(t.sent, "")
			}
			t.sent[i] = now
		}
		t.changed = false
	}
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

// documents returns the documents that the answer was written from, those
// without a citation too: the words of any may be in it.
func (t *transcript) documents() []retrieval.DocumentID {
	var documents []retrieval.DocumentID
	for _, s := range t.sources {
		documents = append(documents, s.Document)
	}
	slices.Sort(documents)
	return slices.Compact(documents)
}

// markdown returns the whole answer for copying: its text with the number of
// the source behind each sentence, and the sources.
func (t *transcript) markdown(text string) string {
	if t.text != "" {
		text = t.numbered()
	}
	text = strings.TrimSpace(text)
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
			fmt.Fprintf(&b, "- [%d] [%s](%s)\n", s.N, title, passageURL(s))
		}
	}
	return b.String()
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
