package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// A Config says where an audit is and how it is kept.
type Config struct {
	Folder string
	Key    *Key
	// Text keeps questions as they were asked, and not their keyed hashes.
	Text bool
	// Segment is the size at which another file is begun; 64 MiB. Age is the
	// time after which one is; 24 hours.
	Segment int64
	Age     time.Duration
	Now     func() time.Time // time.Now
}

// A Log appends to the audit. It is safe for concurrent use, and any number of
// processes may have one of the same folder.
type Log struct {
	config Config

	mu      sync.Mutex
	pending []*waiting
	leading bool // a goroutine writes what is pending
}

// A waiting is an Append that waits for its lines to be on the disk.
type waiting struct {
	entries []Entry
	done    chan error
}

// Open returns the log in a folder, which is made.
func Open(config Config) (*Log, error) {
	if config.Key == nil {
		return nil, errors.New("open the audit: there is no key")
	}
	if err := os.MkdirAll(config.Folder, 0o700); err != nil {
		return nil, fmt.Errorf("open the audit: %w", err)
	}
	config.Segment, config.Age = cmp.Or(config.Segment, 64<<20), cmp.Or(config.Age, 24*time.Hour)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Log{config: config}, nil
}

// Append writes a line for each entry, one after the other. When it returns
// nil they are on the disk. When ctx ends before, they may come to be there
// still.
func (l *Log) Append(ctx context.Context, entries ...Entry) error {
	w := &waiting{entries, make(chan error, 1)}
	l.mu.Lock()
	l.pending = append(l.pending, w)
	if !l.leading {
		l.leading = true
		go l.lead()
	}
	l.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("write the audit: %w", context.Cause(ctx))
	}
}

// lead writes what is pending until nothing is. What comes while the disk is
// busy shares the next write, and the wait for it.
func (l *Log) lead() {
	for {
		l.mu.Lock()
		batch := l.pending
		l.pending = nil
		if len(batch) == 0 {
			l.leading = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
		var entries []Entry
		for _, w := range batch {
			entries = append(entries, w.entries...)
		}
		err := l.commit(entries)
		if err != nil {
			err = fmt.Errorf("write the audit: %w", err)
		}
		for _, w := range batch {
			w.done <- err
		}
	}
}

// commit writes entries behind the last line, whichever process wrote that.
func (l *Log) commit(entries []Entry) (err error) {
	unlock, err := lock(l.config.Folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	end, err := findEnd(l.config.Folder, l.config.Key)
	if err != nil {
		return err
	}
	return l.write(end, entries)
}

// lock takes the audit's lock, which ends with the process that has it.
func lock(folder string) (unlock func() error, err error) {
	f, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the audit: %w", err)
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock the audit: %w", err), f.Close())
	}
	return f.Close, nil
}
