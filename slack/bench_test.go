package slack

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bureau/slack/slacktest"
)

// BenchmarkAcknowledge sends 50 events a second while as many answers are
// written, and reports how long they take to be acknowledged and to be shown as
// being worked on.
func BenchmarkAcknowledge(b *testing.B) {
	h := newHouse(b, func(h *house) { h.desk.PerPerson = 1000 }).run()
	users := []string{"U0HANNA", "U0RITA", "U0FENG", "U0NOOR", "U0SVEN"}
	var sent []*slacktest.Delivery
	tick := time.NewTicker(time.Second / 50)
	defer tick.Stop()
	for i := 0; b.Loop(); i++ {
		<-tick.C
		user := users[i%len(users)]
		_, d := h.space.Say(user, h.space.Direct(user), "", fmt.Sprintf("Question %d about leave?", i))
		sent = append(sent, d)
	}
	h.ended(len(sent))
	var times []time.Duration
	for _, d := range sent {
		h.await("an acknowledgement", func() bool { _, ok := h.space.Time(d); return ok })
		took, _ := h.space.Time(d)
		times = append(times, took)
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "ms-p50")
}

// BenchmarkFirstStatus is how long somebody waits for the first sign of life.
func BenchmarkFirstStatus(b *testing.B) {
	h := newHouse(b).run()
	h.bot.calls.room = nil
	direct := h.space.Direct("U0HANNA")
	for i := 0; b.Loop(); i++ {
		before := len(h.space.Statuses())
		h.space.Say("U0HANNA", direct, "", aboutLeave)
		if !h.space.Await(patience, func() bool { return len(h.space.Statuses()) > before }) {
			b.Fatal("no status")
		}
		b.StopTimer()
		h.ended(i + 1)
		b.StartTimer()
	}
}

// large is a channel of 1,000 people, in a workspace of 3,000.
func large(b *testing.B, change ...func(*house)) *house {
	h := newHouse(b, change...)
	var policy strings.Builder
	policy.WriteString("departments:\n")
	for i := range 40 {
		fmt.Fprintf(&policy, "  - {id: d%d}\n", i)
	}
	policy.WriteString("people:\n")
	var members []string
	for i := range 3000 {
		fmt.Fprintf(&policy, "  - {id: p%d, departments: [d%d], email: p%d@example.com}\n", i, i%40, i)
		id := fmt.Sprintf("U%05d", i)
		h.space.AddUser(slacktest.User{ID: id, Email: fmt.Sprintf("p%d@example.com", i)})
		if i < 1000 {
			members = append(members, id)
		}
	}
	h.rights.set(b, policy.String())
	h.space.AddChannel("C1", "large", members...)
	return h.run()
}

// BenchmarkAudienceKnown is the audience of 1,000 members that were read before.
func BenchmarkAudienceKnown(b *testing.B) {
	h := large(b)
	ctx := context.Background()
	for b.Loop() {
		if scope, err := h.bot.audience(ctx, "C1", "U00000"); err != nil || len(scope.Departments()) != 1 {
			b.Fatal(scope, err)
		}
	}
}

// BenchmarkAudienceCold is the audience of 1,000 members of whom nothing is
// known, with calls that take as long as Slack's and are as many as Slack allows.
func BenchmarkAudienceCold(b *testing.B) {
	calls := 0
	h := large(b, func(h *house) {
		h.space.Fail = func(string, map[string]string) *slacktest.Fault {
			calls++
			time.Sleep(150 * time.Millisecond)
			return nil
		}
	})
	for b.Loop() {
		h.bot.people.forgetAll()
		h.bot.channels.forgetAll()
		calls = 0
		if _, err := h.bot.audience(context.Background(), "C1", "U00000"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(calls), "calls")
	if calls > 20 { // users.list may be called 20 times a minute
		b.Errorf("%d calls; %d is %s", calls, http.StatusTooManyRequests, http.StatusText(http.StatusTooManyRequests))
	}
}
