package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

func TestASourceSaysWhereElseItsTextStands(t *testing.T) {
	h := newHouse(t)
	for _, id := range []retrieval.DocumentID{"d2", "d3"} {
		h.shelf.documents[id] = h.shelf.documents["leave"]
	}
	h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		first := sourceOf(1, h.shelf.documents["leave"], "Suzhou has 12 days.")
		first.Also = []chat.Copy{
			{Document: "d2", Title: "Leave 2025", Updated: "2025-01-02", Anchor: "days", Start: 3, End: 8},
			{Document: "d3", Title: "<b>Leave", Anchor: "days"},
		}
		yield(chat.Sources{Sources: []chat.Source{first, sourceOf(2, h.shelf.documents["bands"], "Band C")}})
		yield(chat.Done{Mode: chat.ByModel})
	}
	p := h.visitAs(t, serve(t, h), "hanna")
	p.put(`{"type":"ask","id":"1","text":"x"}`)
	frames := p.until("sources")
	got, err := json.Marshal(frames[len(frames)-1]["sources"])
	if err != nil {
		t.Fatal(err)
	}
	const want = `"also":[{"title":"Leave 2025","updated":"2025-01-02","url":"/documents/d2?passage=3-8#Passage"},` +
		`{"title":"\u003cb\u003eLeave","url":"/documents/d3#days"}]`
	if !strings.Contains(string(got), want) || strings.Count(string(got), `"also"`) != 1 {
		t.Errorf("sources %s\nwant once %s", got, want)
	}
}
