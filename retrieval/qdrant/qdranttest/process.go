package qdranttest

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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// edgeVariable names the Python interpreter that has the engine.
const edgeVariable = "BUREAU_TEST_QDRANT_EDGE"

// patience is how long a server may take to start or to stop on a busy machine.
const patience = time.Minute

// interpreter returns the Python that has the engine. Without one the test is
// skipped, or fails where CI=true.
func interpreter(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv(edgeVariable); path != "" {
		return path
	}
	const reason = "no Qdrant engine: $" + edgeVariable + " is not set (scripts/qdrant.sh up makes one, and says why where it cannot)"
	if os.Getenv("CI") == "true" {
		tb.Fatal(reason)
	}
	tb.Skip(reason)
	return ""
}

// script returns the path of the server's program, which lies beside this
// package.
func script() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "edge", "server.py")
}

// A process is one run of the server. It leads a process group, so that the
// process in which it builds a graph is killed with it.
type process struct {
	address string

	cmd    *exec.Cmd
	stdin  io.Closer // its end ends the server
	stderr *transcript
}

// launch starts a server and waits until it listens.
func launch(command []string) (*process, error) {
	// It lives as long as its standard input is open, and not by a context.
	cmd := exec.CommandContext(context.Background(), command[0], command[1:]...)
	p := &process{cmd: cmd, stderr: &transcript{}}
	p.cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1") // nothing is written beside the sources
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Stderr = p.stderr
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the Qdrant server: %w", err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the Qdrant server: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the Qdrant server: %w", err)
	}
	p.stdin = stdin
	hung := time.AfterFunc(patience, p.killGroup)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	hung.Stop()
	address, listening := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if err != nil || !listening {
		p.kill()
		return nil, fmt.Errorf("start the Qdrant server: it printed %q (%w) and said:\n%s", line, err, p.said())
	}
	p.address = address
	return p, nil
}

// stop asks the server to end, and kills it if it does not.
func (p *process) stop() error {
	hung := time.AfterFunc(patience, p.killGroup)
	defer hung.Stop()
	if err := errors.Join(p.stdin.Close(), p.cmd.Wait()); err != nil {
		return fmt.Errorf("stop the Qdrant server: %w\n%s", err, p.said())
	}
	return nil
}

// kill ends the server at once and waits for its end.
func (p *process) kill() {
	p.killGroup()
	_ = p.cmd.Wait() // it says that the process was killed
}

func (p *process) killGroup() {
	if err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		panic(fmt.Sprintf("kill the Qdrant server: %v", err)) // it is our own child
	}
}

// said returns what the server has written to its standard error.
func (p *process) said() string { return p.stderr.String() }

// A transcript is a buffer that may be read while it is written.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *transcript) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(b)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
