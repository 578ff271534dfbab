package main

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A lone listener takes one connection.
type lone struct{ taken chan net.Conn }

func (l lone) Accept() (net.Conn, error) {
	if c, ok := <-l.taken; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (l lone) Close() error   { return nil }
func (l lone) Addr() net.Addr { return &net.TCPAddr{} }

// saysTo sends what a client says to a server of ours and returns the reply, and
// after how long the connection ended.
func saysTo(t *testing.T, say func(io.Writer)) (reply string, took time.Duration) {
	t.Helper()
	client, server := net.Pipe()
	listener := lone{make(chan net.Conn, 1)}
	listener.taken <- server
	h := newHTTPServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") }))
	go func() { _ = h.Serve(listener) }()
	began, said := time.Now(), make(chan struct{})
	go func() { defer close(said); say(client) }()
	all, err := io.ReadAll(client)
	if err != nil {
		t.Fatal(err)
	}
	took = time.Since(began)
	client.Close()
	close(listener.taken)
	h.Close()
	<-said
	return string(all), took
}

func TestHeadersThatTrickleInAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reply, took := saysTo(t, func(w io.Writer) {
			_, err := io.WriteString(w, "GET / HTTP/1.1\r\nHost: x\r\n")
			for err == nil {
				time.Sleep(time.Second)
				_, err = io.WriteString(w, "X: y\r\n")
			}
		})
		if strings.Contains(reply, "served") || took > 11*time.Second {
			t.Errorf("%q after %s", reply, took)
		}
	})
}

func TestAConnectionThatSaysNothingMoreIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reply, took := saysTo(t, func(w io.Writer) { _, _ = io.WriteString(w, "GET / HTTP/1.1\r\nHost: x\r\n\r\n") })
		if strings.Count(reply, "served") != 1 || took > 3*time.Minute {
			t.Errorf("%q after %s", reply, took)
		}
	})
}

func TestHeadersHaveASize(t *testing.T) {
	for size, served := range map[int]bool{maxHeader / 2: true, 2 * maxHeader: false} {
		synctest.Test(t, func(t *testing.T) {
			reply, _ := saysTo(t, func(w io.Writer) {
				_, _ = io.WriteString(w, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: "+strings.Repeat("y", size)+"\r\n\r\n")
			})
			if strings.Contains(reply, "served") != served || !served && !strings.Contains(reply, "431") {
				t.Errorf("headers of %d bytes: %.100q", size, reply)
			}
		})
	}
}
