package slack

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bureau/chat"
	"bureau/retrieval"
	"bureau/slack/slacktest"
)

// noSleep lets the calls of a bot wait without waiting, on a clock that is moved
// on instead. It is set before the bot runs.
type noSleep struct {
	mu    sync.Mutex
	ahead time.Duration
	slept []time.Duration
}

func (n *noSleep) now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Now().Add(n.ahead)
}

func (n *noSleep) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ahead += d
	n.slept = append(n.slept, d)
	return context.Cause(ctx)
}

// failing lets calls fail as a test says, the nth call of a method being n.
func failing(says func(method string, n int) *slacktest.Fault) func(string, map[string]string) *slacktest.Fault {
	var mu sync.Mutex
	calls := map[string]int{}
	return func(method string, _ map[string]string) *slacktest.Fault {
		mu.Lock()
		defer mu.Unlock()
		calls[method]++
		return says(method, calls[method])
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	clock := new(noSleep)
	h := newHouse(t, func(h *house) {
		h.config.Now = clock.now
		h.space.Fail = failing(func(method string, n int) *slacktest.Fault {
			if (method == "chat.startStream" || method == "chat.stopStream") && n == 1 {
				return &slacktest.Fault{Status: http.StatusTooManyRequests, RetryAfter: 30}
			}
			return nil
		})
	}).runWith(clock)
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
	if len(messages) != 1 || messages[0].Streaming || len(secrets(messages[0].Shown())) != 4 {
		t.Errorf("%s", h.transcript())
	}
	long := slices.DeleteFunc(slices.Clone(clock.slept), func(d time.Duration) bool { return d < 29*time.Second })
	if len(long) != 2 {
		t.Errorf("waited %v, want twice 30 s", clock.slept)
	}
}

func TestAnAnswerIsWholeWhateverHappensToItsPieces(t *testing.T) {
	lost := func(status int, after bool) *slacktest.Fault { return &slacktest.Fault{Status: status, After: after} }
	for name, says := range map[string]func(method string, n int) *slacktest.Fault{
		"APieceIsLost": func(m string, n int) *slacktest.Fault {
			if m == "chat.appendStream" && n == 1 {
				return lost(500, false)
			}
			return nil
		},
		"APieceArrivesAndIsNotConfirmed": func(m string, n int) *slacktest.Fault {
			if m == "chat.appendStream" && n == 1 {
				return lost(500, true)
			}
			return nil
		},
		"TheEndArrivesAndIsNotConfirmed": func(m string, n int) *slacktest.Fault {
			if m == "chat.stopStream" && n == 1 {
				return lost(502, true)
			}
			return nil
		},
		"SlackEndsTheStream": func(m string, _ int) *slacktest.Fault {
			if m == "chat.stopStream" || m == "chat.appendStream" {
				return &slacktest.Fault{Error: "message_not_in_streaming_state", After: true}
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			clock := new(noSleep)
			h := newHouse(t, func(h *house) { h.config.Now, h.space.Fail = clock.now, failing(says) }).runWith(clock)
			_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
			if len(messages) != 1 {
				t.Fatalf("%d messages:\n%s", len(messages), h.transcript())
			}
			got := messages[0].Shown()
			for _, once := range []string{"open-to-all", "secret-of-hr", "secret-confidential", "secret-from-finance", "*Sources*"} {
				if strings.Count(got, once) != 1 {
					t.Errorf("%d times %s in\n%s", strings.Count(got, once), once, got)
				}
			}
		})
	}
}

func TestALongAnswerIsWhole(t *testing.T) {
	for _, streams := range []bool{true, false} {
		h := newHouse(t, func(h *house) {
			h.model.says = func(passages string) string { return strings.Repeat("Leave is 25 days. ", 300) + passages }
			h.space.Fail = failing(func(method string, _ int) *slacktest.Fault {
				if method == "chat.startStream" && !streams {
					return &slacktest.Fault{Error: "unknown_method"}
				}
				return nil
			})
		}).run()
		_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
		if len(messages) != 1 || strings.Count(strings.ReplaceAll(messages[0].Shown(), "\n", ""), "Leave is 25 days.") != 300 || len(secrets(messages[0].Shown())) != 4 {
			t.Errorf("the answer is not whole:\n%s", h.transcript())
		}
	}
}

func TestWhatMayBeLeftOutStaysWithinSlacksLimits(t *testing.T) {
	now := time.Now()
	c := newCalls(nil, func() time.Time { return now })
	taken := 0
	for range 600 { // ten a second for a minute
		if took, err := c.try(t.Context(), appendStream, func(context.Context) error { return nil }); took && err == nil {
			taken++
		}
		now = now.Add(time.Second / 10)
	}
	if taken < 60 || taken > 100 { // Slack's own limit is 100 a minute
		t.Errorf("%d calls in a minute", taken)
	}
	c.hold(appendStream, 30*time.Second)
	if took, _ := c.try(t.Context(), appendStream, func(context.Context) error { return nil }); took {
		t.Error("a call was made that Slack has asked to wait for")
	}
}

func TestMembersWhoChangeWhileTheyAreReadAreReadAgain(t *testing.T) {
	h := newHouse(t)
	h.space.Fail = failing(func(method string, n int) *slacktest.Fault {
		if method == "conversations.members" && n == 1 {
			h.bot.channels.forget("C1") // the event of somebody who joins arrives at this moment
		}
		return nil
	})
	h.space.AddChannel("C1", "room", "U0HANNA", "U0SVEN")
	h.run()
	h.ask("U0HANNA", "C1", aboutLeave)
	reads := 0
	for _, c := range h.space.Calls() {
		if c.Method == "conversations.members" {
			reads++
		}
	}
	if reads != 2 {
		t.Errorf("the members were read %d times, want 2", reads)
	}
}

func TestWhatComesTwiceIsAnsweredOnce(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0HANNA")
	_, d := h.space.Say("U0HANNA", direct, "", aboutLeave)
	h.space.Redeliver(d)
	h.ended(1)
	h.space.Redeliver(d)
	h.space.Command("U0HANNA", direct, aboutLeave)
	h.await("the acknowledgements", func() bool { return h.space.Pending() == 0 })
	h.ended(2)
	if tally := h.bot.Tally(); tally.Asked != 2 || tally.Repeated != 2 {
		t.Errorf("%+v", tally)
	}
}

func TestAConnectionThatIsReplacedLosesNothing(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0HANNA")
	for i := range 3 {
		h.space.Disconnect()
		h.space.Say("U0HANNA", direct, "", fmt.Sprintf("Question %d about leave?", i))
		h.ended(i + 1)
	}
	if n := h.space.Connections(); n < 4 {
		t.Errorf("%d connections", n)
	}
	if tally := h.bot.Tally(); tally.Answered != 3 {
		t.Errorf("%+v", tally)
	}
}

func TestQuestionsOfAThreadAreAnsweredInTheirOrder(t *testing.T) {
	goOn := make(chan struct{})
	h := newHouse(t, func(h *house) {
		h.model.before = func(ctx context.Context, sentence int) error {
			if sentence == 0 {
				select {
				case <-goOn:
				case <-ctx.Done():
				}
			}
			return ctx.Err()
		}
	}).run()
	direct := h.space.Direct("U0HANNA")
	at, _ := h.space.Say("U0HANNA", direct, "", "First question about leave?")
	h.await("the first question", func() bool { return h.model.count() == 1 })
	// They arrive in the other order.
	for _, q := range []struct{ time, text string }{{"1800000003.1", "Third about leave?"}, {"1800000002.1", "Second about leave?"}} {
		h.space.Send("message", map[string]any{
			"user": "U0HANNA", "channel": direct, "channel_type": "im", "ts": q.time, "thread_ts": at, "text": q.text,
		})
	}
	h.await("three questions", func() bool { return h.bot.waiting(direct+"/"+at) == 2 })
	close(goOn)
	h.ended(3)
	last := h.model.last()
	first, second, third := strings.Index(last, "First question"), strings.Index(last, "Second about"), strings.LastIndex(last, "Third about")
	if first < 0 || second < first || third < second {
		t.Errorf("the last prompt has the questions at %d, %d, %d:\n%s", first, second, third, last)
	}
}

func TestP6_EveryQuestionGetsAReason(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		change func(*house)
		words  phrase
		count  Tally
	}{
		{"NoWords", "<@U0BUREAU>", nil, failureOf(chat.ErrEmptyQuestion), Tally{Asked: 1, Refused: 1}},
		{"TooManyWords", strings.Repeat("leave ", 500), nil, failureOf(chat.ErrQuestionTooLong), Tally{Asked: 1, Refused: 1}},
		{"TheSearchIsAway", aboutLeave, func(h *house) { h.library.fails.Store(&retrieval.ErrUnavailable) },
			failureOf(retrieval.ErrUnavailable), Tally{Asked: 1, Failed: 1}},
		{"AFaultOfOurs", aboutLeave, func(h *house) { e := errors.New("secret of ours"); h.library.fails.Store(&e) }, ours.words, Tally{Asked: 1, Failed: 1}},
		{"ItTakesTooLong", aboutLeave, func(h *house) {
			h.config.Patience = time.Millisecond
			h.model.before = func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }
		}, failureOf(errTooSlow), Tally{Asked: 1, Failed: 1}},
		{"WePanic", aboutLeave, func(h *house) { h.config.People = panicking{h.rights} }, ours.words, Tally{Asked: 1, Failed: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t)
			if test.change != nil {
				test.change(h)
			}
			h.run()
			_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), test.text)
			if got := shown(messages); got != test.words.en {
				t.Errorf("the asker is told %q, want %q", got, test.words.en)
			}
			if got := h.bot.Tally(); got != test.count {
				t.Errorf("%+v, want %+v", got, test.count)
			}
		})
	}
}

