package slack

import (
	"context"
	"errors"
	"strings"
	"testing"

	"bureau/audit"
)

func TestP9_AnAnswerInSlackLeavesItsLines(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "mixed", "U0HANNA", "U0NOOR")
	h.run()
	for _, c := range []struct{ user, channel, person, place string }{
		{"U0HANNA", h.space.Direct("U0HANNA"), "hanna", ""},
		{"U0NOOR", "C1", "noor", "C1"},
	} {
		before := len(h.audit.Lines())
		_, messages := h.ask(c.user, c.channel, aboutLeave)
		lines := h.audit.Lines()[before:]
		want := audit.By{Door: audit.Slack, Person: c.person, SignIn: "slack", Account: c.user, Place: c.place}
		if len(lines) != 2 || lines[0].By != want || lines[1].Kind != "answer.ended" {
			t.Fatalf("%s: lines %+v, want sources and an end by %+v", c.channel, lines, want)
		}
		sent, ok := audit.Decode[audit.SourcesSent](lines[0])
		if !ok || len(sent.Sources) == 0 {
			t.Fatalf("%s: line %s", c.channel, lines[0].Event)
		}
		text := shown(messages)
		for _, b := range h.library.books {
			named := false
			for _, p := range sent.Sources {
				named = named || p.Document == b.id
			}
			if strings.Contains(text, b.title) && !named {
				t.Errorf("%s: %q is shown and in no line", c.channel, b.title)
			}
		}
	}
}

func TestP9_AnAnswerThatIsPublishedLeavesALineFirst(t *testing.T) {
	for name, room := range map[string]bool{"Room": true, "NoRoom": false} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, func(h *house) {
				if !room {
					h.config.Audit = full{}
				}
			})
			h.space.AddChannel("C1", "hr", "U0HANNA")
			h.run()
			h.space.Command("U0HANNA", "C1", aboutLeave)
			h.ended(1)
			h.press("U0HANNA", "C1", actPublish, find(h.space.Messages(), actPublish).Value(actPublish))
			if !room {
				h.await("a reason", func() bool { return strings.Contains(h.whispered("U0HANNA"), "keeps a record of every answer") })
				if open := h.open("C1"); len(secrets(open)) > 0 || strings.Contains(open, "asked") {
					t.Errorf("published without a line: %s", h.open("C1"))
				}
				return
			}
			h.await("the answer in the channel", func() bool { return strings.Contains(h.open("C1"), "secret-of-hr") })
			lines := h.audit.Lines()
			published, ok := audit.Decode[audit.AnswerPublished](lines[len(lines)-1])
			if !ok || len(published.Sources) == 0 || lines[len(lines)-1].By.Place != "C1" || lines[len(lines)-1].By.Person != "hanna" {
				t.Errorf("the last line is %+v", lines[len(lines)-1])
			}
		})
	}
}

// A full is an audit without room.
type full struct{}

func (full) Append(context.Context, ...audit.Entry) error {
	return errors.New("no space left on device")
}

func TestP6_WhoCannotBeAuditedIsToldSo(t *testing.T) {
	h := newHouse(t, func(h *house) { h.desk.Audit = full{} }).run()
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
	if got := shown(messages); !strings.Contains(got, "keeps a record of every answer") || len(secrets(got)) > 0 {
		t.Errorf("is told %q", got)
	}
}
