package slacktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A socket is one connection of Socket Mode. What is to be sent waits in a line,
// so that nobody waits for the bot to read.
type socket struct {
	ws     *websocket.Conn
	mu     sync.Mutex
	line   []any
	more   chan struct{} // has room for one
	closed chan struct{}
	once   sync.Once
}

func newSocket(ws *websocket.Conn) *socket {
	return &socket{ws: ws, more: make(chan struct{}, 1), closed: make(chan struct{})}
}

// close ends the connection when what waits was sent.
func (s *socket) close() { s.once.Do(func() { close(s.closed) }) }

// write puts a delivery in line. One that does not arrive is sent by another
// socket.
func (s *socket) write(d *Delivery) {
	s.send(map[string]any{
		"type": d.kind, "envelope_id": d.envelope, "payload": json.RawMessage(d.payload), "accepts_response_payload": true,
	})
}

func (s *socket) send(message any) {
	s.mu.Lock()
	s.line = append(s.line, message)
	s.mu.Unlock()
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// pingPeriod is how often a connection is told that the other end is there.
const pingPeriod = 5 * time.Second

// run sends what is in line, until the connection is closed.
func (s *socket) run() {
	defer func() { _ = s.ws.Close() }()
	tick := time.NewTicker(pingPeriod)
	defer tick.Stop()
	for {
		s.mu.Lock()
		line := s.line
		s.line = nil
		s.mu.Unlock()
		for _, message := range line {
			if s.ws.WriteJSON(message) != nil {
				return
			}
		}
		if len(line) > 0 {
			continue
		}
		select {
		case <-s.more:
		case <-tick.C:
			_ = s.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		case <-s.closed:
			return
		}
	}
}

// serveSocket runs one connection.
func (w *Workspace) serveSocket(rw http.ResponseWriter, r *http.Request) {
	ws, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(rw, r, nil)
	if err != nil {
		return
	}
	s := newSocket(ws)
	_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
	s.send(map[string]any{"type": "hello", "num_connections": 1})
	w.change(func() {
		w.sockets[s] = true
		w.connected++
		for _, d := range w.pending {
			s.write(d)
		}
	})
	go s.run()
	for {
		var answer struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if err := ws.ReadJSON(&answer); err != nil {
			w.change(func() { delete(w.sockets, s) })
			s.close()
			return
		}
		w.acknowledge(answer.ID, answer.Payload)
	}
}

// acknowledge notes that the bot has taken a delivery.
func (w *Workspace) acknowledge(envelope string, payload json.RawMessage) {
	w.change(func() {
		i := slices.IndexFunc(w.pending, func(d *Delivery) bool { return d.envelope == envelope })
		if i < 0 {
			return
		}
		w.pending[i].acked, w.pending[i].reply = time.Now(), payload
		w.pending = slices.Delete(w.pending, i, i+1)
	})
}
