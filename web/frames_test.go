package web

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
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
