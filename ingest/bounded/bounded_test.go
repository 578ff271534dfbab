//go:build unix

package bounded

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"bureau/ingest/format"
)

const (
	asChild  = "serve-bounded" // arguments of the test program
	asParent = "ask-bounded"
)

var errOwn = errors.New("an error of both sides")

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == asChild:
		if err := Serve(os.Stdin, os.Stdout, handle, errOwn); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) > 2 && os.Args[1] == asParent:
		_, err := newRunner().Do(context.Background(), "hold", []byte(os.Args[2]))
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// handle is what the children of these tests do.
func handle(kind string, payload []byte) ([]byte, error) {
	switch kind {
	case "echo":
		return payload, nil
	case "pid":
		return strconv.AppendInt(nil, int64(os.Getpid()), 10), nil
	case "environment":
		return []byte(strings.Join(os.Environ(), "\n")), nil
	case "encrypted":
		return nil, fmt.Errorf("%w: ask its author\nfor the password", format.ErrEncrypted)
	case "own":
		return nil, fmt.Errorf("read: %w", errOwn)
	case "panic":
		var nothing []int
		return nil, errors.New(strconv.Itoa(nothing[len(payload)]))
	case "panic elsewhere":
		go func() { panic("far away") }()
		select {}
	case "exit":
		os.Exit(3)
	case "allocate":
		return allocate(payload)
	case "hold":
		return hold(string(payload))
	case "loop":
		for i := 0; ; i++ { // an endless loop that calls nothing
			_ = i
		}
	}
	return nil, errors.New("no such kind")
}

// allocate takes as many MiB as payload says and writes to all of them.
func allocate(payload []byte) ([]byte, error) {
	size, err := strconv.Atoi(string(payload))
	if err != nil {
		return nil, err
	}
	var held [][]byte
	for range size {
		held = append(held, bytes.Repeat([]byte{1}, 1<<20))
	}
	return strconv.AppendInt(nil, int64(len(held)), 10), nil
}

// hold opens a pipe, says on it that it runs, and keeps it open for ever.
func hold(fifo string) ([]byte, error) {
	w, err := os.OpenFile(fifo, os.O_WRONLY, 0)
	if err != nil {
		return nil, err
	}
	if _, err := w.WriteString("held\n"); err != nil {
		return nil, err
	}
	for {
		runtime.KeepAlive(w)
	}
}

func newRunner() *Runner {
	return &Runner{Command: []string{"", asChild}, Known: []error{errOwn}}
}

