package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"bureau/access"
	"bureau/chat"
)

type askCommand struct {
	asPerson
	reporting
	Question string   `arg:"" help:"The question."`
	Earlier  []string `placeholder:"QUESTION" sep:"none" help:"An earlier question of the same conversation; may be given more than once, oldest first."`
}

// An askReport is what "bureau ask --json" prints.
type askReport struct {
	Question  string           `json:"question"`
	Person    string           `json:"person"`
	Mode      chat.Mode        `json:"mode"` // model, quotes or refused
	Answer    string           `json:"answer"`
	Model     string           `json:"model,omitempty"`
	Cut       bool             `json:"cut,omitempty"`
	Sources   []sourceReport   `json:"sources"`
	Sentences []sentenceReport `json:"sentences"`
	printed   int              // bytes of Answer that are on the terminal
}

type sourceReport struct {
	N        int          `json:"n"`
	Title    string       `json:"title"`
	Headings []string     `json:"headings"`
	Document string       `json:"document"`
	Quote    string       `json:"quote"`
	Used     bool         `json:"used"`
	Also     []alsoReport `json:"also,omitempty"`
}

type sentenceReport struct {
	Text       string       `json:"text"`
	Source     int          `json:"source"` // 0 for none
	Support    chat.Support `json:"support"`
	Unverified []string     `json:"unverified,omitempty"`
}

// Run answers the question and prints the answer as it is written, or the
// whole of it as JSON.
func (c *askCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	p, searcher, err := s.openSearch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	scope, err := p.scope(c.As)
	if err != nil {
		return err
	}
	question := chat.Question{Text: c.Question}
	if person, ok := p.config.policy.Person(c.As); ok {
		question.Language = person.Language
	}
	for _, earlier := range c.Earlier {
		question.Earlier = append(question.Earlier, chat.Turn{Question: earlier})
	}
	live := e.stdout
	if c.JSON {
		live = io.Discard
	}
	report := &askReport{Question: c.Question, Person: c.As, Sources: []sourceReport{}, Sentences: []sentenceReport{}}
	who := chat.Asker{Person: c.As, By: byShell(), Scope: func() (access.Scope, error) { return scope, nil }}
	for event, err := range chat.Audited(ctx, p.audit, who, p.answerer(searcher), question) {
		if errors.Is(err, chat.ErrEmptyQuestion) || errors.Is(err, chat.ErrQuestionTooLong) {
			return misuse{err}
		}
		if err != nil {
			return err
		}
		report.take(live, event)
		if done, ok := event.(chat.Done); ok && done.Degraded != nil {
			fmt.Fprintf(e.stderr, "bureau: %v\n", done.Degraded)
		}
	}
	return c.report(e.stdout, report, report.writeSources)
}

// take adds an event to the report and prints what can be read of it already:
// whole sentences, so that each has its mark at its end.
func (r *askReport) take(live io.Writer, event chat.Event) {
	switch event := event.(type) {
	case chat.Sources:
		r.addSources(event.Sources)
	case chat.Delta:
		r.Answer += event.Text
	case chat.Sentence:
		r.Sentences = append(r.Sentences, sentenceReport{
			Text: strings.TrimSpace(r.Answer[event.Start:event.End]), Source: event.Source, Support: event.Support, Unverified: event.Unverified,
		})
		fmt.Fprint(live, r.Answer[r.printed:event.End], mark(event))
		r.printed = event.End
	case chat.Refusal:
		r.Answer = event.Text
		r.addSources(event.Nearest)
		fmt.Fprintln(live, event.Text)
		r.printed = len(r.Answer)
		for _, contact := range event.Ask {
			fmt.Fprintf(live, "  %s\n", contact.Address)
		}
	case chat.Done:
		fmt.Fprint(live, r.Answer[r.printed:])
		r.Mode, r.Model, r.Cut, r.Answer = event.Mode, event.Model, event.Cut, event.Text
		for _, n := range event.Cited {
			r.Sources[n-1].Used = true
		}
	}
}

// mark is how a sentence's evidence is shown on a terminal.
func mark(s chat.Sentence) string {
	text := ""
	switch s.Support {
	case chat.Supported:
		text = fmt.Sprintf(" [%d]", s.Source)
	case chat.Weak:
		text = fmt.Sprintf(" [%d?]", s.Source)
	case chat.None:
		text = " [no source]"
	case chat.Neutral:
	}
	if len(s.Unverified) > 0 {
		text += fmt.Sprintf(" [in no source: %s]", strings.Join(s.Unverified, ", "))
	}
	return text
}

func (r *askReport) addSources(sources []chat.Source) {
	for _, s := range sources {
		report := sourceReport{N: s.N, Title: s.Title, Headings: s.Headings, Document: string(s.Document), Quote: s.Quote}
		for _, c := range s.Also {
			report.Also = append(report.Also, alsoReport{Title: c.Title, Document: string(c.Document), Updated: c.Updated})
		}
		r.Sources = append(r.Sources, report)
	}
}

// writeSources prints the sources under the answer.
func (r *askReport) writeSources(w io.Writer) {
	fmt.Fprintln(w)
	for _, s := range r.Sources {
		used := ""
		if s.Used {
			used = "  (used)"
		}
		fmt.Fprintf(w, "\n[%d] %s%s\n%s\n%s", s.N, strings.Join(append([]string{s.Title}, s.Headings...), " › "), used, indent(firstLines(s.Quote, 4)), alsoIn(s.Also))
	}
}
