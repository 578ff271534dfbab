package slack

import (
	"errors"
	"strings"
	"testing"

	"bureau/slack/slacktest"
)

func TestL27_SuggestionsAreOfDocumentsThatThePersonReads(t *testing.T) {
	h := newHouse(t).run()
	for user, want := range map[string]string{
		"U0FENG": "What says Travel policy?|What says Budget?",
		"U0NOOR": "What says Travel policy?|What says Audit plan?",
	} {
		thread := h.space.OpenThread(user)
		h.await("suggestions", func() bool { return len(h.space.Prompts(thread)) > 0 })
		if got := strings.Join(h.space.Prompts(thread), "|"); got != want {
			t.Errorf("%s is suggested %q, want %q", user, got, want)
		}
	}
	h.space.OpenHome("U0FENG")
	home := h.awaitHome("U0FENG")
	for _, part := range []string{"财务部", "Budget", whatToDo.hans, "在浏览器中继续"} {
		if !strings.Contains(home, part) {
			t.Errorf("no %q in\n%s", part, home)
		}
	}
	if strings.Contains(home, "人力资源部") || strings.Contains(home, "Leave policy") {
		t.Errorf("the home page of finance names Human Resources:\n%s", home)
	}
}

func TestTheHomePageOfNobodySaysSo(t *testing.T) {
	h := newHouse(t).run()
	h.space.OpenHome("U0GUEST")
	if got := h.awaitHome("U0GUEST"); got != failureOf(errGuest).en {
		t.Errorf("%s", got)
	}
}

func TestTheHomePageHasTheAskersOwnQuestions(t *testing.T) {
	h := newHouse(t).run()
	h.ask("U0HANNA", h.space.Direct("U0HANNA"), "How is leave of Hanna?")
	h.ask("U0SVEN", h.space.Direct("U0SVEN"), "How is leave of Sven?")
	h.space.OpenHome("U0HANNA")
	if home := h.awaitHome("U0HANNA"); !strings.Contains(home, "leave of Hanna") || strings.Contains(home, "leave of Sven") {
		t.Errorf("%s", home)
	}
}

// awaitHome waits for the home page of an account and returns its text.
func (h *house) awaitHome(user string) string {
	h.t.Helper()
	h.await("a home page", func() bool { return h.space.Home(user) != nil })
	var texts []string
	for _, b := range h.space.Home(user) {
		texts = append(texts, b.Texts())
	}
	return strings.Join(texts, "\n")
}

func TestAnEventThatIsNotKnownIsAcknowledged(t *testing.T) {
	h := newHouse(t).run()
	d := h.space.Send("an_event_of_next_year", map[string]any{"channel": "C1"})
	h.await("an acknowledgement", func() bool { _, ok := h.space.Time(d); return ok })
}

func TestWhatIsNotAskedIsNotAnswered(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0HANNA")
	for _, fields := range []map[string]any{
		{"user": "U0HANNA", "channel": direct, "channel_type": "im", "ts": "1.1", "text": "leave?", "subtype": "message_changed"},
		{"user": slacktest.Bot, "channel": direct, "channel_type": "im", "ts": "1.2", "text": "leave?"},
		{"user": "U0HANNA", "channel": "C1", "channel_type": "channel", "ts": "1.3", "text": "leave?"},
		{"user": "U0HANNA", "channel": "C1", "channel_type": "im", "ts": "1.4", "text": "leave?"},
		{"channel": direct, "channel_type": "im", "ts": "1.5", "text": "leave?"},
	} {
		h.space.Send("message", fields)
	}
	h.ask("U0HANNA", direct, aboutLeave)
	if tally := h.bot.Tally(); tally.Asked != 1 {
		t.Errorf("%+v", tally)
	}
}

func TestTwoBotsEnd(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0ROBOT")
	at, _ := h.space.Say("U0ROBOT", direct, "", aboutLeave)
	for range 3 {
		h.space.Say("U0ROBOT", direct, at, aboutLeave)
	}
	h.ended(4)
	if got := len(h.space.Messages()); got != 1 {
		t.Errorf("%d messages:\n%s", got, h.transcript())
	}
}

func TestEveryMistakeOfAConfigIsSaidAtOnce(t *testing.T) {
	_, err := New(Config{Public: []Kind{Left}})
	for _, want := range []string{"Tokens.Bot", "Tokens.App or Tokens.SigningSecret", "People", "Desk", "Ledger", "Audit", "deactivated"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestATokenThatSlackDoesNotTakeIsSaid(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.Tokens.Bot = "xoxb-of-another" })
	h.config.Desk = nothing{}
	bot, err := New(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := bot.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "docs/slack.md") || errors.Unwrap(err) == nil {
		t.Errorf("%v", err)
	}
}

type nothing struct{ Desk }
