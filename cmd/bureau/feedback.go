package main

import (
	"context"
	"encoding/json"
	"time"

	"bureau/audit"
	"bureau/chat"
	"bureau/chat/history"
)

type feedbackCommand struct {
	Export feedbackExportCommand `cmd:"" help:"Print what people thought of their answers, as JSON lines."`
}

type feedbackExportCommand struct{}

// A feedbackReport is one line of "bureau feedback export".
type feedbackReport struct {
	Given        time.Time        `json:"given"`
	Person       string           `json:"person"`
	Vote         history.Vote     `json:"vote"`
	Reason       string           `json:"reason"`
	Comment      string           `json:"comment"`
	Question     string           `json:"question"`
	Asked        time.Time        `json:"asked"`
	Conversation string           `json:"conversation"`
	ID           string           `json:"id"` // of the answer
	Mode         chat.Mode        `json:"mode,omitempty"`
	Model        string           `json:"model,omitempty"`
	Answer       string           `json:"answer"`
	Sources      []feedbackSource `json:"sources"`
}

type feedbackSource struct {
	N        int      `json:"n"`
	Document string   `json:"document"`
	Version  string   `json:"version"`
	Title    string   `json:"title"`
	Headings []string `json:"headings"`
	Start    int      `json:"start"` // of the quote in the document's text, in bytes
	End      int      `json:"end"`
	Used     bool     `json:"used"`
}

// Run prints all feedback, oldest first.
func (c *feedbackExportCommand) Run(ctx context.Context, e env, s *settings) error {
	return withParts(ctx, s, func(p *parts) error {
		kept, err := history.Open(ctx, p.state, p.ledger)
		if err != nil {
			return err
		}
		if err := p.record(ctx, byShell(), "", audit.ExportMade{What: "feedback", Format: "jsonl"}); err != nil {
			return err
		}
		encoder := json.NewEncoder(e.stdout)
		encoder.SetEscapeHTML(false)
		return kept.Judgements(ctx, func(j history.Judged) error { return encoder.Encode(reportFeedback(j)) })
	})
}

// reportFeedback returns a line of the export.
func reportFeedback(j history.Judged) feedbackReport {
	text, cited := chat.Written(j.Events)
	r := feedbackReport{
		Given: j.Given, Person: j.Person, Vote: j.Feedback.Vote, Reason: j.Feedback.Reason, Comment: j.Feedback.Comment,
		Question: j.Question, Asked: j.At, Conversation: j.Conversation, ID: j.Answer, Answer: text, Sources: []feedbackSource{},
	}
	used := map[int]bool{}
	for _, n := range cited {
		used[n] = true
	}
	for _, source := range chat.SourcesOf(j.Events) {
		r.Sources = append(r.Sources, feedbackSource{
			N: source.N, Document: string(source.Document), Version: source.Version, Title: source.Title,
			Headings: append([]string{}, source.Headings...), Start: source.Start, End: source.End, Used: used[source.N],
		})
	}
	for _, e := range j.Events {
		if done, ok := e.(chat.Done); ok {
			r.Mode, r.Model = done.Mode, done.Model
		}
	}
	return r
}
