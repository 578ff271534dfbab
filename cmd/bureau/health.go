package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"bureau/chat"
)

// A modelHealth knows whether the chat model answers at this moment.
type modelHealth struct {
	*parts
	healthy atomic.Bool
}

// name returns the chat model, or "" while answers are quotes only.
func (h *modelHealth) name() string {
	if h.model == nil || !h.healthy.Load() {
		return ""
	}
	return h.model.Name()
}

// follow warms the model once and then looks after it until ctx ends. It logs
// each change.
func (h *modelHealth) follow(ctx context.Context) {
	if h.model == nil {
		return
	}
	h.check(ctx)
	if h.healthy.Load() {
		if err := h.model.Warm(ctx, chat.PromptHead(h.config.language())); err != nil && ctx.Err() == nil {
			slog.Warn("the model was not warmed: the first answer takes longer", "error", err)
		}
	}
	tick := time.NewTicker(healthPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			h.check(ctx)
		}
	}
}

func (h *modelHealth) check(ctx context.Context) {
	err := h.ollama.Health(ctx, h.model.Name())
	if ctx.Err() != nil {
		return
	}
	if was := h.healthy.Swap(err == nil); was != (err == nil) {
		if err == nil {
			slog.Info("the model answers", "model", h.model.Name())
			return
		}
		slog.Warn("the model does not answer: answers are quotes only", "error", err)
	}
}
