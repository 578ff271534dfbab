package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
)

// bubble runs test over a server in virtual time. open opens a socket of a
// person, who has said hello.
func bubble(t *testing.T, test func(t *testing.T, h *house, open func(person string) *peer)) {
	inBubble(t, func(t *testing.T, h *house, dialer websocket.Dialer) {
		test(t, h, func(person string) *peer {
			p := h.dialBy(t, dialer, h.token(person))
			p.put(`{"type":"hello","version":1,"language":"en"}`)
			p.ready = p.next()
			return p
		})
	})
}

// inBubble runs test over a server in virtual time, which the dialer dials.
func inBubble(t *testing.T, test func(t *testing.T, h *house, dialer websocket.Dialer)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		listener := newPipe()
		server := http.Server{Handler: h.Handler(), ReadHeaderTimeout: 10 * time.Second}
		go server.Serve(listener)
		defer func() {
			if err := errors.Join(h.desk.Close(context.Background()), h.Shutdown(context.Background())); err != nil {
				t.Error(err)
			}
			server.Close()
		}()
		test(t, h, websocket.Dialer{NetDialContext: listener.dial})
	})
}

// dialBy opens a socket with the token of a session.
func (h *house) dialBy(t *testing.T, dialer websocket.Dialer, token string) *peer {
	t.Helper()
	header := http.Header{"Origin": {"http://localhost"}, "Cookie": {plainCookie + "=" + token}}
	ws, response, err := dialer.Dial("ws://localhost/socket", header)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	t.Cleanup(func() { ws.Close() })
	return &peer{Conn: ws, t: t}
}

// sockets returns how many are open.
func (h *hub) sockets() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

func TestSilentPeerIsDroppedAfterAMinute(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		start := time.Now()
		p := open("hanna")
		p.SetPingHandler(func(string) error { return nil }) // it reads but answers no ping
		go func() {
			for {
				if _, _, err := p.ReadMessage(); err != nil {
					return
				}
			}
		}()
		p.SetReadDeadline(time.Time{})
		for h.hub.sockets() > 0 {
			time.Sleep(time.Second)
		}
		if d := time.Since(start); d < pongWait || d > pongWait+2*time.Second {
			t.Errorf("dropped after %v, want %v", d, pongWait)
		}
	})
}

func TestWhoNeverSaysHelloIsDropped(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, dialer websocket.Dialer) {
		p, start := h.dialBy(t, dialer, h.token("hanna")), time.Now()
		ended := make(chan error)
		go func() { // answers pings
			_, _, err := p.ReadMessage()
			ended <- err
		}()
		if err := <-ended; err == nil || time.Since(start) != helloWait {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestPeerThatAnswersPingsStays(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		p := open("hanna")
		p.SetReadDeadline(time.Time{})
		go p.ReadMessage() // answers pings
		time.Sleep(10 * pongWait)
		if h.hub.sockets() != 1 {
			t.Error("dropped")
		}
	})
}

// manyEvents are more than a socket's queue holds.
const manyEvents = 1000

// longAnswer is a script of many events that each have a frame of their own,
// and of one for a short question. It counts the events.
func longAnswer(written *int) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	return func(_ context.Context, _ access.Scope, q chat.Question, yield func(chat.Event) bool) {
		for i := 0; i < manyEvents && q.Text == "long" && yield(chat.Stage{Name: chat.Writing}); i++ {
			*written++
		}
		yield(chat.Done{Mode: chat.ByModel})
	}
}

func TestSlowReaderSlowsNobody(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		written := 0
		h.answers.script = longAnswer(&written)
		slow, quick := open("hanna"), open("finn")
		slow.put(`{"type":"ask","id":"1","text":"long"}`)
		synctest.Wait()
		if written != manyEvents {
			t.Errorf("%d events written while nobody read, want %d", written, manyEvents)
		}
		quick.put(`{"type":"ask","id":"1","text":"short"}`)
		quick.until("done")
		if frames := slow.until("done"); len(frames) != manyEvents+2 { // it reads again within the deadline and misses nothing
			t.Errorf("%d frames", len(frames))
		}
	})
}

func TestReaderThatTakesNothingIsDroppedAndItsAnswerIsNot(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		written := 0
		h.answers.script = longAnswer(&written)
		start := time.Now()
		open("hanna").put(`{"type":"ask","id":"1","text":"long"}`)
		for h.hub.sockets() > 0 {
			time.Sleep(time.Second)
		}
		if d := time.Since(start); d < writeWait || d > writeWait+2*time.Second {
			t.Errorf("dropped after %v, want %v", d, writeWait)
		}
		again := open("hanna")
		again.put(`{"type":"ask","id":"1","text":"long"}`)
		if frames := again.until("done"); len(frames) != manyEvents+2 || written != manyEvents {
			t.Errorf("%d frames, %d events written", len(frames), written)
		}
	})
}

