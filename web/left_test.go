package web

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
)

// left is how many sockets are opened and left at a time, in each of five ways.
func left() int {
	if testing.Short() {
		return 100
	}
	return 1_000
}

// crowdedCompany is a company with so many people that each has few sockets.
func crowdedCompany(people int) string {
	var b strings.Builder
	b.WriteString(company)
	for i := range people {
		fmt.Fprintf(&b, "  - {id: p%d, name: Person %d, departments: [hr]}\n", i, i)
	}
	return b.String()
}

// resources is what a server may hold on to.
type resources struct{ sockets, guests, goroutines, bytes int }

func (h *house) resources() resources {
	for range 3 { // stacks shrink by half at a time, and what a pool keeps goes at the second
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	return resources{len(h.hub.open), len(h.hub.guests), runtime.NumGoroutine(), int(m.HeapAlloc + m.StackInuse)}
}

// Ten thousand sockets are opened and left in every way there is, in two halves.
// Somebody else is answered meanwhile, and nothing of them is left. What the
// first half leaves is the runtime's, such as the records of goroutines, which it
// uses again; so the second leaves nothing more.
func TestNothingIsLeftOfSocketsThatAreLeft(t *testing.T) {
	inBubble(t, func(t *testing.T, h *house, dialer websocket.Dialer) {
		const people = 250
		h.rights.policy.Store(parsed(t, crowdedCompany(people)))
		tokens := make([]string, people)
		for i := range tokens {
			tokens[i] = h.token(fmt.Sprintf("p%d", i))
		}
		finns := h.token("finn")
		served := func(when string) {
			t.Helper()
			p, start := h.dialBy(t, dialer, finns), time.Now()
			p.put(`{"type":"hello","version":1}`)
			p.put(`{"type":"ask","id":"` + when + `","text":"Leave?"}`)
			p.until("done")
			if waited := time.Since(start); waited > flushPeriod {
				t.Errorf("%s somebody else waits %v", when, waited)
			}
			p.Close()
		}
		served("first")
		synctest.Wait()
		begun := h.resources()
		raw := func(said string) net.Conn {
			c, err := dialer.NetDialContext(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(c, said); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, c) }() // a kernel would take the reply
			return c
		}
		dials := 0
		greeted := func() *websocket.Conn {
			header := map[string][]string{"Origin": {"http://localhost"}, "Cookie": {plainCookie + "=" + tokens[dials%people]}}
			dials++
			ws, response, err := dialer.Dial("ws://localhost/socket", header)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return ws
		}
		hello := func(ws *websocket.Conn) {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","version":1}`)); err != nil {
				t.Fatal(err)
			}
			if _, _, err := ws.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		}
		var held []io.Closer // by their peers, who do not close them
		ways := map[string]func(){
			"half a request": func() { held = append(held, raw("GET /socket HTTP/1.1\r\nHost: localhost\r\nUpgra")) },
			"no hello":       func() { held = append(held, greeted()) },
			"gone": func() {
				ws := greeted()
				hello(ws)
				_ = ws.NetConn().Close()
			},
			"gone in a frame": func() {
				ws := greeted()
				hello(ws)
				_, _ = ws.NetConn().Write([]byte{0x81, 0xfe}) // the beginning of one
				_ = ws.NetConn().Close()
			},
			"no pong": func() {
				ws := greeted()
				hello(ws)
				ws.SetPingHandler(func(string) error { return nil })
				go func() {
					for {
						if _, _, err := ws.ReadMessage(); err != nil {
							return
						}
					}
				}()
				held = append(held, ws)
			},
		}
		var after []resources
		for half := range 2 {
			for way, open := range ways {
				for range left() {
					open()
				}
				served(fmt.Sprint(half, "beside ", way))
			}
			if n := h.hub.sockets(); n < 2*left()-1 {
				t.Errorf("%d sockets are open, so that nothing is shown", n)
			}
			time.Sleep(3 * time.Minute)
			held = nil
			synctest.Wait()
			after = append(after, h.resources())
		}
		t.Logf("%d sockets twice: %+v, then %+v", len(ways)*left(), begun, after)
		last := after[1]
		if last.sockets != begun.sockets || last.guests != begun.guests || last.goroutines > begun.goroutines {
			t.Errorf("at first %+v, at last %+v", begun, last)
		}
		if more := last.bytes - after[0].bytes; more > 1<<20+100*len(ways)*left() {
			t.Errorf("%d bytes are left", more)
		}
		served("at last")
	})
}
