package slack

import (
	"slices"
	"strings"
	"testing"

	"bureau/slack/slacktest"
)

func TestADirectQuestionIsAnsweredFromWhatTheAskerReads(t *testing.T) {
	h := newHouse(t).run()
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), "How many days of leave are there?")
	if len(messages) != 1 {
		t.Fatalf("%d messages:\n%s", len(messages), h.transcript())
	}
	m := messages[0]
	want := []string{"secret-of-hr", "secret-confidential", "secret-from-finance", "open-to-all"}
	if got := secrets(m.Shown()); !slices.Equal(got, want) {
		t.Errorf("read %v, want %v:\n%s", got, want, m.Shown())
	}
	for _, part := range []string{"Annual leave is 25 days (secret-of-hr). [", "*Sources*", "<https://bureau.larkfield.example/documents/d-hr?passage="} {
		if !strings.Contains(m.Shown(), part) {
			t.Errorf("no %q in\n%s", part, m.Shown())
		}
	}
	if m.Streaming || m.Streamed == "" {
		t.Errorf("the answer was not streamed to its end: %+v", m)
	}
	if tally := h.bot.Tally(); tally != (Tally{Asked: 1, Answered: 1}) {
		t.Errorf("%+v", tally)
	}
	statuses := h.space.Statuses()
	if len(statuses) == 0 || statuses[0].Text != searching.en || statuses[0].Thread != m.Thread {
		t.Errorf("statuses %v", statuses)
	}
}

func TestAWorkspaceThatDoesNotStreamGetsEdits(t *testing.T) {
	h := newHouse(t, func(h *house) {
		h.space.Fail = func(method string, _ map[string]string) *slacktest.Fault {
			if method == "chat.startStream" {
				return &slacktest.Fault{Error: "unknown_method"}
			}
			return nil
		}
	}).run()
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), "How many days of leave are there?")
	if len(messages) != 1 || messages[0].Edits == 0 || messages[0].Streamed != "" {
		t.Fatalf("%+v", messages)
	}
	if got := secrets(messages[0].Shown()); len(got) != 4 || !strings.Contains(messages[0].Shown(), "*Sources*") {
		t.Errorf("%s", messages[0].Shown())
	}
}