func start(t *testing.T, r *Runner) *Runner {
	t.Helper()
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// ask has r answer a request that must succeed.
func ask(t *testing.T, r *Runner, kind, payload string) string {
	t.Helper()
	reply, err := r.Do(t.Context(), kind, []byte(payload))
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return string(reply)
}

func TestOneChildAnswersManyRequests(t *testing.T) {
	r := start(t, newRunner())
	pid := ask(t, r, "pid", "")
	large := strings.Repeat("中文", 1<<20)
	for _, payload := range []string{"", "a", large} {
		if got := ask(t, r, "echo", payload); got != payload {
			t.Errorf("%d bytes come back as %d", len(payload), len(got))
		}
	}
	if again := ask(t, r, "pid", ""); again != pid || pid == strconv.Itoa(os.Getpid()) {
		t.Errorf("child %s, then child %s, in process %d", pid, again, os.Getpid())
	}
}

func TestErrorsKeepTheirIdentity(t *testing.T) {
	r := start(t, newRunner())
	_, err := r.Do(t.Context(), "encrypted", nil)
	if want := "the file is encrypted: ask its author\nfor the password"; !errors.Is(err, format.ErrEncrypted) || errors.Is(err, format.ErrLimit) || err.Error() != want {
		t.Errorf("error %q, want %q that is ErrEncrypted", err, want)
	}
	if _, err = r.Do(t.Context(), "own", nil); !errors.Is(err, errOwn) {
		t.Errorf("error %v, want a known one", err)
	}
	if _, err = r.Do(t.Context(), "nonsense", nil); err == nil || err.Error() != "no such kind" {
		t.Errorf("error %v", err)
	}
}

func TestEndlessLoopIsEnded(t *testing.T) {
	r := newRunner()
	r.Time = 300 * time.Millisecond
	start(t, r)
	_, err := r.Do(t.Context(), "loop", nil)
	if !errors.Is(err, ErrTime) || !errors.Is(err, format.ErrLimit) || !strings.Contains(err.Error(), "300ms") {
		t.Fatalf("error %v, want ErrTime with the limit", err)
	}
	r.Time = time.Minute
	if got := ask(t, r, "echo", "next"); got != "next" {
		t.Errorf("the next request gives %q", got)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	if underRace {
		t.Skip("the race detector's own memory is over any limit")
	}
	r := newRunner()
	r.Memory = 256 << 20
	start(t, r)
	for range 5 { // garbage of one request does not count against the next
		ask(t, r, "allocate", "100")
	}
	_, err := r.Do(t.Context(), "allocate", []byte("2048"))
	if !errors.Is(err, ErrMemory) || !errors.Is(err, format.ErrLimit) || !strings.Contains(err.Error(), "256 MiB") {
		t.Fatalf("error %v, want ErrMemory with the limit", err)
	}
	if got := ask(t, r, "allocate", "100"); got != "100" {
		t.Errorf("the next request gives %q", got)
	}
}

func TestCrashIsAnErrorOfItsRequest(t *testing.T) {
	r := start(t, newRunner())
	for kind, words := range map[string]string{
		"panic":           "panic: runtime error: index out of range [0] with length 0",
		"panic elsewhere": "panic: far away",
		"exit":            "exit status 3",
	} {
		_, err := r.Do(t.Context(), kind, nil)
		if !errors.Is(err, ErrCrash) || !strings.HasSuffix(err.Error(), words) {
			t.Errorf("%s: error %v, want ErrCrash with %q", kind, err, words)
		}
		if got := ask(t, r, "echo", kind); got != kind {
			t.Errorf("after %s the next request gives %q", kind, got)
		}
	}
}

func TestCancelledRequestEndsItsChild(t *testing.T) {
	r := start(t, newRunner())
	pipe := fifo(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("nobody waits")
	done := make(chan error, 1)
	go func() {
		_, err := r.Do(ctx, "hold", []byte(pipe))
		done <- err
	}()
	end := held(t, pipe)
	cancel(why)
	if err := <-done; !errors.Is(err, why) {
		t.Errorf("error %v, want the cause of the context", err)
	}
	end()
	if _, err := r.Do(ctx, "echo", nil); !errors.Is(err, why) {
		t.Errorf("a request of an ended context gives %v", err)
	}
}

func TestChildrenEndWithTheirParent(t *testing.T) {
	pipe := fifo(t)
	parent := exec.Command(os.Args[0], asParent, pipe)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	end := held(t, pipe)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	end()
}

// A child that is not killed with its parent sees its standard input end.
func TestServeReturnsWhileAHandlerRuns(t *testing.T) {
	in, parent := io.Pipe()
	running, never := make(chan bool), make(chan bool)
	served := make(chan error, 1)
	go func() {
		served <- Serve(in, io.Discard, func(string, []byte) ([]byte, error) { close(running); <-never; return nil, nil })
	}()
	for _, kind := range []string{kindStart, "wait"} {
		if err := writeMessage(parent, kind, []byte("0")); err != nil {
			t.Fatal(err)
		}
	}
	<-running
	if err := parent.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	close(never)
}

func TestRequestsShareTheChildren(t *testing.T) {
	r := newRunner()
	r.Workers = 2
	start(t, r)
	var wg sync.WaitGroup
	var mu sync.Mutex
	pids := make(map[string]bool)
	for i := range 40 {
		wg.Go(func() {
			want := strconv.Itoa(i)
			reply, err := r.Do(t.Context(), "echo", []byte(want))
			if err != nil || string(reply) != want {
				t.Errorf("request %s gets %q, error %v", want, reply, err)
			}
			pid, err := r.Do(t.Context(), "pid", nil)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			pids[string(pid)] = true
		})
	}
	wg.Wait()
	if len(pids) > 2 {
		t.Errorf("%d children for 2 workers", len(pids))
	}
}

func TestChildrenHaveNoSecrets(t *testing.T) {
	t.Setenv("BUREAU_SECRET", "s3cret")
	if got := ask(t, start(t, newRunner()), "environment", ""); strings.Contains(got, "s3cret") {
		t.Errorf("the environment of a child: %s", got)
	}
}

func TestClosedRunnerRefuses(t *testing.T) {
	r := newRunner()
	ask(t, r, "echo", "")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Do(t.Context(), "echo", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

func TestProgramThatDoesNotServeIsAnError(t *testing.T) {
	for _, command := range [][]string{nil, {"/nonexistent"}, {"/bin/true"}, {"/bin/echo", "hello, I am no reader"}} {
		if _, err := start(t, &Runner{Command: command}).Do(t.Context(), "echo", nil); err == nil {
			t.Errorf("command %q answers", command)
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	var b bytes.Buffer
	if err := writeMessage(&b, "echo", []byte("body")); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, body, err := readMessage(bytes.NewReader(data))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := writeMessage(&again, kind, body); err != nil || !bytes.HasPrefix(data, again.Bytes()) {
			t.Errorf("message %q %q is written as %q (%v)", kind, body, again.Bytes(), err)
		}
	})
}

// fifo makes a named pipe.
func fifo(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "held")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skipf("no named pipes: %v", err)
	}
	return name
}

// held waits until a child holds the pipe. What it returns waits until the
// child is gone, and with it its end of the pipe.
func held(t *testing.T, name string) (end func()) {
	t.Helper()
	r, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() }) // only read
	lines := bufio.NewReader(r)
	if line, err := lines.ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("read %q, %v", line, err)
	}
	return func() {
		t.Helper()
		if _, err := lines.ReadByte(); !errors.Is(err, io.EOF) {
			t.Errorf("the child lives: %v", err)
		}
	}
}
