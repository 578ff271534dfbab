package main

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"
)

// BenchmarkIdleSockets opens 5,000 sockets of 200 people on a server without
// models and says hello on each. It reports the server's resident memory then,
// and what of it came with each socket.
func BenchmarkIdleSockets(b *testing.B) {
	const sockets, people = 5_000, 200
	enoughFiles(b, sockets+500)
	h := crowdedHouse(b, people)
	for b.Loop() {
		c := start(b, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
		address := c.await(`http://127\.0\.0\.1:\d+`)
		visitors := make([]visitor, people)
		for i := range visitors {
			visitors[i] = signIn(b, address, fmt.Sprintf("p%d", i))
		}
		before := residentMB(c.cmd.Process.Pid)
		if before == 0 {
			b.Skip("this system does not tell the memory of a process")
		}
		var crowd crowd
		for i := range sockets {
			crowd.join(b, visitors[i%people])
		}
		resident := residentMB(c.cmd.Process.Pid)
		crowd.leave()
		c.signal(syscall.SIGTERM)
		if status := c.status(); status != exitDone {
			b.Fatalf("exit status %d", status)
		}
		b.ReportMetric(resident, "MB-resident")
		b.ReportMetric((resident-before)*1000/sockets, "kB/socket")
	}
}

// enoughFiles skips where a process may not have so many files open.
func enoughFiles(t testing.TB, want uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur < want {
		t.Skipf("a process may have %d files open here, and %d are needed; see ulimit -n", limit.Cur, want)
	}
}

// crowdedHouse is a company of so many people, p0 and on, with one document that
// all of them read.
func crowdedHouse(t testing.TB, people int) house {
	t.Helper()
	var config strings.Builder
	config.WriteString("departments: [{id: hr, name: Human Resources}]\nsources: [{id: a, path: documents, readers: [everyone]}]\npeople:\n")
	for i := range people {
		fmt.Fprintf(&config, "  - {id: p%d, name: Person %d, departments: [hr]}\n", i, i)
	}
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml":        config.String(),
		"documents/leave.md": "# Annual leave\n\nEverybody has 26 days of annual leave a year.\n",
	})
	h := newHouse(t, folder+"/bureau.yaml")
	h.mustRun("ingest")
	return h
}

// A crowd is sockets that have said hello, and answer pings.
type crowd struct {
	open    []*websocket.Conn
	reading sync.WaitGroup
}

func (c *crowd) join(t testing.TB, v visitor) {
	t.Helper()
	ws := v.dial()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello","version":1}`)); err != nil {
		t.Fatal(err)
	}
	if _, ready, err := ws.ReadMessage(); err != nil || !strings.Contains(string(ready), `"ready"`) {
		t.Fatalf("hello: %v, %s", err, ready)
	}
	c.open = append(c.open, ws)
	c.reading.Go(func() {
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				return
			}
		}
	})
}

func (c *crowd) leave() {
	for _, ws := range c.open {
		_ = ws.Close()
	}
	c.reading.Wait()
}
