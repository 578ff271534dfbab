package web

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"bureau/access"
	"bureau/chat"
)

// Of somebody who sends as fast as they can, so many frames are taken and no
// more, however many sockets they have and whatever the frames are. In virtual
// time nothing takes any but by intention.
func TestAFloodOfOnePersonIsTakenAtAPaceAndSlowsNobody(t *testing.T) {
	long := strings.Repeat("x", maxFrame-100)
	for name, frame := range map[string]func(i int) (kind int, data string){
		"Asks": func(i int) (int, string) {
			return websocket.TextMessage, fmt.Sprintf(`{"type":"ask","id":"%d","text":"x"}`, i)
		},
		"SameAsk":  func(int) (int, string) { return websocket.TextMessage, `{"type":"ask","id":"0","text":"x"}` },
		"Follows":  func(int) (int, string) { return websocket.TextMessage, `{"type":"follow","answer":"NONE"}` },
		"Nonsense": func(int) (int, string) { return websocket.TextMessage, `{` },
		"Long":     func(int) (int, string) { return websocket.TextMessage, `{"type":"stop","answer":"` + long + `"}` },
		"Pings":    func(int) (int, string) { return websocket.PingMessage, "x" },
		"Pongs":    func(int) (int, string) { return websocket.PongMessage, "x" },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
				h.answers.script = func(ctx context.Context, _ access.Scope, q chat.Question, yield func(chat.Event) bool) {
					if q.Text == "x" {
						<-ctx.Done() // the flood's own answers take no part
						return
					}
					yield(chat.Done{Mode: chat.ByModel, Text: "Yes."})
				}
				finn := open("finn")
				const sockets, seconds = 5, 4
				var taken atomic.Int64
				for range sockets {
					p := open("hanna")
					p.SetReadDeadline(time.Time{})
					p.SetPongHandler(func(string) error { return nil })
					go func() {
						for {
							if _, _, err := p.ReadMessage(); err != nil {
								return
							}
						}
					}()
					go func() {
						for i := 0; ; i++ {
							kind, data := frame(i)
							if p.WriteMessage(kind, []byte(data)) != nil {
								return
							}
							taken.Add(1) // a pipe has no room of its own: what is sent is read
						}
					}()
				}
				for second := range seconds {
					time.Sleep(time.Second)
					start := time.Now()
					finn.put(fmt.Sprintf(`{"type":"ask","id":"%d","text":"y"}`, second))
					finn.until("done")
					if waited := time.Since(start); waited > 0 {
						t.Errorf("somebody else waits %v", waited)
					}
				}
				// Each socket's pace, and as much again that is told to be too fast.
				most := int64(sockets * (2*framesPerSecond + 2*framesPerSecond*(seconds+1)))
				if n := taken.Load(); n > most || n < sockets*framesPerSecond {
					t.Errorf("%d frames were taken in %d seconds, at most %d wanted", n, seconds, most)
				}
				if n := len(h.desk.Running("hanna")); n > perPerson {
					t.Errorf("%d questions are under way", n)
				}
				synctest.Wait()
			})
		})
	}
}

// All sockets of a person share a pace.
func TestManySocketsAreNotManyTimesThePace(t *testing.T) {
	bubble(t, func(t *testing.T, h *house, open func(string) *peer) {
		var answered atomic.Int64
		var all []*peer
		for range maxSockets {
			all = append(all, open("hanna"))
		}
		for _, p := range all {
			p.SetReadDeadline(time.Time{})
			go func() {
				for {
					if _, data, err := p.ReadMessage(); err != nil {
						return
					} else if strings.Contains(string(data), "no_answer") {
						answered.Add(1)
					}
				}
			}()
			go func() {
				for p.WriteMessage(websocket.TextMessage, []byte(`{"type":"stop","answer":"x"}`)) == nil {
				}
			}()
		}
		const seconds = 10
		time.Sleep(seconds * time.Second)
		if n := answered.Load(); n > guestsAtOnce+guestsPerSecond*(seconds+1) || n < guestsPerSecond*seconds/2 {
			t.Errorf("%d frames were answered in %d seconds", n, seconds)
		}
	})
}

func TestAPersonHasSoManySocketsAndNoMore(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	token := h.token("hanna")
	var all []*peer
	for range maxSockets {
		p := dial(t, url, token)
		p.put(`{"type":"hello","version":1}`)
		p.next()
		all = append(all, p)
	}
	p := dial(t, url, token)
	if f := p.next(); f["type"] != "failed" || f["code"] != "crowded" || f["words"] == "" {
		t.Errorf("told %v", f)
	}
	if code := p.closed(); code != websocket.CloseTryAgainLater {
		t.Errorf("closed with %d", code)
	}
	h.visitAs(t, url, "finn")
	all[0].Close()
	for open := maxSockets + 1; open > maxSockets; open = h.hub.sockets() { // Finn's is one of them
		time.Sleep(time.Millisecond)
	}
	h.visitAs(t, url, "hanna")
}

func TestAFrameThatPanicsEndsItsSocketAlone(t *testing.T) {
	h := newHouse(t)
	h.config.Suggest = func(_ context.Context, scope access.Scope, _ string, _ int) ([]string, error) {
		if !scope.Allows(access.Readers{Departments: []access.Department{"finance"}}) {
			panic("a fault")
		}
		return nil, nil
	}
	url := serve(t, h)
	finn, hanna := h.visitAs(t, url, "finn"), dial(t, url, h.token("hanna"))
	hanna.put(`{"type":"hello","version":1}`)
	if code := hanna.closed(); code != websocket.CloseInternalServerErr {
		t.Errorf("closed with %d", code)
	}
	finn.put(`{"type":"ask","id":"1","text":"Leave?"}`)
	finn.until("done")
}
