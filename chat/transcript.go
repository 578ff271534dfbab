package chat

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// A transcript is the text of an answer while it grows: without the model's
// marks, cut into sentences, each with the source that carries it.
type transcript struct {
	emit       func(Event) error
	language   string
	sources    []Source
	attributor *attributor
	filter     markFilter
	splitter   splitter
	text       strings.Builder
	begun      bool   // something was written, be it marks alone
	start      int    // of the open sentence, in text
	index      int    // of the next sentence
	hints      []hint // that no sentence has taken yet
	cited      map[int]bool
	failed     error // from emit; nothing is written after it
}

// A hint is a mark of the model's own with its place in the text.
type hint struct {
	at      int
	numbers []int
}

// newTranscript returns the empty transcript of an answer from sources.
func newTranscript(w *writing, sources []Source) *transcript {
	return &transcript{
		emit: w.emit, language: w.language, sources: sources, cited: make(map[int]bool),
		attributor: newAttributor(w.result.Embedder, sources),
	}
}

// write takes a chunk of the model's.
func (t *transcript) write(ctx context.Context, chunk string) error {
	t.begun = t.begun || chunk != ""
	return t.take(ctx, t.filter.write(chunk))
}

// close takes what is left and finishes the last sentence.
func (t *transcript) close(ctx context.Context) error {
	if err := t.take(ctx, t.filter.close()); err != nil {
		return err
	}
	return t.judge(ctx, t.splitter.close())
}

// take appends fragments and judges the sentences that they finish.
func (t *transcript) take(ctx context.Context, fragments []fragment) error {
	for _, f := range fragments {
		if f.hints != nil {
			t.hints = append(t.hints, hint{t.text.Len(), f.hints})
			continue
		}
		text := f.text
		if t.text.Len() == 0 { // an answer begins with a word
			text = strings.TrimLeft(text, " \t\n")
		}
		if text == "" {
			continue
		}
		if err := t.append(text); err != nil {
			return err
		}
		if err := t.judge(ctx, t.splitter.write(text)); err != nil {
			return err
		}
	}
	return t.failed
}

// append lets the answer grow by text.
func (t *transcript) append(text string) error {
	t.text.WriteString(text)
	return t.send(Delta{text})
}

// judge says of each finished sentence which source carries it.
func (t *transcript) judge(ctx context.Context, sentences []string) error {
	for _, s := range sentences {
		end := t.start + len(s)
		hints := t.takeHints(end)
		if strings.TrimSpace(s) != "" {
			v := t.attributor.attribute(ctx, s, t.language, hints)
			if err := t.note(s, v); err != nil {
				return err
			}
		}
		t.start = end
	}
	return nil
}

// note sends the verdict on the sentence s, which begins at start.
func (t *transcript) note(s string, v verdict) error {
	if v.source > 0 {
		t.cited[v.source] = true
	}
	begin := t.start + len(s) - len(strings.TrimLeft(s, " \t\r\n"))
	end := t.start + len(strings.TrimRight(s, " \t\r\n"))
	t.index++
	return t.send(Sentence{Index: t.index - 1, Start: begin, End: end, Source: v.source, Support: v.support, Unverified: v.unverified})
}

// takeHints returns the numbers of the hints that belong to the sentence up
// to end: those inside it and right behind it. A mark that begins a line
// belongs to the sentence which follows.
func (t *transcript) takeHints(end int) []int {
	var numbers []int
	text := t.text.String()
	for len(t.hints) > 0 && t.hints[0].at <= end {
		h := t.hints[0]
		behind := strings.TrimSpace(text[h.at:end]) == ""
		if behind && strings.HasSuffix(strings.TrimRight(text[:h.at], " \t"), "\n") {
			break
		}
		numbers = append(numbers, h.numbers...)
		t.hints = t.hints[1:]
	}
	return numbers
}

// send emits an event, and remembers that nobody reads any more.
func (t *transcript) send(e Event) error {
	if t.failed == nil {
		t.failed = t.emit(e)
	}
	return t.failed
}

// citations returns the sources that were attributed to, sorted.
func (t *transcript) citations() []int { return slices.Sorted(maps.Keys(t.cited)) }
