package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bureau/chat/history"
)

// A days is a time that people count in days: "180d", or as Go writes times.
type days time.Duration

// UnmarshalYAML reads 180d, 36h or 0.
func (d *days) UnmarshalYAML(node *yaml.Node) error {
	duration, err := parseDays(node.Value)
	if err != nil {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not a time such as 180d", node.Line, node.Value)}}
	}
	*d = days(duration)
	return nil
}

// parseDays reads 180d, 36h or 0.
func parseDays(text string) (time.Duration, error) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(number, 10, 16); err == nil {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	return time.ParseDuration(text)
}

// openHistory opens the conversations, and ends what a server that is gone was
// answering.
func (p *parts) openHistory(ctx context.Context) (*history.History, error) {
	kept, err := history.Open(ctx, p.state, p.ledger)
	if err != nil {
		return nil, err
	}
	interrupted, err := kept.Interrupt(ctx)
	if err != nil {
		return nil, err
	}
	if interrupted > 0 {
		slog.Warn("answers were broken off when Bureau last ended; what was written of them is kept", "answers", interrupted)
	}
	return kept, nil
}

// clockStep is how far ahead a clock may have been set between two looks for the
// next one to be believed.
const clockStep = time.Hour

// A retention deletes what is older than it is kept.
type retention struct {
	age    time.Duration
	now    func() time.Time // by the clock on the wall
	expire func(ctx context.Context, since time.Time) (int, error)
}

// expire deletes conversations that are older than the configuration keeps
// them, now and then daily until ctx ends.
func (p *parts) expire(ctx context.Context, kept *history.History) {
	retention{time.Duration(p.config.serve.Keep), time.Now, kept.Expire}.follow(ctx)
}

// follow deletes now and then daily until ctx ends. Where the clock was set ahead
// since the last time it waits another day: a clock that is wrong is mended by
// then, and what was deleted does not come back.
func (r retention) follow(ctx context.Context) {
	if r.age == 0 {
		return
	}
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	wall, looked := r.now().Round(0), time.Now()
	for {
		now := r.now().Round(0)
		ahead := now.Sub(wall) - time.Since(looked)
		wall, looked = now, time.Now()
		deleted, err := 0, error(nil)
		if ahead <= clockStep {
			deleted, err = r.expire(ctx, now.Add(-r.age))
		}
		switch {
		case ahead > clockStep:
			slog.Warn("the clock was set ahead, so old conversations are not deleted before tomorrow; see whether it is right", "ahead", ahead)
		case ctx.Err() != nil:
			return
		case err != nil:
			slog.Error("old conversations were not deleted", "error", err)
		case deleted > 0:
			slog.Info("old conversations were deleted", "conversations", deleted)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
