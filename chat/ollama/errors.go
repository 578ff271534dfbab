package ollama

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"github.com/ollama/ollama/api"
)

// The kinds of an [*Error], to be told apart with errors.Is.
var (
	// ErrUnreachable says that nothing answers at the URL.
	ErrUnreachable = errors.New("ollama does not answer")
	// ErrModelMissing says that Ollama answers but lacks the model.
	ErrModelMissing = errors.New("the model is not in Ollama")
	// ErrIdle says that Ollama was silent for longer than its deadline.
	ErrIdle = errors.New("ollama fell silent")
	// ErrCut says that the connection ended before the answer did.
	ErrCut = errors.New("the answer was cut off")
	// ErrFailed says that Ollama could not run the model: too little memory,
	// a crash, or too many requests waiting.
	ErrFailed = errors.New("ollama could not run the model")
)

// ErrPromptTooLong says that a prompt does not fit the model's context. It is
// the caller's to shorten, and so no [*Error].
var ErrPromptTooLong = errors.New("the prompt is longer than the model's context")

// An Error is a call that Ollama, and not the caller, kept from its end.
type Error struct {
	Op     string // what was done and with which model
	Kind   error  // one of the Err variables above
	Remedy string // what an operator can do
	Err    error  // the cause, or nil
}

// Error names the operation, the kind, the cause and the remedy.
func (e *Error) Error() string {
	text := e.Op + ": " + e.Kind.Error()
	if e.Err != nil {
		text += " (" + e.Err.Error() + ")"
	}
	return text + "; " + e.Remedy
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Unavailable reports that the model cannot be had at this moment, so that a
// caller may do without it. It is always true.
func (e *Error) Unavailable() bool { return true }

// explain turns the error of a call into one of this package. The caller's own
// end of ctx is never an [*Error].
func (c *Client) explain(ctx context.Context, op, model string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
	var status api.StatusError
	var transport *url.Error
	var network net.Error
	switch {
	case errors.As(err, &status):
		return explainStatus(op, model, status)
	case errors.As(err, &transport):
		return &Error{Op: op, Kind: ErrUnreachable, Err: err,
			Remedy: fmt.Sprintf("start it with `ollama serve`, or correct the URL %s", c.url)}
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF):
		return cut(op)
	default: // Ollama's own words, in the midst of a stream
		return &Error{Op: op, Kind: ErrFailed, Err: err, Remedy: "read Ollama's log"}
	}
}

func explainStatus(op, model string, status api.StatusError) error {
	switch {
	case status.StatusCode == http.StatusNotFound:
		return missing(op, model, status)
	case status.StatusCode >= http.StatusInternalServerError:
		return &Error{Op: op, Kind: ErrFailed, Err: status, Remedy: "read Ollama's log, or choose a smaller model"}
	default:
		return fmt.Errorf("%s: %w", op, status)
	}
}

func missing(op, model string, cause error) error {
	return &Error{Op: op, Kind: ErrModelMissing, Err: cause, Remedy: fmt.Sprintf("get it with `ollama pull %s`", model)}
}

func cut(op string) error {
	return &Error{Op: op, Kind: ErrCut, Remedy: "see in Ollama's log why it stopped"}
}