func TestWordsAreGathered(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		const words, gap = 1000, time.Millisecond
		h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			for range words {
				time.Sleep(gap)
				yield(chat.Delta{Text: "word "})
			}
			time.Sleep(10 * time.Second)
			yield(chat.Done{Mode: chat.ByModel})
		}
		p := open("hanna")
		p.put(`{"type":"ask","id":"1","text":"x"}`)
		start, deltas, last, text := time.Now(), 0, time.Duration(0), ""
		for f := p.next(); f["type"] != "done"; f = p.next() {
			if f["type"] != "delta" {
				continue
			}
			if deltas++; deltas == 1 && time.Since(start) != gap {
				t.Errorf("the first word is shown after %v", time.Since(start))
			}
			last = time.Since(start)
			text += f["text"].(string)
		}
		if limit := int(words*gap/flushPeriod) + 2; deltas > limit {
			t.Errorf("%d deltas in a second, at most %d wanted", deltas, limit)
		}
		if text != strings.Repeat("word ", words) || last > words*gap+flushPeriod {
			t.Errorf("the last words came after %v; %d bytes in all", last, len(text))
		}
	})
}

func TestP3_ARightThatGoesWhileTheModelIsSilentEndsTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			yield(chat.Stage{Name: chat.Writing})
			<-ctx.Done()
		}
		p := open("hanna")
		p.put(`{"type":"ask","id":"1","text":"x"}`)
		p.until("stage")
		start := time.Now()
		h.rights.policy.Store(parsed(t, "people: []"))
		if f := p.next(); f["code"] != "revoked" || time.Since(start) > time.Second {
			t.Errorf("after %v: %v", time.Since(start), f)
		}
	})
}

func TestEndedSessionAsksNoMore(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		p := open("hanna")
		p.SetReadDeadline(time.Time{})
		codes := make(chan any, 2)
		go func() {
			_, _, err := p.ReadMessage()
			codes <- err
			_, _, err = p.ReadMessage()
			codes <- err
		}()
		time.Sleep(12*time.Hour + time.Second) // away from a ping
		p.put(`{"type":"ask","id":"1","text":"x"}`)
		if err := <-codes; err != nil {
			t.Fatalf("no failed frame: %v", err)
		}
		if err := <-codes; !websocket.IsCloseError(err.(error), closeSignedOut) {
			t.Errorf("closed with %v", err)
		}
	})
}

func TestPlaceInLineIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		goOn := make(chan struct{})
		h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			<-goOn
			yield(chat.Done{Mode: chat.ByModel})
		}
		p := open("hanna") // one answer of a person runs at a time
		for i := range 3 {
			p.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"x"}`, i))
			synctest.Wait()
		}
		places := ""
		for range 3 {
			f := p.next()
			places += fmt.Sprintf("%v:%v ", f["id"], f["place"])
		}
		if places != "0:0 1:1 2:2 " {
			t.Errorf("places %s", places)
		}
		close(goOn)
		for range 3 {
			p.until("done")
		}
	})
}

func TestTooManyFramesAreTurnedAway(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		p := open("hanna")
		go func() {
			for range 3 * framesPerSecond {
				p.WriteMessage(websocket.TextMessage, []byte(`{"type":"stop","answer":"x"}`))
			}
		}()
		codes := map[any]int{}
		for range 3 * framesPerSecond {
			codes[p.next()["code"]]++
		}
		if codes["too_fast"] == 0 || codes["no_answer"] == 0 {
			t.Errorf("codes %v", codes)
		}
	})
}

// Between two looks at the rights, a stop would show what had been written
// with a right that is gone.
func TestP3_StoppingShowsNothingAfterARightIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		h.answers.script = func(ctx context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
			yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["bands"], "Band C begins at 41,000 (secret-of-hr).")}})
			yield(chat.Stage{Name: chat.Writing})
			<-ctx.Done()
		}
		p := open("hanna")
		p.put(`{"type":"ask","id":"1","text":"Pay?"}`)
		answer := p.until("stage")[0]["answer"].(string)
		h.rights.policy.Store(parsed(t, strings.Replace(company, "zh-Hans: 人力资源顾问}, departments: [hr]", "zh-Hans: 人力资源顾问}", 1)))
		p.put(`{"type":"stop","answer":"` + answer + `"}`)
		if f := p.next(); f["code"] != "revoked" || strings.Contains(fmt.Sprint(f), "Pay bands") {
			t.Errorf("%v", f)
		}
	})
}
