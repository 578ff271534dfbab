package bounded

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// startTime is how long a child may take to be ready.
const startTime = 30 * time.Second

// A child is a process that serves. One request at a time owns it.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *head
}

// startChild starts a process and waits until it is ready, or for ctx.
func startChild(ctx context.Context, command []string, memory int64) (*child, error) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	program, err := programOf(command)
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.CommandContext(context.WithoutCancel(ctx), program, command[1:]...), stderr: &head{room: 8 << 10}}
	c.cmd.Env = []string{}        // its parent's has secrets
	c.cmd.WaitDelay = time.Second // for a process of the child's own that holds its stderr
	c.cmd.Stderr = c.stderr
	endWithParent(c.cmd)
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	kind, _, err := c.ask(ctx, kindStart, strconv.AppendInt(nil, memory, 10))
	if err == nil && kind != kindReady {
		err = fmt.Errorf("it says %.40q", kind)
	}
	if err != nil {
		c.kill()
		return nil, fmt.Errorf("start a reader: %w", errors.Join(err, c.explain()))
	}
	return c, nil
}

// programOf returns the program of a command, this one for "".
func programOf(command []string) (string, error) {
	switch {
	case len(command) == 0:
		return "", errors.New("start a reader: no command")
	case command[0] != "":
		return command[0], nil
	case self != "":
		return self, nil
	}
	return os.Executable()
}

// ask sends a message and returns the answer. When ctx ends it kills the child.
func (c *child) ask(ctx context.Context, kind string, body []byte) (string, []byte, error) {
	stop := context.AfterFunc(ctx, func() { _ = c.cmd.Process.Kill() }) // an ended process is what is wanted
	defer stop()
	if err := writeMessage(c.in, kind, body); err != nil {
		return "", nil, err
	}
	return readMessage(c.out)
}

// kill ends the child and waits until it is gone. What it said on its standard
// error is then complete.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // an ended process is what is wanted
	_ = c.in.Close()
	_ = c.cmd.Wait() // how it ended is in its stderr
}

// lastWords finds what Go's runtime says when it ends a process.
var (
	lastWords   = regexp.MustCompile(`(?m)^(?:panic|fatal error|runtime): .*$`)
	outOfMemory = regexp.MustCompile(`(?m)out of memory|cannot allocate memory|cannot map pages|failed to create new OS thread`)
)

// explain returns why a child ended that was not asked to.
func (c *child) explain() error {
	said := c.stderr.text()
	if outOfMemory.MatchString(said) {
		return ErrMemory
	}
	if line := lastWords.FindString(said); line != "" {
		return fmt.Errorf("%w: %.500s", ErrCrash, line)
	}
	return fmt.Errorf("%w: %s", ErrCrash, c.cmd.ProcessState)
}

// A head keeps the first bytes that are written to it.
type head struct {
	mu   sync.Mutex
	room int
	kept []byte
}

// Write keeps what there is room for and takes all.
func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := min(len(p), h.room)
	h.kept, h.room = append(h.kept, p[:n]...), h.room-n
	return len(p), nil
}

// text returns what is kept.
func (h *head) text() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.kept)
}
