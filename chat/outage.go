package chat

import (
	"log/slog"
	"sync/atomic"
)

// An outage is a time in which answers are made without a part that is
// configured, the model or the embedder. The log is told of its beginning and
// its end, not of each answer between.
type outage struct{ now atomic.Bool }

// note takes the end of an answer.
func (o *outage) note(log *slog.Logger, end Done) {
	switch {
	case end.Degraded != nil:
		if !o.now.Swap(true) {
			log.Warn("answers are not made in the way that is configured", slog.Any("error", end.Degraded))
		}
	case end.Mode == Refused: // may have been refused before the missing part was needed
	case o.now.Swap(false):
		log.Info("answers are made in full again")
	}
}