// panicking people are not to be asked what they read.
type panicking struct{ *rights }

func (panicking) ByEmail(string) (p accessPerson, ok bool) { panic("a fault of ours") }

func TestP6_WhatACrashInterruptedIsTold(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "room", "U0HANNA", "U0FENG")
	direct := h.space.Direct("U0FENG")
	// What a bot that was killed has left.
	for id, place := range map[string]string{
		"one": `{"User":"U0FENG","Team":"T0HOME","Channel":"` + direct + `","Thread":"1.1","InThread":true}`,
		"two": `{"User":"U0HANNA","Team":"T0HOME","Channel":"C1","Thread":"","Setting":2}`,
	} {
		if err := h.config.Journal.Taken(t.Context(), id, []byte(place)); err != nil {
			t.Fatal(err)
		}
	}
	h.run()
	h.ended(2)
	if got := shown(h.in(direct, "1.1")); got != restarting.hans {
		t.Errorf("Feng is told %q", got)
	}
	if got := h.whispered("U0HANNA"); got != restarting.en {
		t.Errorf("Hanna is told %q", got)
	}
	if tally := h.bot.Tally(); tally != (Tally{Asked: 2, Failed: 2}) {
		t.Errorf("%+v", tally)
	}
	h.ask("U0HANNA", h.space.Direct("U0HANNA"), aboutLeave)
	h.await("an empty journal", func() bool { left, err := h.config.Journal.Left(t.Context()); return err == nil && len(left) == 0 })
}

