package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

func TestWrongFramesAreNamedAndTheSocketGoesOn(t *testing.T) {
	h := newHouse(t)
	p := dial(t, serve(t, h), h.token("hanna"))
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
		{`{"type":"ask","id":"2","text":"x","after":7}`, "bad_frame"},
		{`{"type":"ask","id":"2","text":"x","after":"` + strings.Repeat("x", maxID+1) + `"}`, "bad_frame"},
		{`{"type":"ask","id":"2","text":"x","after":"unknown"}`, "no_answer"},
		{`{"type":"follow"}`, "bad_frame"},
		{`{"type":"follow","answer":"x","after":-1}`, "bad_frame"},
		{`{"type":"follow","answer":"x","after":1.5}`, "bad_frame"},
		{`{"type":"follow","answer":"x"}`, "no_answer"},
		{`{"type":"feedback","answer":"x","vote":"up"}`, "no_answer"},
		{`{"type":"feedback","answer":"x","vote":"maybe"}`, "bad_frame"},
		{`{"type":"feedback","answer":"x","vote":"up","comment":"` + strings.Repeat("长", maxComment+1) + `"}`, "bad_frame"},
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
			p := dial(t, serve(t, h), h.token("hanna"))
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
	h.answers.script = func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {}
	h.answers.fails = errors.New("dial 127.0.0.1:11434: connection refused")
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
		for i := range 2 * perPerson {
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
		{store.ErrFull, "store_full", true, true},
		{store.ErrBusy, "store_busy", true, true},
		{chat.ErrClosed, "restarting", true, false},
		{chat.ErrInterrupted, "interrupted", true, false},
		{chat.ErrRevoked, "revoked", true, false},
		{errors.New("a fault"), "internal", true, true},
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
		p.put(question)
		answer := p.until("done")[0]["answer"]
		p.put(question)
		if f := p.next(); f["type"] != "accepted" || f["answer"] != answer {
			t.Errorf("after it was answered: %v", f)
		}
		p.until("done")
		if tries != 2 {
			t.Errorf("answered %d times", tries)
		}
	})
}

func TestAQuestionThatCameTooSoonIsNamed(t *testing.T) {
	h := newHouse(t)
	p := h.visitAs(t, serve(t, h), "hanna")
	const asks = 3 * framesPerSecond
	go func() {
		for i := range asks {
			p.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, `{"type":"ask","id":"%d","text":""}`, i))
		}
	}()
	codes := map[any]int{}
	for i := range asks {
		f := p.next()
		codes[f["code"]]++
		if f["id"] != fmt.Sprint(i) {
			t.Errorf("frame %d: %v", i, f)
		}
	}
	if codes["too_fast"] == 0 || codes["empty"] == 0 || len(codes) != 2 {
		t.Errorf("codes %v", codes)
	}
}

// The reasons that answers are kept with are codes of the protocol.
func TestEveryReasonHasItsOwnWords(t *testing.T) {
	for _, reason := range chat.Reasons {
		if f := failureOf(reason); f.code != string(reason) {
			t.Errorf("reason %s has the code %s", reason, f.code)
		}
	}
}
