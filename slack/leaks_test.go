package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bureau/access"
	"bureau/slack/slacktest"
)

const aboutLeave = "How many days of leave are there?"

func TestL09_OnlyAVerifiedAccountIsSomebody(t *testing.T) {
	h := newHouse(t).run()
	for _, test := range []struct {
		user, reads string
		words       phrase
	}{
		{"U0HANNA", "secret-of-hr secret-confidential secret-from-finance open-to-all", phrase{}},
		{"U0SVEN", "secret-of-hr secret-from-finance open-to-all", phrase{}},
		{"U0FENG", "secret-of-finance open-to-all", phrase{}},
		{"U0NOBODY", "", failureOf(errUnknown)}, // Hanna's display name
		{"U0FALSE", "", failureOf(errUnknown)},  // Feng's address, not verified
		{"U0SECOND", "", failureOf(errUnknown)}, // Sven's address, and the policy names his account
		{"U0GUEST", "", failureOf(errGuest)},
		{"U0OTHER", "", failureOf(errOutside)},
		{"U0LEFT", "", failureOf(errLeft)},
		{"U0ROBOT", "", failureOf(errBot)},
		{"U0GONE", "", nothingToRead},
	} {
		t.Run(test.user, func(t *testing.T) {
			h.t = t
			_, messages := h.ask(test.user, h.space.Direct(test.user), aboutLeave)
			got := shown(messages)
			if reads := strings.Join(secrets(got), " "); reads != test.reads {
				t.Errorf("reads %q, want %q", reads, test.reads)
			}
			if test.words.en != "" && got != test.words.en {
				t.Errorf("is told %q, want %q", got, test.words.en)
			}
		})
	}
}

// failureOf returns the words for an error.
func failureOf(err error) phrase {
	f, _ := explain(err)
	return f.words
}

func TestL09_WhomTheConfigurationLetsInReadsWhatEverybodyReads(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.Public = []Kind{Unknown, Guest, Connect, Robot} }).run()
	for _, user := range []string{"U0NOBODY", "U0FALSE", "U0GUEST", "U0OTHER", "U0ROBOT"} {
		_, messages := h.ask(user, h.space.Direct(user), aboutLeave)
		if got := secrets(shown(messages)); !slices.Equal(got, []string{"open-to-all"}) {
			t.Errorf("%s reads %v", user, got)
		}
	}
	if _, messages := h.ask("U0LEFT", h.space.Direct("U0LEFT"), aboutLeave); len(secrets(shown(messages))) > 0 {
		t.Errorf("a deactivated account reads %s", shown(messages))
	}
}

func TestL09_AChannelReadsWhatAllOfItsMembersRead(t *testing.T) {
	for _, test := range []struct {
		name    string
		members string
		shared  bool
		reads   string
	}{
		{"OneDepartment", "U0HANNA U0SVEN", false, "secret-of-hr secret-from-finance open-to-all"},
		{"ADepartmentAndOneBelow", "U0HANNA U0RITA", false, "secret-of-hr secret-from-finance open-to-all"},
		{"TwoDepartments", "U0HANNA U0FENG", false, "open-to-all"},
		{"SomebodyWithoutADepartment", "U0HANNA U0NOOR", false, "secret-from-finance open-to-all"},
		{"SomebodyUnknown", "U0HANNA U0NOBODY", false, ""},
		{"AGuest", "U0HANNA U0GUEST", false, ""},
		{"SomebodyOfAnotherCompany", "U0HANNA U0OTHER", false, ""},
		{"SharedWithAnotherCompany", "U0HANNA", true, ""},
		{"SomebodyDeactivated", "U0HANNA U0LEFT", false, ""},
		{"SomebodyWhoHasLeftTheCompany", "U0HANNA U0GONE", false, ""},
		{"ABot", "U0HANNA U0ROBOT", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t)
			h.space.AddChannel("C1", "room", strings.Fields(test.members)...)
			if test.shared {
				h.space.Share("C1")
			}
			h.run()
			h.ask("U0HANNA", "C1", aboutLeave)
			if got := strings.Join(secrets(h.open("C1")), " "); got != test.reads {
				t.Errorf("the channel was sent %q, want %q\n%s", got, test.reads, h.transcript())
			}
		})
	}
}

