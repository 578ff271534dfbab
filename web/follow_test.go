package web

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
)

// A shown is what a client has made of the frames of one answer, as
// docs/protocol.md says.
type shown struct {
	Answer    string
	Seq       float64 // highest
	Sources   any
	Refusal   any
	Blocks    []string
	Text      string
	Citations map[float64]any
	End       map[string]any // the last frame; nil until it has come
}

// take adds a frame.
func (s *shown) take(t *testing.T, f map[string]any) {
	t.Helper()
	if f["type"] == "ready" || f["type"] == "noted" {
		return
	}
	seq, _ := f["seq"].(float64)
	if f["type"] == "accepted" && seq == 1 {
		*s = shown{Answer: f["answer"].(string), Citations: map[float64]any{}}
	}
	if f["answer"] != s.Answer || seq < s.Seq {
		t.Errorf("frame %v after number %v of %s", f, s.Seq, s.Answer)
	}
	s.Seq = max(s.Seq, seq)
	switch f["type"] {
	case "sources":
		s.Sources = f["sources"]
	case "refusal":
		s.Refusal = f["text"]
	case "citation":
		s.Citations[f["sentence"].(float64)] = []any{f["n"], f["support"], f["unverified"]}
	case "delta":
		block := int(f["block"].(float64))
		for len(s.Blocks) <= block {
			s.Blocks = append(s.Blocks, "")
		}
		s.Blocks[block] = f["html"].(string)
		s.Text += f["text"].(string)
	case "done", "failed":
		s.End = f
	}
}

// read takes frames until the end of the answer, or until as many as most.
func (s *shown) read(t *testing.T, p *peer, most int) {
	t.Helper()
	for s.End == nil && most > 0 {
		s.take(t, p.next())
		most--
	}
}

// follow is the frame with which a client goes on.
func (s *shown) follow() string {
	return fmt.Sprintf(`{"type":"follow","answer":"%s","after":%v}`, s.Answer, s.Seq)
}

// same compares what two clients show.
func (s *shown) same(t *testing.T, other shown) {
	t.Helper()
	if diff := cmp.Diff(*s, other); diff != "" {
		t.Errorf("it shows something else (-want +got):\n%s", diff)
	}
}

// rich is an answer with all that an answer can have.
func rich(shelf *shelf) []chat.Event {
	const one, two, three = "Leeds has **26 days**.\n\n", "1. Suzhou has 12.\n2. Nobody knows.\n\n", "[x]: /documents/leave\n\nSee [x].\n\n"
	end := len(one) + len(two) + len(three)
	return []chat.Event{
		chat.Stage{Name: chat.Searching},
		chat.Sources{Sources: []chat.Source{sourceOf(1, shelf.documents["leave"], "Suzhou has 12 days.")}, SearchedFor: "days of leave"},
		chat.Stage{Name: chat.Writing},
		chat.Delta{Text: "Leeds has **26"},
		chat.Delta{Text: " days**.\n"}, chat.Delta{Text: "\n"},
		chat.Sentence{Index: 0, Start: 0, End: len(one), Source: 1, Support: chat.Supported, Unverified: []string{"26"}},
		chat.Delta{Text: "1. Suzhou has 12.\n2. "}, chat.Delta{Text: "Nobody knows.\n\n"},
		chat.Sentence{Index: 1, Start: len(one), End: len(one) + len(two), Support: chat.None},
		chat.Delta{Text: "[x"}, chat.Delta{Text: "]: /documents/leave\n\nSee"}, chat.Delta{Text: " [x].\n\n"},
		chat.Sentence{Index: 2, Start: end - 10, End: end, Support: chat.Neutral},
		chat.Delta{Text: "结\xff束 \n"}, // half a character, as a model may send it
		chat.Done{Mode: chat.ByModel, Text: one + two + three + "结\uFFFD束 \n", Cited: []int{1}, Cut: true},
	}
}

// says is a script of events.
func says(events []chat.Event) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		for _, e := range events {
			if !yield(e) {
				return
			}
		}
	}
}

