package web

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// Times of a socket. A peer that says nothing for pongWait is gone; one that
// does not take a frame within writeWait too, and one that has not sent its first
// within helloWait.
const (
	helloWait  = 15 * time.Second
	pongWait   = 60 * time.Second
	pingPeriod = pongWait * 9 / 10
	writeWait  = 10 * time.Second
)

// framesPerSecond is how many frames of one socket are taken, for a while; twice
// as many at once.
const framesPerSecond = 20

// socketBuffer is the bytes that an idle socket keeps for what comes, and that a
// frame on its way borrows. Larger frames take more calls of the system.
const socketBuffer = 1024

// queued is how many frames may wait for a slow reader before its answers
// pause.
const queued = 32

// A conn is one open socket. One goroutine reads it; another writes it while
// there is something to write, so that an idle socket costs one. Both end when
// ctx does: then what still waits is sent, the peer is told why, and ws is closed,
// which wakes a blocked read.
type conn struct {
	ws   *websocket.Conn
	ctx  context.Context // of the socket: the one context kept in a struct
	end  context.CancelCauseFunc
	gone chan struct{} // closed when ws is
	pace *rate.Limiter // of what comes
	ping *time.Timer   // of the next ping
	news *news         // sent when nothing else waits

	mu      sync.Mutex
	waiting [][]byte      // frames; queued at most, but for news
	writing bool          // a goroutine sends them
	closing bool          // nothing is queued any more
	room    chan struct{} // closed when there is room again; nil while nobody waits for it
	writer  sync.WaitGroup
}

// newConn returns a conn over ws that ends with ctx at the latest. Whoever made
// it ends it.
func newConn(ctx context.Context, ws *websocket.Conn) *conn {
	ctx, end := context.WithCancelCause(ctx)
	c := &conn{
		ws: ws, ctx: ctx, end: end, gone: make(chan struct{}),
		pace: rate.NewLimiter(framesPerSecond, 2*framesPerSecond),
	}
	c.news = newNews(c.wake)
	c.ping = time.AfterFunc(pingPeriod, c.sendPing)
	context.AfterFunc(ctx, c.goodbye)
	return c
}

// close ends the socket for a reason, and returns when it is closed.
func (c *conn) close(cause error) {
	c.end(cause)
	<-c.gone
}

// send waits for room in the queue. The wait is the backpressure: while a
// client is slow its own answers pause, and after writeWait without progress
// the socket ends. It returns why ctx or the socket ended.
func (c *conn) send(ctx context.Context, frame []byte) error {
	for {
		full, err := c.enqueue(frame)
		if full == nil {
			return err
		}
		select {
		case <-full:
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// enqueue queues a frame, and has it sent. Where there is no room for it, full is
// closed once there is.
func (c *conn) enqueue(frame []byte) (full <-chan struct{}, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return nil, context.Cause(c.ctx)
	}
	if len(c.waiting) >= queued {
		if c.room == nil {
			c.room = make(chan struct{})
		}
		return c.room, nil
	}
	c.waiting = append(c.waiting, frame)
	c.start()
	return nil, nil
}

// start has what waits sent. The caller holds mu.
func (c *conn) start() {
	if !c.writing {
		c.writing = true
		c.writer.Go(c.write)
	}
}

// wake has the news sent.
func (c *conn) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		c.start()
	}
}

// next takes the next frame out of the queue, or out of the news where nothing
// waits. Without one the writing is over.
func (c *conn) next() (frame []byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.waiting) == 0 {
		c.waiting = c.news.take()
	}
	if len(c.waiting) == 0 {
		c.waiting, c.writing = nil, false
		return nil, false
	}
	frame, c.waiting = c.waiting[0], c.waiting[1:]
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
	return frame, true
}

// read gives each frame of the peer to handle until the peer is gone or
// handle returns an error, which ends the socket.
func (c *conn) read(handle func(frame []byte) error) {
	c.ws.SetReadLimit(maxFrame)
	alive := func() error { return c.ws.SetReadDeadline(time.Now().Add(pongWait)) }
	c.ws.SetPongHandler(func(string) error { c.tooFast(); return alive() })
	c.ws.SetPingHandler(c.sendPong)
	err := c.ws.SetReadDeadline(time.Now().Add(helloWait))
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
		if err = aside(func() error { return handle(frame) }); err == nil {
			err = alive() // who spoke is there, however long it was answered
		}
	}
	c.end(err)
}

// aside calls a function on a stack of its own, and waits for it. Whatever reads
// the store needs a large one, which the goroutine of an idle socket would keep.
func aside(call func() error) error {
	result := make(chan error)
	go func() { result <- call() }()
	return <-result
}

// tooFast reports whether frames come faster than they are taken. Whoever is too
// fast is read more slowly then: what they send waits with them.
func (c *conn) tooFast() bool {
	if c.pace.Allow() {
		return false
	}
	pause := time.NewTimer(time.Second / framesPerSecond)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-c.ctx.Done():
	}
	return true
}

// sendPong answers a ping, unless they come too fast.
func (c *conn) sendPong(data string) error {
	if !c.tooFast() {
		// An error here is a peer that left, which reading tells.
		_ = c.ws.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(writeWait))
	}
	return nil
}

// write sends what is queued. What a peer that is gone does not hear is no error.
func (c *conn) write() {
	for frame, ok := c.next(); ok; frame, ok = c.next() {
		if err := c.put(frame); err != nil { // and so will the others
			c.end(err)
		}
	}
}

// sendPing sends a ping, each pingPeriod.
func (c *conn) sendPing() {
	if err := c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)); err != nil {
		c.end(err)
		return
	}
	c.ping.Reset(pingPeriod)
}

// goodbye closes the socket when it has ended, after the frames that still wait,
// and says why with a close code.
func (c *conn) goodbye() {
	defer close(c.gone)
	defer func() { _ = c.ws.Close() }() // an error here is a peer that left
	c.ping.Stop()
	c.mu.Lock()
	c.closing = true // so that nothing is queued behind the Wait below
	c.mu.Unlock()
	c.writer.Wait()
	err := context.Cause(c.ctx)
	if gone := new(websocket.CloseError); errors.As(err, &gone) {
		return
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