func TestAnAskerWhoIsNotListedInTheChannelIsOneOfItsReaders(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "room", "U0HANNA", "U0SVEN")
	h.run()
	h.ask("U0FENG", "C1", aboutLeave)
	if got := secrets(h.open("C1")); !slices.Equal(got, []string{"open-to-all"}) {
		t.Errorf("the channel was sent %v", got)
	}
}

func TestTrustedAppsAreNoReaders(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.TrustedApps = []string{"U0ROBOT"} })
	h.space.AddChannel("C1", "room", "U0HANNA", "U0ROBOT")
	h.run()
	h.ask("U0HANNA", "C1", aboutLeave)
	if got := secrets(h.open("C1")); len(got) != 4 {
		t.Errorf("the channel was sent %v", got)
	}
}

func TestAChannelOfADepartmentIsNarrowedAndNeverWidened(t *testing.T) {
	h := newHouse(t, func(h *house) {
		h.config.Channels = map[string][]access.Department{"C1": {"hr"}, "C2": {"finance", access.Everyone}}
	})
	h.space.AddChannel("C1", "hr-room", "U0HANNA", "U0SVEN")
	h.space.AddChannel("C2", "money-room", "U0HANNA", "U0SVEN")
	h.run()
	for channel, want := range map[string][]string{"C1": {"secret-of-hr"}, "C2": {"secret-from-finance", "open-to-all"}} {
		h.ask("U0HANNA", channel, aboutLeave)
		if got := secrets(h.open(channel)); !slices.Equal(got, want) {
			t.Errorf("%s was sent %v, want %v", channel, got, want)
		}
	}
}

func TestAVeryLargeChannelReadsWhatEverybodyReads(t *testing.T) {
	h := newHouse(t, func(h *house) { h.config.MaxMembers = 1 })
	h.space.AddChannel("C1", "large", "U0HANNA", "U0SVEN")
	h.space.AddChannel("C2", "large with a guest", "U0HANNA", "U0GUEST")
	h.run()
	for channel, want := range map[string][]string{"C1": {"open-to-all"}, "C2": nil} {
		h.ask("U0HANNA", channel, aboutLeave)
		if got := secrets(h.open(channel)); !slices.Equal(got, want) {
			t.Errorf("%s was sent %v, want %v", channel, got, want)
		}
	}
}

func TestL18_AThreadIsOfItsChannelAndItsAsker(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "one", "U0HANNA", "U0SVEN")
	h.space.AddChannel("C2", "two", "U0HANNA", "U0SVEN")
	h.run()
	thread, _ := h.ask("U0HANNA", "C1", "What is the leave budget-of-hanna?")
	follow := func(user, channel, text string) string {
		t.Helper()
		before := h.bot.Tally().Asked
		h.space.Say(user, channel, thread, text)
		h.ended(before + 1)
		h.model.mu.Lock()
		defer h.model.mu.Unlock()
		return h.model.given[len(h.model.given)-1]
	}
	if prompt := follow("U0HANNA", "C1", "And of leave in the audit?"); !strings.Contains(prompt, "budget-of-hanna") {
		t.Errorf("a question in a thread does not know the one before it:\n%s", prompt)
	}
	for _, other := range []struct{ name, user, channel string }{
		{"another asker", "U0SVEN", "C1"}, {"another channel with a thread of the same time", "U0HANNA", "C2"},
		{"a direct message with a thread of the same time", "U0HANNA", h.space.Direct("U0HANNA")},
	} {
		if prompt := follow(other.user, other.channel, "And of leave abroad?"); strings.Contains(prompt, "budget-of-hanna") {
			t.Errorf("%s knows the conversation:\n%s", other.name, prompt)
		}
	}
}

