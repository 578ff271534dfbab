package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// An Appender writes lines, as a [Log] does.
type Appender interface {
	Append(ctx context.Context, entries ...Entry) error
}

// An Optional lets people be answered while the audit cannot be written. What
// is lost is counted, and the count is the first line when it can be written
// again.
type Optional struct {
	log    Appender
	logger *slog.Logger
	now    func() time.Time

	mu    sync.Mutex
	lost  int
	since time.Time
}

// NewOptional returns an Optional over log.
func NewOptional(log Appender, logger *slog.Logger) *Optional {
	return &Optional{log: log, logger: logger, now: time.Now}
}

// Append writes lines if it can. It returns no error but the end of ctx.
func (o *Optional) Append(ctx context.Context, entries ...Entry) error {
	o.mu.Lock()
	lost, since := o.lost, o.since
	o.lost = 0
	o.mu.Unlock()
	all := entries
	if lost > 0 {
		all = append([]Entry{{By: By{Door: Server}, Event: LinesLost{lost, since}}}, entries...)
	}
	err := o.log.Append(ctx, all...)
	if err == nil {
		if lost > 0 {
			o.logger.Info("the audit is written again", "lost", lost)
		}
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lost == 0 && lost == 0 {
		o.since = o.now()
		o.logger.Error("the audit cannot be written, and people are answered without it", "error", err)
	} else if lost > 0 {
		o.since = since
	}
	o.lost += lost + len(entries)
	return context.Cause(ctx)
}
