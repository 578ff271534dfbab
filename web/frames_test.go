package web

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

func TestWrongFramesAreNamedAndTheSocketGoesOn(t *testing.T) {
	h := newHouse(t)
	p := dial(t, serve(t, h), h.sessions.begin("hanna", h.config.Now()))
	for _, c := range []struct{ frame, code string }{
		{`{"type":"ask","id":"1","text":"Too soon"}`, "hello_first"},
		{`{"type":"stop","answer":"x"}`, "hello_first"},
		{`{"type":"hello","version":1}`, ""},
		{`{"type":"hello","version":1}`, "hello_twice"},
		{`not json`, "bad_frame"},
		{`[]`, "bad_frame"},
		{`{"type":7}`, "bad_frame"},
		{`{"type":"ask","id":7,"text":"x"}`, "bad_frame"},
		{`{"type":"dance"}`, "unknown_type"},
		{`{}`, "unknown_type"},
		{`{"type":"ask","id":"","text":"x"}`, "bad_frame"},
		{`{"type":"ask","id":"2","text":"  "}`, "empty"},
		{`{"type":"ask","id":"3","text":"` + strings.Repeat("长", maxQuestion+1) + `"}`, "too_long"},
	} {
		p.put(c.frame)
		f := p.next()
		if c.code == "" && f["type"] == "ready" {
			continue
		}
		if f["type"] != "failed" || f["code"] != c.code || f["words"] == "" {
			t.Errorf("%.60s: %v, want %s", c.frame, f, c.code)
		}
	}
	p.put(`{"type":"ask","id":"4","text":"` + strings.Repeat("长", maxQuestion) + `"}`)
	p.until("done")
	p.put(`{"type":"ask","id":"4","text":"Again"}`)
	if f := p.next(); f["code"] != "duplicate" || f["id"] != "4" {
		t.Errorf("the same id again: %v", f)
	}
}

func TestFramesThatEndTheSocketSayHow(t *testing.T) {
	for _, c := range []struct {
		name, frame string
		kind, code  int
	}{
		{"OtherVersion", `{"type":"hello","version":99}`, websocket.TextMessage, closeVersion},
		{"TooLarge", strings.Repeat("x", maxFrame+1), websocket.TextMessage, websocket.CloseMessageTooBig},
		{"Binary", "x", websocket.BinaryMessage, websocket.CloseUnsupportedData},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			p := dial(t, serve(t, h), h.sessions.begin("hanna", h.config.Now()))
			if err := p.WriteMessage(c.kind, []byte(c.frame)); err != nil {
				t.Fatal(err)
			}
			if code := p.closed(); code != c.code {
				t.Errorf("close code %d, want %d", code, c.code)
			}
		})
	}
}

func TestP6_AnErrorBecomesWordsAndItsTextStaysInside(t *testing.T) {
	h := newHouse(t)
	h.config.Answerer = failing{}
	p := h.visitAs(t, serve(t, h), "hanna")
	p.put(`{"type":"ask","id":"1","text":"x"}`)
	p.next() // accepted
	f := p.next()
	if f["type"] != "failed" || f["code"] != "internal" || f["retry"] != true || strings.Contains(fmt.Sprint(f), "11434") {
		t.Errorf("%v", f)
	}
}

