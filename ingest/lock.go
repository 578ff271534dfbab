package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// ErrRunning says that another ingest works on the same data.
var ErrRunning = errors.New("another ingest is running")

// lock takes the lock file at path for this process until unlock is called or
// the process ends, however it ends.
func lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock %s: %w", path, err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil && !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	if err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 32)) // only for the message
		return nil, errors.Join(fmt.Errorf("%w (process %s); wait for it to end", ErrRunning, strings.TrimSpace(string(holder))), f.Close())
	}
	if err := errors.Join(f.Truncate(0), write(f, fmt.Sprintln(os.Getpid()))); err != nil {
		return nil, errors.Join(fmt.Errorf("write lock %s: %w", path, err), f.Close())
	}
	return f.Close, nil
}

func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}
