package origin

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// outputTime is how long a process that was ended may hold on to its output.
const outputTime = 5 * time.Second

// Command prepares a program that ends, with all that it started, when ctx
// does. It has no environment until its Env is set.
func Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = []string{}
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
	c.WaitDelay = outputTime
	return c
}

// A Tail is the last that a program said, for the message about its end.
type Tail struct{ text []byte }

// mostSaid is how much of that is kept, in bytes.
const mostSaid = 2000

// Write keeps the end of what was said.
func (t *Tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if over := len(t.text) - mostSaid; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

// String returns it in one line.
func (t *Tail) String() string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(t.text), "")), " ")
}
