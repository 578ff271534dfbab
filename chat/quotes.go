package chat

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"bureau/retrieval"
)

// mostQuotes and quoteBytes bound an answer of quotes.
const mostQuotes, quoteBytes = 3, 900

// quoteOnly answers without a model: the sources speak for themselves.
func (w *writing) quoteOnly() error {
	var sources []Source
	for i, hit := range w.result.Hits[:min(mostQuotes, len(w.result.Hits))] {
		sources = append(sources, w.source(hit, i+1))
	}
	if err := w.emit(Sources{sources, w.result.SearchedFor, w.trail()}); err != nil {
		return err
	}
	return w.quote(newTranscript(w, sources), words[w.language].quotesOnly)
}

// quote writes the answer as quotes of the sources that were sent, each cited
// to itself, under a heading that says so.
func (w *writing) quote(t *transcript, heading string) error {
	if err := w.quotes(t, heading); err != nil {
		return err
	}
	return w.emit(Done{Mode: ByQuotes, Text: t.text.String(), Cited: t.citations(), Partial: w.result.Degraded != nil, Degraded: w.degraded})
}

// quotes appends the best sources under a heading, each cited to itself.
func (w *writing) quotes(t *transcript, heading string) error {
	if err := w.quoteBlock(t, heading, verdict{support: Neutral}); err != nil {
		return err
	}
	for _, s := range t.sources[:min(mostQuotes, len(t.sources))] {
		lines := strings.Split(strings.TrimSpace(withoutHidden(shorten(s.Quote, w.terms, quoteBytes))), "\n")
		block := "\n\n> " + strings.Join(lines, "\n> ")
		if err := w.quoteBlock(t, block, verdict{source: s.N, support: Supported}); err != nil {
			return err
		}
	}
	return nil
}

// quoteBlock appends a block that counts as one sentence.
func (w *writing) quoteBlock(t *transcript, block string, v verdict) error {
	if err := t.append(block); err != nil {
		return err
	}
	if err := t.note(block, v); err != nil {
		return err
	}
	t.start += len(block)
	return nil
}

// withoutHidden returns text, made valid UTF-8, without characters that are
// never shown.
func withoutHidden(text string) string {
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, text)
}

// shorten returns text cut to about size bytes: the sentences that share most
// terms with the question, in their order, gaps shown by an ellipsis. A text
// that is short enough is returned as it is.
func shorten(text string, question map[string]bool, size int) string {
	if len(text) <= size {
		return text
	}
	sentences := split(text)
	order := make([]int, len(sentences))
	shared := make([]int, len(sentences))
	for i, s := range sentences {
		order[i] = i
		for _, t := range retrieval.Analyze(s) {
			if question[t.Text] {
				shared[i]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shared[b], shared[a]) })
	kept := make([]bool, len(sentences))
	used := 0
	for k, i := range order {
		if used+len(sentences[i]) <= size || k == 0 {
			kept[i] = true
			used += len(sentences[i])
		}
	}
	return joinKept(sentences, kept, size)
}

// joinKept joins the kept sentences, with an ellipsis where others were. A
// single sentence that is too long by itself is cut.
func joinKept(sentences []string, kept []bool, size int) string {
	var b strings.Builder
	gap := false
	for i, s := range sentences {
		if !kept[i] {
			gap = true
			continue
		}
		if gap {
			b.WriteString("… ")
		}
		if len(s) > size {
			s = cutAt(s, size)
		}
		b.WriteString(s)
		gap = len(s) < len(sentences[i])
	}
	if gap {
		b.WriteString("…")
	}
	return b.String()
}

// cutAt returns the beginning of text of at most size bytes, no character cut.
func cutAt(text string, size int) string {
	size = max(0, min(size, len(text)))
	for size > 0 && size < len(text) && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}
