package bounded

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// A Handler answers one request: kind and payload mean what parent and child
// agree on. Of its error the text reaches the caller, and whether it is one of
// the errors of [format] or of those that both sides list as known.
type Handler func(kind string, payload []byte) ([]byte, error)

// Serve answers the requests of a parent, read from r, on w, until r ends: then
// the parent is done or gone, and the caller ends the process at once, even
// where a handler is still running. A handler that panics gives [ErrCrash] to
// its own request.
//
// It limits the memory of its process as the parent asks, so it is for a child
// only. Nothing else may write to w.
func Serve(r io.Reader, w io.Writer, handle Handler, known ...error) error {
	if err := begin(r, w); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	ended := make(chan error, 1)
	requests := make(chan request)
	go func() { ended <- readRequests(r, requests) }()
	failed := make(chan error, 1)
	go func() {
		for q := range requests {
			if err := answer(w, handle, q, append(slices.Clone(sentinels), known...)); err != nil {
				failed <- err
				return
			}
		}
	}()
	select {
	case err := <-ended:
		return err
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	}
}

// heapStep is by how much Go's heap grows at once, in bytes.
const heapStep = 64 << 20

// A request is one message to a child.
type request struct {
	kind    string
	payload []byte
}

// begin reads the memory that the parent allows, sets it as the limit, and says
// that the child is ready.
func begin(r io.Reader, w io.Writer) error {
	kind, body, err := readMessage(r)
	if err != nil {
		return err
	}
	memory, err := strconv.ParseInt(string(body), 10, 64)
	if kind != kindStart || err != nil {
		return fmt.Errorf("the first message is %.40q, not a start", kind)
	}
	if memory > 0 {
		debug.SetMemoryLimit(memory) // the collector keeps garbage within it
		if err := limitMemory(memory + memory/4 + heapStep); err != nil {
			return fmt.Errorf("limit memory to %d MiB: %w", memory>>20, err)
		}
	}
	return writeMessage(w, kindReady, nil)
}

// readRequests hands on requests until r ends, and so notices during a request
// that the parent is gone.
func readRequests(r io.Reader, requests chan<- request) error {
	for {
		kind, payload, err := readMessage(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		requests <- request{kind, payload}
	}
}

// answer answers one request on w.
func answer(w io.Writer, handle Handler, q request, known []error) error {
	reply, err := guard(handle, q)
	if err != nil {
		return writeMessage(w, kindError, encodeError(err, known))
	}
	return writeMessage(w, kindReply, reply)
}

// guard calls handle and turns a panic into an error.
func guard(handle Handler, q request) (reply []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			line, _, _ := strings.Cut(fmt.Sprint(p), "\n")
			reply, err = nil, fmt.Errorf("%w: panic: %.500s", ErrCrash, line)
		}
	}()
	return handle(q.kind, q.payload)
}
