package web

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
)

// BenchmarkFollowing shows an answer of 400 tokens as it is written at 30 a
// second: a frame after each 2 tokens, as flushPeriod has it, and a sentence
// after each 20. It reports how many such followers one core serves.
func BenchmarkFollowing(b *testing.B) {
	const tokens, pace = 400, 30
	h := newHouse(b)
	var events []chat.Event
	text, begin, sentence := "", 0, 0
	for i := range tokens {
		word := "number "
		if i%20 == 19 {
			word = "26.\n\n"
		}
		text += word
		events = append(events, chat.Delta{Text: word})
		if i%20 == 19 {
			events = append(events, chat.Sentence{Index: sentence, Start: begin, End: len(strings.TrimSpace(text)), Source: 1, Support: chat.Supported})
			begin, sentence = len(text), sentence+1
		}
	}
	who := chat.Asker{Person: "hanna", By: audit.By{Door: audit.Browser}, Scope: func() (access.Scope, error) { return h.scope("hanna") }}
	scope, err := who.Scope()
	if err != nil {
		b.Fatal(err)
	}
	send := func(_ context.Context, frame any) error {
		_, err := json.Marshal(frame)
		return err
	}
	for b.Loop() {
		f := follower{server: h.Server, who: who, language: english, answer: "A", send: send, scope: scope}
		for i, e := range events {
			if err := f.take(b.Context(), e); err != nil {
				b.Fatal(err)
			}
			if i%2 == 1 {
				if err := f.flushNow(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	answer := time.Duration(tokens) * time.Second / pace
	b.ReportMetric(float64(answer*time.Duration(b.N))/float64(b.Elapsed()), "followers/core")
}
