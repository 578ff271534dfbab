package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"bureau/chat"
	"bureau/web"
)

// A modelHealth knows whether the models answer at this moment. One that is not
// configured is not missing.
type modelHealth struct {
	*parts
	model, embedder light
	turn            func(web.Health) // is told of the health after each look
}

// A light is on while a model answers.
type light struct {
	lit  atomic.Bool
	seen bool
}

// chatModel returns the chat model, or "" while answers are quotes only.
func (h *modelHealth) chatModel() string {
	if h.parts.model == nil || !h.model.lit.Load() {
		return ""
	}
	return h.parts.model.Name()
}

// follow looks at the models, warms the chat model once, and then looks again
// and again until ctx ends. It logs each change.
func (h *modelHealth) follow(ctx context.Context) {
	h.look(ctx)
	if h.chatModel() != "" {
		if err := h.parts.model.Warm(ctx, chat.PromptHead(h.config.language())); err != nil && ctx.Err() == nil {
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
			h.look(ctx)
		}
	}
}

// look asks for both models.
func (h *modelHealth) look(ctx context.Context) {
	now := web.Health{Model: true, Embedder: true}
	if h.parts.model != nil {
		now.Model = h.answers(ctx, &h.model, h.parts.model.Name(), "answers are quotes only")
	}
	if b, err := h.current(ctx); err == nil && b.Generation.Embedder != "" { // which one that is may change at any time
		now.Embedder = h.answers(ctx, &h.embedder, b.Generation.Embedder, "documents are searched by words only")
	}
	if ctx.Err() == nil {
		h.turn(now)
	}
}

// answers asks for one model.
func (h *modelHealth) answers(ctx context.Context, l *light, model, without string) bool {
	err := h.ollama.Health(ctx, model)
	if ctx.Err() != nil {
		return false
	}
	if was := l.lit.Swap(err == nil); was != (err == nil) || !l.seen {
		l.seen = true
		if err == nil {
			slog.Info("the model answers", "model", model)
		} else {
			slog.Warn("the model does not answer: "+without, "error", err)
		}
	}
	return err == nil
}
