package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// Times of a socket. A peer that says nothing for pongWait is gone; one that
// does not take a frame within writeWait too.
const (
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
	writeWait  = 10 * time.Second
)

// queued is how many frames may wait for a slow reader before its answers
// pause.
const queued = 32

// A conn is one open socket. Two goroutines own it: read is the only reader of
// ws, write its only writer. Both end when ctx does, and the end of either
// ends the other: write closes ws last of all, which wakes a blocked read.
type conn struct {
	ws   *websocket.Conn
	out  chan []byte
	news *news
	ctx  context.Context // of the socket: the one context kept in a struct
	end  context.CancelCauseFunc
}

// newConn returns a conn over ws that ends with ctx at the latest.
func newConn(ctx context.Context, ws *websocket.Conn) *conn {
	ctx, end := context.WithCancelCause(ctx)
	return &conn{ws: ws, out: make(chan []byte, queued), news: newNews(), ctx: ctx, end: end}
}

// send waits for room in the queue. The wait is the backpressure: while a
// client is slow its own answers pause, and after writeWait without progress
// the socket ends. It returns why ctx or the socket ended.
func (c *conn) send(ctx context.Context, frame []byte) error {
	select {
	case c.out <- frame:
		return nil
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// read gives each frame of the peer to handle until the peer is gone or
// handle returns an error, which ends the socket.
func (c *conn) read(handle func(frame []byte) error) {
	c.ws.SetReadLimit(maxFrame)
	alive := func(string) error { return c.ws.SetReadDeadline(time.Now().Add(pongWait)) }
	c.ws.SetPongHandler(alive)
	err := alive("")
	for err == nil {
		var kind int
		var frame []byte
		if kind, frame, err = c.ws.ReadMessage(); err != nil {
			break
		}
		if kind != websocket.TextMessage {
			err = errBinary
			break
		}
		if err = handle(frame); err == nil {
			err = alive("") // who spoke is there, however long it was answered
		}
	}
	c.end(err)
}

// write sends what is queued, the news, and a ping each pingPeriod, until the
// socket ends. It says why with a close code.
func (c *conn) write() {
	defer func() { _ = c.ws.Close() }() // an error here is a peer that left
	ping := time.NewTicker(pingPeriod)
	defer ping.Stop()
	for {
		select {
		case frame := <-c.out:
			if err := c.put(frame); err != nil {
				c.end(err)
				return
			}
		case <-c.news.wake:
			if err := c.tell(); err != nil {
				c.end(err)
				return
			}
		case <-ping.C:
			if err := c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)); err != nil {
				c.end(err)
				return
			}
		case <-c.ctx.Done():
			c.goodbye(context.Cause(c.ctx))
			return
		}
	}
}

// tell sends the news, behind all that was queued before them.
func (c *conn) tell() error {
	for len(c.out) > 0 {
		if err := c.put(<-c.out); err != nil {
			return err
		}
	}
	for _, frame := range c.news.take() {
		data, err := json.Marshal(frame)
		if err != nil {
			return fmt.Errorf("encode frame: %w", err)
		}
		if err := c.put(data); err != nil {
			return err
		}
	}
	return nil
}

// goodbye sends the frames that still wait and the close code for err. A peer
// that is gone hears neither, which is no error.
func (c *conn) goodbye(err error) {
	if gone := new(websocket.CloseError); errors.As(err, &gone) {
		return
	}
	for len(c.out) > 0 {
		if c.put(<-c.out) != nil {
			return
		}
	}
	f := explain(err)
	message := websocket.FormatCloseMessage(f.close, f.code)
	_ = c.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(writeWait))
}

// put writes one frame.
func (c *conn) put(frame []byte) error {
	if err := c.ws.SetWriteDeadline(time.Now().Add(writeWait)); err != nil {
		return err
	}
	return c.ws.WriteMessage(websocket.TextMessage, frame)
}