func TestEndedAnswersMakeRoomForOthers(t *testing.T) {
	bubble(t, func(t *testing.T, _ *house, open func(string) *peer) {
		p := open("hanna")
		for i := range 2 * maxRunning {
			p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"x"}`, i))
			answer := p.until("done")[0]["answer"].(string)
			synctest.Wait() // it is taken out just after its last frame
			p.put(`{"type":"stop","answer":"` + answer + `"}`)
			if f := p.next(); f["code"] != "no_answer" {
				t.Fatalf("stop of answer %d, which has ended: %v", i, f)
			}
		}
	})
}

func TestP6_EveryErrorOfTheRoomsBehindHasItsOwnWords(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   string
		retry  bool
		logged bool
	}{
		{chat.ErrEmptyQuestion, "empty", false, false},
		{chat.ErrQuestionTooLong, "too_long", false, false},
		{chat.ErrTooManyQuestions, "busy", true, false},
		{fmt.Errorf("%w: the model is silent", chat.ErrAnswerCut), "answer_cut", true, true},
		{retrieval.ErrNoScope, "no_access", false, false},
		{retrieval.ErrNotFound, "not_found", false, false},
		{context.DeadlineExceeded, "too_slow", true, false},
		{retrieval.ErrUnavailable, "search_away", true, true},
		{errUnfinished, "internal", true, true},
	} {
		f := explain(fmt.Errorf("answer: %w", c.err))
		if f.code != c.code || f.retry != c.retry || unexpected(c.err) != c.logged {
			t.Errorf("%v: code %s, retry %t, logged %t; want %s, %t, %t", c.err, f.code, f.retry, unexpected(c.err), c.code, c.retry, c.logged)
		}
	}
}

// A retry has the id of its question, so that it costs nothing when the first
// try did arrive. After a failure that asks for one it must be answered.
func TestAQuestionThatFailedMayBeAskedAgainUnderItsID(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		p := open("hanna")
		const question = `{"type":"ask","id":"1","text":"x"}`
		tries := 0 // one after the other
		h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			if tries++; tries > 1 {
				yield(chat.Done{Mode: chat.ByModel})
			}
		}
		p.put(question)
		p.next() // accepted
		if f := p.next(); f["type"] != "failed" || f["retry"] != true {
			t.Fatalf("%v", f)
		}
		synctest.Wait() // it is taken out just after its last frame
		p.put(question)
		p.until("done")
		synctest.Wait()
		p.put(question)
		if f := p.next(); f["code"] != "duplicate" {
			t.Errorf("after it was answered: %v", f)
		}
	})
}

func TestAQuestionThatCameTooSoonIsNamed(t *testing.T) {
	h := newHouse(t)
	p := h.visitAs(t, serve(t, h), "hanna")
	go func() {
		for range 3 * framesPerSecond {
			p.WriteMessage(websocket.TextMessage, []byte(`{"type":"stop","answer":"x"}`))
		}
		p.WriteMessage(websocket.TextMessage, []byte(`{"type":"ask","id":"late","text":"x"}`))
	}()
	var last map[string]any
	for range 3*framesPerSecond + 1 {
		last = p.next()
	}
	if last["code"] != "too_fast" || last["id"] != "late" {
		t.Errorf("%v", last)
	}
}

// A frame that could not be queued took no number: seq has no gaps.
func TestFramesThatWereNotSentLeaveNoGap(t *testing.T) {
	c := newConn(t.Context(), nil)
	a := &answer{visit: &visit{conn: c}}
	for range queued {
		c.out <- nil
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := a.accepted(ended, 0); err == nil {
		t.Fatal("the queue had room")
	}
	<-c.out
	if err := a.accepted(t.Context(), 0); err != nil || a.seq != 1 {
		t.Errorf("the first frame that was sent is number %d (%v)", a.seq, err)
	}
}

func TestADegradationIsLoggedOnceUntilItIsOver(t *testing.T) {
	h := newHouse(t)
	var log strings.Builder
	h.config.Log = slog.New(slog.NewTextHandler(&log, nil))
	missing := fmt.Errorf("%w: nothing answers", chat.ErrModelUnavailable)
	ends := map[string]chat.Done{
		"down": {Mode: chat.ByQuotes, Degraded: missing}, "refused": {Mode: chat.Refused}, "well": {Mode: chat.ByModel},
	}
	h.answers.script = func(_ context.Context, _ access.Scope, q chat.Question, yield func(chat.Event) bool) {
		yield(ends[q.Text])
	}
	p := h.visitAs(t, serve(t, h), "hanna")
	for i, question := range []string{"down", "refused", "down", "well", "well", "down"} {
		p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"%s"}`, i, question))
		p.until("done")
	}
	if warned, over := strings.Count(log.String(), "nothing answers"), strings.Count(log.String(), "in full"); warned != 2 || over != 1 {
		t.Errorf("warned %d times, want 2, and said %d times that it is over, want 1:\n%s", warned, over, &log)
	}
}
