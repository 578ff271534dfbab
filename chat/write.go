package chat

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Errors of the model.
var (
	// ErrAnswerCut says that the model failed in the middle of an answer.
	ErrAnswerCut = errors.New("the model did not finish its answer")
	// ErrModelUnavailable says that the model failed before its first word.
	ErrModelUnavailable = errors.New("the model is not available")
	// errSilent says that the model was silent for too long.
	errSilent = errors.New("the model is silent")
)

// reserve is what the window keeps free, in tokens, for what the estimate of
// a prompt cannot see: the model's own template and special tokens.
const reserve = 64

// fence is what quoting a passage costs beside its text, in tokens.
const fence = 24

// earlierShare is the part of the window, one in so many tokens, that earlier
// questions may take.
const earlierShare = 16

// A composition is a prompt with its sources and its estimated size.
type composition struct {
	messages  []llms.MessageContent
	sources   []Source
	fixed     int // tokens that are the same for every question
	estimated int // tokens of the whole prompt
}

// write has the model write the answer. The sources are those that are in its
// prompt: nothing else can be cited.
func (w *writing) write(ctx context.Context) error {
	c, err := w.compose()
	if err != nil {
		return err
	}
	if err := w.emit(Sources{c.sources, w.result.SearchedFor, w.trail()}); err != nil {
		return err
	}
	if err := w.emit(Stage{Writing}); err != nil {
		return err
	}
	t := newTranscript(w, c.sources)
	info, err := w.generate(ctx, c, t)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil && t.text.Len() > 0:
		return fmt.Errorf("%w: %w", ErrAnswerCut, err)
	case err != nil:
		w.degraded = errors.Join(w.degraded, fmt.Errorf("%w: %w", ErrModelUnavailable, err))
		return w.quote(t, words[w.language].quotesInstead)
	}
	w.answerer.Rate.Observe(c.estimated, c.fixed, info.promptTokens, info.promptTime)
	done := Done{Mode: ByModel, Text: t.text.String(), Cited: t.citations(), Model: info.model, Cut: info.cut, Partial: w.result.Degraded != nil, Degraded: w.degraded}
	if !saysNothing(done.Text) {
		return w.emit(done)
	}
	// Small models say so too easily; the passages are there to be read.
	if err := w.quotes(t, "\n\n"+words[w.language].quotesBelow); err != nil {
		return err
	}
	done.Mode, done.Text, done.Cited = Refused, t.text.String(), t.citations()
	return w.emit(done)
}

// compose chooses the passages that the model can read in the time it has,
// and writes the prompt.
func (w *writing) compose() (composition, error) {
	rate := w.answerer.Rate
	p := prompt{language: w.language, earlier: w.recent(), question: w.question}
	bare, err := p.messages()
	if err != nil {
		return composition{}, err
	}
	c := composition{fixed: rate.Tokens(textOf(bare[0]))}
	asked := rate.Tokens(textOf(bare[1]))
	room := w.limits.Window - w.limits.Answer - reserve - c.fixed - asked
	budget := min(room, rate.Within(w.limits.FirstToken)-asked)
	var costs []int
	for _, hit := range w.result.Hits {
		costs = append(costs, fence+rate.Tokens(hit.Passage.Indexed(hit.Document.Title)))
	}
	for _, i := range fit(costs, budget) {
		s := w.source(w.result.Hits[i], len(c.sources)+1)
		c.sources = append(c.sources, s)
		text := s.Quote
		if cost := costs[i]; cost > room { // the only one, and longer than the window
			text = shorten(text, w.terms, len(text)*max(room-fence, 1)/cost)
		}
		p.passages = append(p.passages, promptPassage{s.N, titleOf(s), text})
	}
	c.messages, err = p.messages()
	if err != nil {
		return composition{}, err
	}
	c.estimated = c.fixed + rate.Tokens(textOf(c.messages[1]))
	return c, nil
}

// recent returns the last of the earlier questions, as many as fit their share
// of the window: a long conversation leaves room for the passages.
func (w *writing) recent() []string {
	room := w.limits.Window / earlierShare
	from := len(w.earlier)
	for from > 0 {
		if room -= w.answerer.Rate.Tokens(w.earlier[from-1]); room < 0 {
			break
		}
		from--
	}
	return w.earlier[from:]
}

// textOf returns the text of a message of the prompt.
func textOf(m llms.MessageContent) string {
	var b strings.Builder
	for _, part := range m.Parts {
		if text, ok := part.(llms.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	return b.String()
}

// generate runs the model and writes what it says into the transcript. An
// idle model is given up; the time that the reader of the answer takes does
// not count.
func (w *writing) generate(ctx context.Context, c composition, t *transcript) (generationInfo, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(w.limits.Silence, func() { cancel(errSilent) })
	defer silence.Stop()
	stream := func(_ context.Context, chunk []byte) error {
		silence.Stop()
		err := t.write(ctx, string(chunk))
		silence.Reset(w.limits.Silence)
		return err
	}
	response, err := w.answerer.Model.GenerateContent(ctx, c.messages,
		llms.WithStreamingFunc(stream), llms.WithMaxTokens(w.limits.Answer), llms.WithTemperature(0))
	silence.Stop()
	switch {
	case ctx.Err() != nil:
		return generationInfo{}, context.Cause(ctx)
	case err != nil:
		return generationInfo{}, err
	case len(response.Choices) == 0:
		return generationInfo{}, errors.New("the model answered with nothing")
	}
	choice := response.Choices[0]
	if !t.begun {
		if err := t.write(ctx, choice.Content); err != nil { // a model that does not stream
			return generationInfo{}, err
		}
	}
	if err := t.close(ctx); err != nil {
		return generationInfo{}, err
	}
	if strings.TrimSpace(t.text.String()) == "" {
		return generationInfo{}, errors.New("the model answered with no text")
	}
	return readInfo(choice.GenerationInfo), nil
}

// A generationInfo is what a model says about its own work.
type generationInfo struct {
	model        string
	promptTokens int
	promptTime   time.Duration
	cut          bool // by the limit of tokens
}

// readInfo reads the information that Bureau's adapter gives. Other models
// give less, and nothing is learned from them.
func readInfo(info map[string]any) generationInfo {
	model, _ := info["Model"].(string)
	tokens, _ := info["PromptTokens"].(int)
	seconds, _ := info["PromptSeconds"].(float64)
	reason, _ := info["DoneReason"].(string)
	if !(seconds > 0 && seconds < math.MaxInt32) {
		seconds = 0
	}
	return generationInfo{model, tokens, time.Duration(seconds * float64(time.Second)), reason == "length"}
}
