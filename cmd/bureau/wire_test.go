package main

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// A wire leads to a server, and can be cut.
type wire struct {
	origin string // of the near end

	mu    sync.Mutex
	dead  bool
	ends  map[net.Conn]bool
	going sync.WaitGroup
}

// newWire lays a wire to the server at origin.
func newWire(t *testing.T, origin string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{origin: "http://" + listener.Addr().String(), ends: make(map[net.Conn]bool)}
	w.going.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			w.going.Go(func() { w.carry(near, strings.TrimPrefix(origin, "http://")) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		w.cut()
		w.going.Wait()
	})
	return w
}

// carry copies both ways until an end closes.
func (w *wire) carry(near net.Conn, address string) {
	defer near.Close()
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	w.mu.Lock()
	if w.dead {
		w.mu.Unlock()
		return
	}
	w.ends[near] = true
	w.mu.Unlock()
	w.going.Go(func() {
		defer near.Close()
		_, _ = io.Copy(near, far) // an error is an end that closed
	})
	_, _ = io.Copy(far, near)
	w.mu.Lock()
	delete(w.ends, near)
	w.mu.Unlock()
}

// cut breaks every connection; new ones break at once.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = true
	for end := range w.ends {
		end.Close()
	}
}

// mend lets connections through again.
func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = false
}
