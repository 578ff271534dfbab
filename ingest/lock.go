package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrRunning says that another process does the same work on the same data.
var ErrRunning = errors.New("another one is running")

// A Lock keeps other processes away from a piece of work until it is released
// or the process ends, however it ends.
//
// Two pieces of work have one: what writes the current generation or changes
// which one that is, and a reindex, which takes the first lock only for its
// last step.
type Lock struct {
	file *os.File
}

// TryLock takes the lock in the file at path. Where another process has it the
// error is ErrRunning and names that process.
func TryLock(path string) (*Lock, error) {
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
	return &Lock{f}, nil
}

// lockPoll is how often a lock is tried that another process has.
const lockPoll = 250 * time.Millisecond

// WaitLock takes the lock in the file at path as soon as it is free. waiting
// is told once what it waits for, if it has to.
func WaitLock(ctx context.Context, path string, waiting func(error)) (*Lock, error) {
	for told := false; ; {
		l, err := TryLock(path)
		if !errors.Is(err, ErrRunning) {
			return l, err
		}
		if !told {
			told = true
			waiting(err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

// Release gives the lock back.
func (l *Lock) Release() error { return l.file.Close() }

func write(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}
