package bounded

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"bureau/ingest/format"
)

// The reasons why a request has no reply, beside the error of its handler.
var (
	// ErrTime is a request that took longer than a runner's Time.
	ErrTime = fmt.Errorf("%w: reading it takes too long", format.ErrLimit)
	// ErrMemory is a request that needed more than a runner's Memory.
	ErrMemory = fmt.Errorf("%w: reading it takes too much memory", format.ErrLimit)
	// ErrCrash is a child that ended in the middle of a request, or a handler
	// that panicked. It comes with the first line of what the child said.
	ErrCrash = errors.New("the reader crashed")
	// ErrClosed is a request to a runner that is closed.
	ErrClosed = errors.New("the runner is closed")
)

// sentinels are the errors that keep their identity on the way from a handler
// to its caller.
var sentinels = []error{format.ErrDamaged, format.ErrEncrypted, format.ErrNeedsOCR, format.ErrLimit, ErrCrash}

// A remoteError is the error of a handler as its caller sees it.
type remoteError struct {
	text string
	is   []error // the sentinels that it wraps
}

func (e remoteError) Error() string { return e.text }

// Is reports whether the handler's error was target.
func (e remoteError) Is(target error) bool { return slices.Contains(e.is, target) }

// encodeError writes the sentinels that err wraps, one a line, each as its
// text, then an empty line and the text of err.
func encodeError(err error, known []error) []byte {
	var b bytes.Buffer
	for _, sentinel := range known {
		if errors.Is(err, sentinel) {
			fmt.Fprintln(&b, sentinel)
		}
	}
	fmt.Fprintf(&b, "\n%s", err)
	return b.Bytes()
}

// decodeError is the reverse of encodeError. The sentinels of a child are
// those of its parent, since both are one program.
func decodeError(data []byte, known []error) error {
	e := remoteError{}
	for {
		line, rest, found := bytes.Cut(data, []byte("\n"))
		if len(line) == 0 || !found {
			e.text = string(rest)
			return e
		}
		for _, sentinel := range known {
			if sentinel.Error() == string(line) {
				e.is = append(e.is, sentinel)
			}
		}
		data = rest
	}
}
