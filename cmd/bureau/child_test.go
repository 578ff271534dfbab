package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// A child is bureau as a process of its own.
type child struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines chan string   // of both outputs, closed at their end
	ended chan struct{} // closed when the process has ended and status is set
	said  *transcript
}

// A transcript is all that a process has printed.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *transcript) add(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.WriteString(line + "\n")
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// start starts bureau with an environment in which nothing is set for it. It
// is killed when the test ends, if it lives then.
func start(t testing.TB, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startProgram(t, self, args...)
}

// startWith is start with variables that are set for it.
func startWith(t testing.TB, environment []string, args ...string) *child {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return startIn(t, environment, self, args...)
}

// startProgram is start for a program that is bureau.
func startProgram(t testing.TB, program string, args ...string) *child {
	t.Helper()
	return startIn(t, nil, program, args...)
}

// startIn is startProgram with variables, as NAME=value.
func startIn(t testing.TB, vars []string, program string, args ...string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(program, args...), lines: make(chan string, 10_000), ended: make(chan struct{}), said: &transcript{}}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "BUREAU_") {
			c.cmd.Env = append(c.cmd.Env, variable)
		}
	}
	c.cmd.Env = append(append(c.cmd.Env, asProgram+"=1"), vars...)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.cmd.Stdout, c.cmd.Stderr = writer, writer
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	go c.listen(reader)
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		<-c.ended
		if t.Failed() {
			t.Logf("bureau %s said:\n%s", strings.Join(args, " "), c.said)
		}
	})
	return c
}

// listen hands on what the process prints, until it ends.
func (c *child) listen(output io.ReadCloser) {
	scanner := bufio.NewScanner(output)
	for scanner.Scan() {
		c.said.add(scanner.Text())
		c.lines <- scanner.Text()
	}
	close(c.lines)
	output.Close()
	_ = c.cmd.Wait() // the status is in ProcessState
	close(c.ended)
}

// patience is how long a process may be silent. It is not a promise about
// speed: a model on a busy machine takes its time.
const patience = 5 * time.Minute

// await returns the first match of pattern in what the process prints from
// now on.
func (c *child) await(pattern string) string {
	c.t.Helper()
	match, silent := regexp.MustCompile(pattern), time.After(patience)
	for {
		select {
		case line, ok := <-c.lines:
			if found := match.FindString(line); found != "" {
				return found
			}
			if !ok {
				c.t.Fatalf("the process ended and did not say %q", pattern)
			}
		case <-silent:
			c.t.Fatalf("the process did not say %q", pattern)
		}
	}
}

// signal sends a signal.
func (c *child) signal(s os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		c.t.Fatal(err)
	}
}

// status waits for the end and returns the exit status.
func (c *child) status() int {
	c.t.Helper()
	select {
	case <-c.ended:
		return c.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		c.t.Fatal("the process does not end")
		return -1
	}
}

// kill ends the process as a loss of power would.
func (c *child) kill() {
	c.t.Helper()
	c.signal(syscall.SIGKILL)
	<-c.ended
}

// A visitor is one browser at the address of a child.
type visitor struct {
	t       testing.TB
	address string
	client  *http.Client
}

// signIn chooses a person on the sign-in page.
func signIn(t testing.TB, address, person string) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, address, &http.Client{Jar: jar}}
	if page := v.get("/sign-in"); !strings.Contains(page, `value="`+person+`"`) {
		t.Fatalf("%s is not on the page:\n%s", person, page)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/sign-in", strings.NewReader(url.Values{"person": {person}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", address)
	if page := v.do(request); !strings.Contains(page, "<bureau-chat") {
		t.Fatalf("after signing in:\n%s", page)
	}
	return v
}

func (v visitor) get(path string) string {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.address+path, http.NoBody)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.do(request)
}

func (v visitor) do(request *http.Request) string {
	v.t.Helper()
	response, err := v.client.Do(request)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return string(body)
}

// A frame is one message of the socket, with all it said.
type frame struct {
	Type, Code, Mode, Text, Answer string
	Sources                        []shownSource
	Cited                          []int
	raw                            string
}

// A shownSource is a source of an answer, with its copies.
type shownSource struct {
	Title, Quote, URL string
	Also              []shownCopy
}

type shownCopy struct{ Title, URL string }

// A socket is a visitor's open conversation.
type socket struct {
	*websocket.Conn
	t testing.TB
}

// socket opens the visitor's socket and says hello.
func (v visitor) socket() socket {
	v.t.Helper()
	ws := v.dial()
	v.t.Cleanup(func() { ws.Close() })
	s := socket{ws, v.t}
	s.send(map[string]any{"type": "hello", "version": 1})
	if f := s.next(); f.Type != "ready" {
		v.t.Fatalf("hello: %s", f.raw)
	}
	return s
}

// dial opens a socket, and says nothing on it.
func (v visitor) dial() *websocket.Conn {
	v.t.Helper()
	dialer := websocket.Dialer{ReadBufferSize: 1024, WriteBufferSize: 1024} // thousands may be open
	ctx, cancel := context.WithTimeout(v.t.Context(), 30*time.Second)
	defer cancel()
	// The jar holds cookies of http addresses alone.
	at, err := url.Parse(v.address)
	if err != nil {
		v.t.Fatal(err)
	}
	header := http.Header{"Origin": {v.address}}
	for _, cookie := range v.client.Jar.Cookies(at) {
		header.Add("Cookie", cookie.String())
	}
	ws, response, err := dialer.DialContext(ctx, "ws://"+at.Host+"/socket", header)
	if err != nil {
		v.t.Fatalf("open the socket: %v, %v", err, response)
	}
	response.Body.Close()
	return ws
}

func (s socket) send(frame map[string]any) {
	s.t.Helper()
	if err := s.WriteJSON(frame); err != nil {
		s.t.Fatal(err)
	}
}

func (s socket) next() frame {
	s.t.Helper()
	_ = s.SetReadDeadline(time.Now().Add(patience))
	_, data, err := s.ReadMessage()
	if err != nil {
		s.t.Fatal(err)
	}
	f := frame{raw: string(data)}
	if err := json.Unmarshal(data, &f); err != nil {
		s.t.Fatalf("%v in %s", err, data)
	}
	return f
}

// ask asks and returns the frames up to the end of the answer.
func (s socket) ask(question string) []frame {
	s.t.Helper()
	s.send(map[string]any{"type": "ask", "id": rand.Text(), "text": question, "conversation": "c"})
	var frames []frame
	for {
		frames = append(frames, s.next())
		if last := frames[len(frames)-1].Type; last == "done" || last == "failed" {
			return frames
		}
	}
}

// rawOf joins all that frames said.
func rawOf(frames []frame) string {
	var all strings.Builder
	for _, f := range frames {
		all.WriteString(f.raw + "\n")
	}
	return all.String()
}
