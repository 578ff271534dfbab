package web

import (
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/chat/history"
)

// A turn as the HTTP door shows it.
type (
	// turn is a question with its answer, as the frames of the answer leave it.
	turn struct {
		Answer      string         `json:"answer"`
		After       string         `json:"after"`
		ID          string         `json:"id"` // of the ask
		Question    string         `json:"question"`
		Asked       time.Time      `json:"asked"`
		State       string         `json:"state"` // "running", "done", "failed" or "hidden"
		Seq         int            `json:"seq,omitempty"`
		Sources     []source       `json:"sources,omitempty"`
		SearchedFor string         `json:"searchedFor,omitempty"`
		Blocks      []string       `json:"blocks,omitempty"`
		Citations   []turnCitation `json:"citations,omitempty"`
		Refusal     *turnRefusal   `json:"refusal,omitempty"`
		Mode        string         `json:"mode,omitempty"`
		Cited       []int          `json:"cited,omitempty"`
		Markdown    string         `json:"markdown,omitempty"`
		Stopped     bool           `json:"stopped,omitempty"`
		Cut         bool           `json:"cut,omitempty"`
		Partial     bool           `json:"partial,omitempty"`
		Code        string         `json:"code,omitempty"`
		Words       string         `json:"words,omitempty"`
		Retry       bool           `json:"retry,omitempty"`
		Feedback    *turnFeedback  `json:"feedback,omitempty"`
		Suggestions []string       `json:"suggestions,omitempty"` // of an answer that no question follows
	}
	turnCitation struct {
		Sentence   int      `json:"sentence"`
		N          int      `json:"n"`
		Support    string   `json:"support"`
		Unverified []string `json:"unverified,omitempty"`
	}
	turnRefusal struct {
		Text    string    `json:"text"`
		Nearest []source  `json:"nearest"`
		Ask     []contact `json:"ask"`
	}
	turnFeedback struct {
		Vote    string `json:"vote"`
		Reason  string `json:"reason,omitempty"`
		Comment string `json:"comment,omitempty"`
	}
)

// turn renders a turn.
func (s *Server) turn(kept history.Turn, scope access.Scope, language string) turn {
	t := turn{
		Answer: kept.Answer, After: kept.After, ID: kept.Asked, Question: kept.Question, Asked: kept.At,
		State: string(kept.State), Seq: len(kept.Events),
	}
	if kept.Hidden {
		t.State, t.Seq = "hidden", 0
		return t
	}
	if f := kept.Feedback; f != nil {
		t.Feedback = &turnFeedback{string(f.Vote), f.Reason, f.Comment}
	}
	written := transcript{language: language}
	for _, e := range kept.Events {
		written.take(e)
	}
	t.Blocks, t.SearchedFor = written.blocks(), written.searchedFor
	for _, c := range written.sentences {
		t.Citations = append(t.Citations, turnCitation{c.Index, c.Source, string(c.Support), c.Unverified})
	}
	if written.refusal != nil {
		r := s.refusalFrame(*written.refusal, scope, language)
		t.Refusal = &turnRefusal{r.Text, r.Nearest, r.Ask}
	} else {
		t.Sources = s.sourceFrames(written.sources, scope, language)
	}
	t.end(kept.Events, &written)
	return t
}

// end adds what the last event says, if it ends the answer.
func (t *turn) end(events []chat.Event, written *transcript) {
	if len(events) == 0 {
		return
	}
	switch e := events[len(events)-1].(type) {
	case chat.Done:
		d := doneFrame(e, written)
		t.Mode, t.Cited, t.Markdown, t.Stopped, t.Cut, t.Partial = d.Mode, d.Cited, d.Markdown, d.Stopped, d.Cut, d.Partial
	case chat.Failed:
		f := failureOf(e.Reason)
		t.Code, t.Words, t.Retry = f.code, f.words.in(written.language), f.retry
		t.Markdown = written.markdown("")
	}
}