func TestL18_AnEventOfAnotherWorkspaceIsNotTaken(t *testing.T) {
	h := newHouse(t).run()
	direct := h.space.Direct("U0HANNA")
	h.space.SendAs("T0OTHER", "message", map[string]any{
		"user": "U0HANNA", "channel": direct, "channel_type": "im", "ts": "1.000001", "text": aboutLeave,
	})
	h.ask("U0HANNA", direct, aboutLeave)
	if tally := h.bot.Tally(); tally.Asked != 1 {
		t.Errorf("%+v", tally)
	}
}

func TestL22_L36_PublishingHoldsEverySourceAgainstTheChannel(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "mixed", "U0HANNA", "U0NOOR")
	h.run()
	thread, messages := h.ask("U0HANNA", "C1", aboutLeave)
	offer := find(messages, actPrivately)
	if offer.For != "U0HANNA" {
		t.Fatalf("the private answer is offered to %q:\n%s", offer.For, h.transcript())
	}
	// Noor cannot have it by the id of the button.
	h.press("U0NOOR", "C1", actPrivately, offer.Value(actPrivately))
	h.await("a refusal", func() bool { return strings.Contains(h.whispered("U0NOOR"), forgotten.en) })
	h.press("U0HANNA", "C1", actPrivately, offer.Value(actPrivately))
	h.ended(2)
	private := find(h.in("C1", thread), actPublish)
	if private.For != "U0HANNA" || len(secrets(private.Shown())) != 4 {
		t.Fatalf("the private answer is for %q:\n%s", private.For, private.Shown())
	}
	if got := secrets(h.open("C1")); !slices.Equal(got, []string{"secret-from-finance", "open-to-all"}) {
		t.Fatalf("before publishing the channel was sent %v", got)
	}
	h.press("U0NOOR", "C1", actPublish, private.Value(actPublish))
	h.press("U0HANNA", "C-other", actPublish, private.Value(actPublish)) // where it goes is what was kept
	h.ended(3)
	if got := secrets(h.open("C1")); !slices.Equal(got, []string{"secret-from-finance", "open-to-all"}) {
		t.Errorf("after publishing the channel was sent %v", got)
	}
	told := h.whispered("U0HANNA")
	if !strings.Contains(told, removed.en) || !strings.Contains(told, "• Leave policy") || !strings.Contains(told, "• Pay bands") || strings.Contains(told, "• Travel policy") {
		t.Errorf("the asker is told\n%s", told)
	}
	if strings.Contains(h.whispered("U0NOOR"), "secret-of-hr") || strings.Contains(h.whispered("U0NOOR"), "Pay bands") {
		t.Errorf("another member is told %s", h.whispered("U0NOOR"))
	}
}

func TestL21_APrivateAnswerIsPublishedAsItIsWhereAllMayReadIt(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "hr", "U0HANNA")
	h.run()
	h.space.Command("U0HANNA", "C1", aboutLeave)
	h.ended(1)
	private := find(h.space.Messages(), actPublish)
	if private.For != "U0HANNA" || h.open("C1") != "" {
		t.Fatalf("the answer to a command is for %q, and others see %q", private.For, h.open("C1"))
	}
	h.press("U0HANNA", "C1", actPublish, private.Value(actPublish))
	h.await("the answer in the channel", func() bool { return len(secrets(h.open("C1"))) == 4 })
	public := slices.DeleteFunc(h.space.Messages(), func(m slacktest.Message) bool { return m.For != "" })
	if len(public) != 2 || public[0].Shown() != "<@U0HANNA> asked: "+aboutLeave || public[1].Thread != public[0].Time || h.bot.Tally().Asked != 1 {
		t.Errorf("%+v, the channel was sent\n%+v", h.bot.Tally(), public)
	}
}

func TestL22_ARightThatIsGoneIsNotPublished(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "hr", "U0HANNA")
	h.run()
	h.space.Command("U0HANNA", "C1", aboutLeave)
	h.ended(1)
	private := find(h.space.Messages(), actPublish)
	h.rights.set(t, strings.Replace(company, "name: Hanna, departments: [hr]", "name: Hanna, departments: []", 1))
	h.press("U0HANNA", "C1", actPublish, private.Value(actPublish))
	h.await("a reason", func() bool { return strings.Contains(h.whispered("U0HANNA"), failureOf(chatRevoked).en) })
	if h.open("C1") != "" {
		t.Errorf("the channel was sent %s", h.open("C1"))
	}
}