func TestAnAnswerIsTheSameWhereverItsSocketWasCut(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		events := rich(h.shelf)
		h.answers.script = slowly(says(events))
		var whole shown
		frames := 0
		for cut := 1; cut == 1 || cut < frames; cut++ {
			var s shown
			p := open("hanna")
			p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"Leave?"}`, cut))
			if cut == 1 { // is not cut
				for ; s.End == nil; frames++ {
					s.take(t, p.next())
				}
				p.Close()
				whole = s
				continue
			}
			s.read(t, p, cut)
			p.Close()
			time.Sleep(time.Duration(cut%4) * 3 * flushPeriod) // it may have grown, and may have ended
			p = open("hanna")
			p.put(s.follow())
			s.read(t, p, 1000)
			p.Close()
			s.Answer, s.End["answer"] = whole.Answer, whole.End["answer"]
			whole.same(t, s)
		}
		if frames < len(events) || whole.Text != events[len(events)-1].(chat.Done).Text {
			t.Errorf("cut at %d frames of %d events; text %q", frames, len(events), whole.Text)
		}
		if asked := len(h.answers.asked); asked != frames-1 {
			t.Errorf("%d answers were written, want %d", asked, frames-1)
		}
	})
}

// Whoever has seen n events of an answer that has ended sees the same as who
// has seen none, for each n, and the same again from the next server.
func TestAnAnswerIsTheSameFromEveryEventOn(t *testing.T) {
	folder := t.TempDir()
	var whole shown
	n := 0
	t.Run("SameServer", func(t *testing.T) {
		h := newHouseIn(t, folder)
		h.answers.script = says(rich(h.shelf))
		p := h.visitAs(t, serve(t, h), "hanna")
		p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
		whole.read(t, p, 1000)
		n = int(whole.Seq)
		everyEvent(t, p, whole, n)
	})
	t.Run("NextServer", func(t *testing.T) {
		h := newHouseIn(t, folder)
		everyEvent(t, h.visitAs(t, serve(t, h), "hanna"), whole, n)
		if len(h.answers.asked) > 0 {
			t.Error("it was asked again")
		}
	})
}

// everyEvent follows an answer from each of its n events on.
func everyEvent(t *testing.T, p *peer, whole shown, n int) {
	t.Helper()
	for after := range n + 3 {
		s := shown{Answer: whole.Answer, Seq: float64(after), Citations: map[float64]any{}}
		p.put(s.follow())
		if after > n { // more than there is: it begins anew, and says so
			s.Seq = 0
		}
		s.read(t, p, 1000)
		if diff := cmp.Diff(whole.End, s.End); diff != "" {
			t.Errorf("after %d it ends differently:\n%s", after, diff)
		}
		if !strings.HasSuffix(whole.Text, s.Text) {
			t.Errorf("after %d the text goes on with %q", after, s.Text)
		}
		for i, block := range s.Blocks {
			if block != "" && block != whole.Blocks[i] {
				t.Errorf("after %d block %d is %s", after, i, block)
			}
		}
		if after == 0 || after > n {
			whole.same(t, s)
		}
		if s.End["seq"] != float64(n) {
			t.Errorf("after %d it ends at %v", after, s.End["seq"])
		}
	}
}

func TestAQuestionIsAnsweredOnceOnWhicheverSocketItComesAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = slowly(says(rich(h.shelf)))
		const question = `{"type":"ask","id":"1","text":"Leave?","conversation":"c"}`
		laptop, phone := open("hanna"), open("hanna")
		laptop.put(question)
		laptop.until("sources")
		laptop.Close()
		phone.put(question)
		var first, again, other shown
		first.read(t, phone, 1000)
		phone.put(question)
		again.read(t, phone, 1000)
		first.same(t, again)
		if n := len(h.answers.asked); n != 1 {
			t.Errorf("answered %d times", n)
		}
		stranger := open("finn") // the same id of somebody else is another question
		stranger.put(question)
		other.read(t, stranger, 1000)
		if other.Answer == first.Answer || len(h.answers.asked) != 2 {
			t.Errorf("finn got %s of hanna's %s", other.Answer, first.Answer)
		}
	})
}

func TestTwentySocketsAskTheSameAndAreAnsweredOnce(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	var all sync.WaitGroup
	answers := make([]any, 20)
	for i := range answers {
		p := h.visitAs(t, url, "hanna")
		all.Go(func() {
			p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
			answers[i] = p.until("done")[0]["answer"]
		})
	}
	all.Wait()
	if len(slices.Compact(answers)) != 1 || len(h.answers.asked) != 1 {
		t.Errorf("answers %v, written %d times", answers, len(h.answers.asked))
	}
}

func TestTenTabsFollowOneAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = slowly(says(rich(h.shelf)))
		tabs := []*peer{open("hanna")}
		tabs[0].put(`{"type":"ask","id":"1","text":"Leave?"}`)
		shows := make([]shown, 10)
		shows[0].read(t, tabs[0], 1)
		for i := 1; i < len(shows); i++ {
			p := open("hanna")
			if running := fmt.Sprint(p.ready["running"]); !strings.Contains(running, shows[0].Answer) {
				t.Errorf("a new tab is told of %s, want %s", running, shows[0].Answer)
			}
			p.put(fmt.Sprintf(`{"type":"follow","answer":"%s"}`, shows[0].Answer))
			tabs = append(tabs, p)
			time.Sleep(flushPeriod)
		}
		var all sync.WaitGroup
		for i, p := range tabs {
			all.Go(func() { shows[i].read(t, p, 1000) })
		}
		all.Wait()
		for _, s := range shows[1:] {
			shows[0].same(t, s)
		}
	})
}

func TestResumeInHelloFollows(t *testing.T) {
	h := newHouse(t)
	h.answers.script = says(rich(h.shelf))
	url := serve(t, h)
	var whole, resumed shown
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
	whole.read(t, p, 1000)
	p = dial(t, url, h.token("hanna"))
	p.put(fmt.Sprintf(`{"type":"hello","version":1,"language":"en","resume":[{"answer":"%s","after":0}]}`, whole.Answer))
	resumed.read(t, p, 1000)
	whole.same(t, resumed)
}

// What another person sees of an answer is what anybody sees of none.
func TestL17_P4_AForeignAnswerIsAsIfThereWereNone(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	answer := h.answered(t, url, "hanna")
	writing := make(chan struct{})
	h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Stage{Name: chat.Writing})
		close(writing)
		<-ctx.Done()
	}
	own := h.visitAs(t, url, "hanna")
	own.put(`{"type":"ask","id":"running","text":"x","conversation":"c"}`)
	running := own.next()["answer"].(string)
	<-writing
	p := h.visitAs(t, url, "finn")
	for _, frame := range []string{
		`{"type":"follow","answer":"ID","after":2}`, `{"type":"follow","answer":"ID"}`, `{"type":"stop","answer":"ID"}`,
		`{"type":"feedback","answer":"ID","vote":"up"}`, `{"type":"ask","id":"1","text":"x","conversation":"c","after":"ID"}`,
	} {
		p.put(frame)
		unknown := p.next()
		for _, id := range []string{answer, running} {
			p.put(strings.ReplaceAll(frame, "ID", id))
			f := p.next()
			if _, echoed := f["answer"]; echoed {
				f["answer"] = "ID"
			}
			if diff := cmp.Diff(unknown, f); diff != "" || f["code"] != "no_answer" {
				t.Errorf("%s: %v\n%s", frame, f, diff)
			}
		}
	}
	if got := h.desk.Running("hanna"); len(got) != 1 {
		t.Errorf("running %v", got)
	}
}

func TestP3_WhoFollowsElsewhereLosesTheAnswerWithTheRight(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["bands"], "Band C")}})
			for yield(chat.Delta{Text: "secret-of-hr "}) {
				time.Sleep(flushPeriod)
			}
		}
		laptop, phone := open("hanna"), open("hanna")
		laptop.put(`{"type":"ask","id":"1","text":"Pay?"}`)
		answer := laptop.next()["answer"].(string)
		phone.put(`{"type":"follow","answer":"` + answer + `"}`)
		phone.until("delta")
		laptop.until("delta")
		h.rights.policy.Store(parsed(t, withoutHR))
		for _, p := range []*peer{laptop, phone} {
			f := p.next()
			for ; f["type"] == "delta"; f = p.next() { // were on their way
			}
			if f["code"] != "revoked" || f["answer"] != answer {
				t.Errorf("%v", f)
			}
		}
		synctest.Wait()
		laptop.put(`{"type":"follow","answer":"` + answer + `"}`)
		if f := laptop.next(); f["code"] != "revoked" || f["seq"] != nil || strings.Contains(fmt.Sprint(f), "secret") {
			t.Errorf("afterwards: %v", f)
		}
	})
}

// withoutHR is the company after Hanna has left her department.
var withoutHR = strings.Replace(company, "zh-Hans: 人力资源顾问}, departments: [hr]", "zh-Hans: 人力资源顾问}", 1)

// A document that is taken away while an answer is written from it takes the
// answer along, though the person's own rights stay.
func TestP3_ADocumentThatIsNarrowedEndsTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["leave"], "Suzhou has 12 days.")}})
			<-ctx.Done()
		}
		p := open("hanna")
		p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
		p.until("sources")
		h.shelf.narrow("leave", "finance")
		start := time.Now()
		if f := p.next(); f["code"] != "revoked" || time.Since(start) > time.Second {
			t.Errorf("after %v: %v", time.Since(start), f)
		}
	})
}

// What a follower has been given and not yet sent is held against the rights
// again: a reader that is slow sees nothing late.
func TestP3_ASlowReaderIsSentNothingAfterARightIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = longAnswer(new(int))
		p := open("hanna")
		p.put(`{"type":"ask","id":"1","text":"long"}`)
		synctest.Wait()
		h.rights.policy.Store(parsed(t, withoutHR))
		frames := 0
		f := p.next()
		for ; f["type"] != "failed"; f = p.next() {
			frames++
		}
		if f["code"] != "revoked" || frames > queued+2 { // what was on its way
			t.Errorf("%d frames, then %v", frames, f)
		}
	})
}

// Between two looks at the rights of a running answer, whoever comes to follow
// it is looked at by themselves.
func TestP3_WhoComesLateIsShownNothingOfWhatWasTakenAway(t *testing.T) {
	for name, takeAway := range map[string]func(t *testing.T, h *house){
		"Document": func(_ *testing.T, h *house) { h.shelf.narrow("bands", "finance") },
		"Right":    func(t *testing.T, h *house) { h.rights.policy.Store(parsed(t, withoutHR)) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
				h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
					yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["bands"], "Band C")}})
					<-ctx.Done()
				}
				laptop, phone := open("hanna"), open("hanna")
				laptop.put(`{"type":"ask","id":"1","text":"Pay?"}`)
				answer := laptop.until("sources")[0]["answer"].(string)
				takeAway(t, h)
				phone.put(`{"type":"follow","answer":"` + answer + `"}`)
				if f := phone.next(); f["code"] != "revoked" {
					t.Errorf("%v", f)
				}
				if len(h.desk.Running("hanna")) != 1 {
					t.Error("the answer had ended by itself: nothing was tried")
				}
			})
		})
	}
}

func TestASocketFollowsSoManyAnswersAndNoMore(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = says(append(slices.Repeat([]chat.Event{chat.Stage{Name: chat.Writing}}, 2*queued), chat.Done{}))
		p := open("hanna")
		var answers []string
		for i := range maxFollowed + 1 {
			p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"x"}`, i))
			answers = append(answers, p.until("done")[0]["answer"].(string))
			time.Sleep(time.Second) // a person types no faster
		}
		p = open("hanna")
		for _, a := range answers { // nobody reads: they wait for the socket
			p.put(`{"type":"follow","answer":"` + a + `"}`)
		}
		synctest.Wait()
		busy, ends := 0, 0
		for busy+ends < len(answers) {
			switch f := p.next(); {
			case f["code"] == "busy":
				busy++
			case f["type"] == "done":
				ends++
			}
		}
		if busy != 1 {
			t.Errorf("%d of %d were turned away", busy, len(answers))
		}
		crowded := open("hanna")
		for _, a := range answers[:maxFollowed] {
			crowded.put(`{"type":"follow","answer":"` + a + `"}`)
		}
		synctest.Wait()
		asked := len(h.answers.asked)
		crowded.put(`{"type":"ask","id":"crowded","text":"x"}`)
		synctest.Wait()
		if len(h.answers.asked) != asked {
			t.Error("a question was taken that could not be shown")
		}
	})
}

