package slack

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bureau/chat/history"
)

// onward matches the link to a conversation.
var onward = regexp.MustCompile(`<https://bureau\.larkfield\.example/#/c/([^|>]+)\|([^>]+)>`)

// conversationIn returns the id of the conversation that a text links to.
func conversationIn(t *testing.T, text string) string {
	t.Helper()
	link := onward.FindStringSubmatch(text)
	if link == nil {
		t.Fatalf("no link to a conversation in\n%s", text)
	}
	id, err := url.PathUnescape(link[1])
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnAnswerLeadsItsAskerToTheConversationInTheBrowser(t *testing.T) {
	h := newHouse(t).run()
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
	h.space.OpenHome("U0HANNA")
	scope, err := h.rights.Audience([]string{"hanna"}, false, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{"the answer": shown(messages), "the home page": h.awaitHome("U0HANNA")} {
		id := conversationIn(t, text)
		_, part, err := h.history.Conversation(t.Context(), scope, "hanna", id, 0)
		if err != nil || len(part.Turns) != 1 || part.Turns[0].Question != aboutLeave {
			t.Errorf("%s leads to %q: %v, %v", place, id, part, err)
		}
		if _, _, err := h.history.Conversation(t.Context(), scope, "sven", id, 0); !errors.Is(err, history.ErrNotFound) {
			t.Errorf("somebody else is led into it: %v", err)
		}
	}
}

func TestWhoCannotSignInIsNotSentToTheBrowser(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.Public = []Kind{Guest} })
	h.space.AddChannel("C1", "hr", "U0HANNA", "U0SVEN")
	h.run()
	for _, asked := range []struct{ name, user, channel string }{
		{"a guest", "U0GUEST", h.space.Direct("U0GUEST")},
		{"a channel", "U0HANNA", "C1"},
	} {
		if _, messages := h.ask(asked.user, asked.channel, aboutLeave); len(messages) == 0 || onward.MatchString(shown(messages)) {
			t.Errorf("%s is:\n%s", asked.name, shown(messages))
		}
	}
	h.space.OpenHome("U0GUEST")
	if home := h.awaitHome("U0GUEST"); !strings.Contains(home, aboutLeave) || onward.MatchString(home) {
		t.Errorf("the home page of a guest:\n%s", home)
	}
}