func TestP8_L29_ADocumentSteersNothingInSlack(t *testing.T) {
	const hostile = "Leave: <!here> <!channel> <@U0FENG> <#C1> @channel see https://evil.example/?q=41 or [here](https://evil.example/a) " +
		"or ![x](http://evil.example/p.png) or www.evil.example or evil.example/x or <https://evil.example|ok> or mailto:a@evil.example. "
	for _, streams := range []bool{true, false} {
		t.Run(fmt.Sprintf("Streams=%t", streams), func(t *testing.T) {
			h := newHouse(t, func(h *house) {
				h.library.books = []book{{"d-bad", "Leave <!here> | https://evil.example/t", hostile, access.Readers{Departments: []access.Department{access.Everyone}}}}
				h.model.says = func(string) string { return hostile + hostile }
				h.space.Fail = func(method string, _ map[string]string) *slacktest.Fault {
					if !streams && method == "chat.startStream" {
						return &slacktest.Fault{Error: "unknown_method"}
					}
					return nil
				}
			})
			h.space.AddChannel("C1", "room", "U0HANNA", "U0FENG")
			h.run()
			h.ask("U0HANNA", "C1", aboutLeave)
			h.space.Command("U0HANNA", "C1", aboutLeave)
			h.ended(2)
			for _, c := range h.space.Calls() {
				if !strings.HasPrefix(c.Method, "chat.") {
					continue
				}
				if c.Values["unfurl_links"] != "false" || c.Values["unfurl_media"] != "false" {
					t.Errorf("%s lets Slack look links up: %v", c.Method, c.Values)
				}
				sent := c.Values["text"] + c.Values["markdown_text"] + c.Values["blocks"]
				for _, bad := range []string{
					"<!", "<@", "<#", "@channel", "://evil", "www.evil", "](http", "evil.example/", "<https://evil", "mailto:a", "\\u003c!", "\\u003c@", "\\u003chttps://evil",
				} {
					if strings.Contains(sent, bad) {
						t.Errorf("%s sends %q in\n%s", c.Method, bad, sent)
					}
				}
			}
		})
	}
}

// TestP1_NothingOutsideTheIntersectionReachesAChannel holds for any members and
// any documents: whatever a channel is sent, each member reads.
func TestP1_NothingOutsideTheIntersectionReachesAChannel(t *testing.T) {
	h := newHouse(t)
	h.space.AddChannel("C1", "room")
	h.run()
	var ids []string
	for _, u := range accounts {
		ids = append(ids, u.ID)
	}
	departments := []access.Department{access.Everyone, "hr", "recruiting", "finance"}
	rapid.Check(t, func(rt *rapid.T) {
		pick := rapid.SliceOfN(rapid.SampledFrom(departments), 0, 2)
		h.library.mu.Lock()
		h.library.books = nil
		for i := range rapid.IntRange(1, 6).Draw(rt, "documents") {
			h.library.books = append(h.library.books, book{fmt.Sprintf("d%d", i), fmt.Sprintf("Title %d-of", i), fmt.Sprintf("Leave is word-%d-of.", i), access.Readers{
				Departments: pick.Draw(rt, "readers"), Deny: pick.Draw(rt, "deny"),
				Clearance: rapid.SampledFrom([]access.Clearance{"", "confidential"}).Draw(rt, "clearance"),
			}.Canonical()})
		}
		books := slices.Clone(h.library.books)
		h.library.mu.Unlock()
		h.model.set(func(string) string { return wordsOf(h.model) })
		members := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, 4, rapid.ID[string]).Draw(rt, "members")
		for _, m := range h.space.Members("C1") {
			if m != slacktest.Bot {
				h.space.Leave("C1", m)
			}
		}
		for _, m := range members {
			h.space.Join("C1", m)
		}
		h.await("the events", func() bool { return h.space.Pending() == 0 })
		before := len(h.open("C1"))
		h.ask(members[0], "C1", aboutLeave)
		sent := h.open("C1")[before:]
		for i, b := range books {
			if !strings.Contains(sent, fmt.Sprintf("%d-of", i)) {
				continue
			}
			for _, m := range members {
				if !h.reads(m, b.readers) {
					rt.Fatalf("%v were sent document %d of %s, which %s does not read:\n%s", members, i, b.readers, m, sent)
				}
			}
		}
	})
}