// FuzzFollow sends whatever follows an answer that there is: it is answered
// with frames of the protocol and never ends the server.
func FuzzFollow(f *testing.F) {
	f.Add(0, "down", "wrong", "It is 27.")
	f.Add(-5, "", "", "")
	f.Add(1<<40, "up", strings.Repeat("长", 40), "\x00\xff")
	h := newHouse(f)
	h.answers.script = says(rich(h.shelf))
	who := h.asker(audit.By{Door: audit.Browser, Person: "hanna"})
	answer, err := h.desk.Begin(f.Context(), who, chat.Ask{Text: "Leave?"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, after int, vote, reason, comment string) {
		if (follow{Answer: answer, After: after}).check() == nil {
			frames, last := 0, ""
			one := follower{server: h.Server, who: who, language: english, answer: answer, after: after, send: func(_ context.Context, frame any) error {
				data, err := json.Marshal(frame)
				frames++
				last = string(data)
				return err
			}}
			one.follow(t.Context())
			if frames == 0 || !strings.Contains(last, `"done"`) {
				t.Errorf("after %d: %d frames, the last %s", after, frames, last)
			}
		}
		given := feedback{answer, vote, reason, comment}
		if err := h.judge(t.Context(), "hanna", given); err != nil && unexpected(err) {
			t.Errorf("%+v: %v", given, err)
		}
	})
}

func TestEveryFrameOfAnAnswerIsNumbered(t *testing.T) {
	for _, frame := range []numbered{new(accepted), new(stage), new(sources), new(delta), new(citation), new(refusal), new(done), new(failed)} {
		frame.number("A", 7)
		data, err := json.Marshal(frame)
		if err != nil || !strings.Contains(string(data), `"answer":"A","seq":7`) {
			t.Errorf("%v: %s, %v", reflect.TypeOf(frame), data, err)
		}
	}
}