func TestAQuestionIsInTheJournalWhileItIsAnswered(t *testing.T) {
	h := newHouse(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	h.model.before = func(_ context.Context, sentence int) error {
		if sentence == 0 {
			close(begun)
			<-goOn
		}
		return nil
	}
	h.run()
	direct := h.space.Direct("U0HANNA")
	at, _ := h.space.Say("U0HANNA", direct, "", aboutLeave)
	<-begun
	left, err := h.config.Journal.Left(t.Context())
	close(goOn)
	place := string(left["slack:"+slacktest.Team+":"+direct+":"+at])
	if err != nil || len(left) != 1 || !strings.Contains(place, at) || strings.Contains(place, "leave") {
		t.Errorf("%v, %v", left, err)
	}
	h.ended(1)
}

func TestNothingInTheDocumentsIsARefusalWithWhomToAsk(t *testing.T) {
	h := newHouse(t).run()
	_, messages := h.ask("U0HANNA", h.space.Direct("U0HANNA"), "Quantum chromodynamics?")
	got := shown(messages)
	if !strings.Contains(got, "I found no answer") || !strings.Contains(got, "*You could ask* Human Resources hr@larkfield.example") || !strings.Contains(got, "*Closest*") {
		t.Errorf("%s", got)
	}
	if tally := h.bot.Tally(); tally != (Tally{Asked: 1, Refused: 1}) {
		t.Errorf("%+v", tally)
	}
}

func TestFeedbackIsKeptWithTheAnswer(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0HANNA")
	_, messages := h.ask("U0HANNA", direct, aboutLeave)
	value := find(messages, actFeedback).Value(actFeedback)
	h.press("U0FENG", direct, actFeedback, value)
	h.press("U0HANNA", direct, actFeedback, value)
	h.await("thanks", func() bool { return strings.Contains(h.whispered("U0HANNA"), thanks.en) })
	kept := h.judged()
	if len(kept) != 1 || kept[0].Person != "hanna" || kept[0].Question != aboutLeave || kept[0].Feedback.Vote != "up" {
		t.Errorf("%+v", kept)
	}
}

// TestSoak lets 10,000 deliveries come with duplicates, in disorder, with calls
// that fail and connections that end: every question ends in one way.
func TestSoak(t *testing.T) {
	questions := 5000
	if raceEnabled || testing.Short() {
		questions = 300
	}
	clock := new(noSleep)
	var faults atomic.Int64
	h := newHouse(t, func(h *house) {
		h.config.Now = clock.now
		h.desk.Queue, h.desk.PerPerson = chat.NewQueue(8, 10_000), 10_000
		h.space.Fail = func(method string, values map[string]string) *slacktest.Fault {
			n := faults.Add(1)
			sum := fnv.New32a()
			fmt.Fprint(sum, method, n)
			switch k := sum.Sum32() % 100; {
			case method == "auth.test" || method == "apps.connections.open":
				return nil
			case k < 3:
				return &slacktest.Fault{Status: http.StatusTooManyRequests, RetryAfter: int(k)}
			case k < 5:
				return &slacktest.Fault{Status: http.StatusBadGateway}
			case k < 6 && method != "chat.startStream" && method != "chat.postMessage":
				return &slacktest.Fault{Status: http.StatusInternalServerError, After: true}
			}
			return nil
		}
	})
	everybody := []string{"U0HANNA", "U0RITA", "U0FENG", "U0NOOR", "U0SVEN", "U0NOBODY", "U0GUEST", "U0OTHER"}
	h.space.AddChannel("C1", "mixed", everybody[:5]...)
	h.space.AddChannel("C2", "guests", everybody...)
	h.runWith(clock)
	channels := []string{"C1", "C2", ""}
	var sent []string // time of each question, with its channel
	for i := range questions {
		user, channel := everybody[i%len(everybody)], channels[i%len(channels)]
		if channel == "" {
			channel = h.space.Direct(user)
		}
		at, d := h.space.Say(user, channel, "", fmt.Sprintf("Question %d about leave?", i))
		sent = append(sent, channel+"/"+at)
		h.space.Redeliver(d)
		if i%500 == 250 {
			h.space.Disconnect()
		}
		if i%97 == 0 {
			h.space.Leave("C1", "U0NOOR")
			h.space.Join("C1", "U0NOOR")
		}
		if i%64 == 0 { // about as many at a time as a company of 5,000 asks
			h.await("room", func() bool { return h.space.Pending() < 64 && h.bot.Tally().Running() < 64 })
		}
	}
	h.space.Disconnect() // what was not acknowledged comes once more
	h.ended(questions)
	h.await("the acknowledgements", func() bool { return h.space.Pending() == 0 })
	tally := h.bot.Tally()
	if tally.Asked != questions || tally.Answered+tally.Refused+tally.Failed != questions || tally.Undelivered > 0 {
		t.Errorf("%+v", tally)
	}
	if tally.Answered < questions/3 || tally.Refused == 0 {
		t.Errorf("the soak does not soak: %+v", tally)
	}
	h.checkReplies(sent)
	t.Logf("%+v after %d calls", tally, faults.Load())
}

// checkReplies holds that each question has one reply to read, and no message is
// left half.
func (h *house) checkReplies(sent []string) {
	h.t.Helper()
	replies := map[string]int{}
	private := 0
	for _, m := range h.space.Messages() {
		if m.Streaming || m.Shown() == oneMomentHere.en || m.Shown() == "" {
			h.t.Errorf("a message is left half: %+v", m)
		}
		switch {
		case m.For == "" && m.Thread == "": // told directly, since the asker is not in the channel
			private++
		case m.For == "":
			replies[m.Channel+"/"+m.Thread]++
		case !strings.Contains(m.Shown(), readMore.en):
			private++
		}
	}
	unanswered := 0
	for _, q := range sent {
		if replies[q] > 1 {
			h.t.Errorf("question %s has %d replies", q, replies[q])
		}
		if replies[q] == 0 {
			unanswered++
		}
	}
	if unanswered > private {
		h.t.Errorf("%d questions without a reply in their thread, %d private ones", unanswered, private)
	}
}