// reads reports by the policy alone whether an account reads a document.
func (h *house) reads(user string, r access.Readers) bool {
	person := map[string]string{"U0HANNA": "hanna", "U0RITA": "rita", "U0FENG": "feng", "U0NOOR": "noor", "U0SVEN": "sven"}[user]
	scope, err := h.rights.policy.Load().Scope(person, h.bot.config.Now())
	return err == nil && scope.Allows(r)
}

// wordsOf returns the sentences of the passages that a model was given last.
func wordsOf(model *echo) string {
	prompt := model.last()
	var found []string
	for i := range 6 {
		if s := fmt.Sprintf("Leave is word-%d-of.", i); strings.Contains(prompt, s) {
			found = append(found, s)
		}
	}
	return strings.Join(found, " ")
}

// find returns the last message with a button of an action.
func find(messages []slacktest.Message, action string) slacktest.Message {
	for _, m := range slices.Backward(messages) {
		if m.Value(action) != "" {
			return m
		}
	}
	return slacktest.Message{}
}

// press lets somebody press a button.
func (h *house) press(user, channel, action, value string) {
	h.space.Press(user, channel, action, value)
}

// whispered returns what one account alone was shown.
func (h *house) whispered(user string) string {
	return shown(slices.DeleteFunc(h.space.Messages(), func(m slacktest.Message) bool { return m.For != user && m.Channel != "D"+user }))
}

func TestP3_SomebodyWhoJoinsNarrowsTheAnswerThatIsBeingWritten(t *testing.T) {
	joined, goOn := make(chan struct{}), make(chan struct{})
	h := newHouse(t, func(h *house) {
		h.model.before = func(ctx context.Context, sentence int) error {
			if sentence == 2 {
				close(joined)
				select {
				case <-goOn:
				case <-ctx.Done():
				}
			}
			return ctx.Err()
		}
	})
	t.Cleanup(func() { close(goOn) })
	h.space.AddChannel("C1", "hr", "U0HANNA", "U0SVEN")
	h.run()
	thread, _ := h.space.Say("U0HANNA", "C1", "", aboutLeave)
	<-joined
	h.await("the beginning of the answer", func() bool { return strings.Contains(h.open("C1"), "open-to-all") })
	h.space.Join("C1", "U0FENG")
	h.ended(1) // while the model is silent
	words := failureOf(chatRevoked).en
	if got := shown(h.in("C1", thread)); got != words {
		t.Errorf("the thread shows\n%s\nwant %q", got, words)
	}
	if tally := h.bot.Tally(); tally.Failed != 1 {
		t.Errorf("%+v", tally)
	}
	h.model.set(nil)
	_, next := h.ask("U0HANNA", "C1", aboutLeave)
	if got := secrets(shown(next)); !slices.Equal(got, []string{"open-to-all"}) {
		t.Errorf("the next answer has %v", got)
	}
}

func TestP3_ARightThatIsTakenAwayEndsADirectAnswer(t *testing.T) {
	begun := make(chan struct{})
	h := newHouse(t, func(h *house) {
		h.model.before = func(ctx context.Context, sentence int) error {
			if sentence == 1 {
				close(begun)
				<-ctx.Done()
			}
			return ctx.Err()
		}
	}).run()
	direct := h.space.Direct("U0HANNA")
	thread, _ := h.space.Say("U0HANNA", direct, "", aboutLeave)
	<-begun
	h.rights.set(t, strings.Replace(company, "name: Hanna, departments: [hr]", "name: Hanna, departments: []", 1))
	h.ended(1)
	if got := shown(h.in(direct, thread)); got != failureOf(chatRevoked).en {
		t.Errorf("the thread shows\n%s", got)
	}
}
