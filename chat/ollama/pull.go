package ollama

import (
	"context"
	"errors"

	"github.com/ollama/ollama/api"
)

// EnsureModel returns when Ollama has the model, which it downloads if it must.
// progress, which may be nil, is told how far the current part is, in bytes,
// and Ollama's word for what it does; total is 0 where nothing is counted.
func (c *Client) EnsureModel(ctx context.Context, name string, progress func(completed, total int64, status string)) error {
	_, err := c.show(ctx, name)
	if !errors.Is(err, ErrModelMissing) {
		return err
	}
	op := "download the model " + name
	var last string
	var failed *Error
	// Checking a part of some gigabytes is done in silence, so it may be as
	// long as before the first token of an answer.
	err = c.stream(ctx, op, name, c.deadlines.First, func(ctx context.Context, w *watch) error {
		return c.api.Pull(ctx, &api.PullRequest{Model: name}, func(r api.ProgressResponse) error {
			return w.heard(func() error {
				last = r.Status
				if progress != nil {
					progress(r.Completed, r.Total, r.Status)
				}
				return nil
			})
		})
	})
	switch {
	case errors.As(err, &failed) && errors.Is(failed.Kind, ErrFailed): // Ollama cannot reach its library, or that has no such model
		return missing(op, name, failed.Err)
	case err == nil && last != "success":
		return cut(op)
	default:
		return err
	}
}
