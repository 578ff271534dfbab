package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

// Expire deletes the files whose lines are all older than before, the oldest
// first, and returns how many lines those had. Each deletion is a line of its
// own first, so that the beginning of what is left can be shown. A file that is
// not sound is kept, with all behind it: it is evidence.
func (l *Log) Expire(ctx context.Context, before time.Time) (lines uint64, err error) {
	segments, err := segmentsIn(l.config.Folder)
	if err != nil {
		return 0, err
	}
	for len(segments) > 1 { // the last one is written
		oldest, next := segments[0], segments[1]
		last, at, err := l.lastOf(oldest)
		if err != nil {
			return lines, fmt.Errorf("expire the audit: %s is kept: %w; see \"bureau audit verify\"", oldest.path, err)
		}
		if last.seq+1 != next.first {
			return lines, fmt.Errorf("expire the audit: %s is kept: it ends with line %d and the next file begins with %d; see \"bureau audit verify\"", oldest.path, last.seq, next.first)
		}
		if !at.Before(before) {
			return lines, nil
		}
		removed := SegmentRemoved{First: oldest.first, Last: last.seq, Hash: last.hash}
		if err := l.Append(ctx, Entry{By: By{Door: Server}, Event: removed}); err != nil {
			return lines, err
		}
		if err := errors.Join(os.Remove(oldest.path), syncFolder(l.config.Folder)); err != nil {
			return lines, fmt.Errorf("expire the audit: %w", err)
		}
		lines += last.seq - oldest.first + 1
		segments = segments[1:]
	}
	return lines, nil
}

// lastOf returns the last line of a segment and its time. A line that does not
// fit is an error; what is set aside in the segment is not.
func (l *Log) lastOf(s segment) (last place, at time.Time, err error) {
	f, err := os.Open(s.path)
	if err != nil {
		return last, at, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	ring := ringOf(l.config.Key)
	var wrong error
	err = eachLine(f, 0, func(raw rawLine) error {
		line, err := ring.read(raw.data)
		switch {
		case err == nil, errors.Is(err, errForeign):
			if line.Kind == (Torn{}).kind() {
				wrong = nil
			}
			last, at = place{line.Seq, hashOf(raw.data)}, line.Time
		default:
			wrong = err
		}
		return nil
	})
	return last, at, errors.Join(err, wrong)
}
