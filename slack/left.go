package slack

import (
	"context"
	"encoding/json"
)

// A Journal remembers, beyond a crash, which questions were taken and have no end
// yet. It need not remember what they were.
type Journal interface {
	// Taken notes a question with where its asker is told.
	Taken(ctx context.Context, id string, place []byte) error
	// Ended strikes a question out.
	Ended(ctx context.Context, id string) error
	// Left returns the places of the questions that have not ended.
	Left(ctx context.Context) (map[string][]byte, error)
}

// A leftPlace is where somebody is told that their question came to nothing.
type leftPlace struct {
	User, Team, Channel, Thread string
	InThread                    bool
	Setting                     setting
}

// noted runs answering between notes in the journal, as long as its end was said.
// A note that fails keeps nobody from an answer.
func (b *Bot) noted(ctx context.Context, q question, answering func() (said bool)) {
	if b.config.Journal == nil {
		answering()
		return
	}
	place, err := json.Marshal(leftPlace{q.user, q.team, q.channel, q.thread, q.inThread, q.setting})
	if err == nil {
		err = b.config.Journal.Taken(ctx, q.id, place)
	}
	if err != nil {
		b.config.Log.Warn("slack: a question is not in the journal", "error", err)
	}
	if !answering() {
		return
	}
	if err := b.config.Journal.Ended(context.WithoutCancel(ctx), q.id); err != nil {
		b.config.Log.Warn("slack: a question stays in the journal, and its asker is told once more", "error", err)
	}
}

// tellLeft tells the askers of the questions that a bot before this one has taken
// and not ended that it was interrupted. Each counts as asked and failed.
func (b *Bot) tellLeft(ctx context.Context) {
	if b.config.Journal == nil {
		return
	}
	left, err := b.config.Journal.Left(ctx)
	if err != nil {
		b.config.Log.Error("slack: questions that were left", "error", err)
		return
	}
	for id, encoded := range left {
		var p leftPlace
		if err := json.Unmarshal(encoded, &p); err != nil {
			b.config.Log.Error("slack: a question that was left", "id", id, "error", err)
			continue
		}
		q := question{id: id, user: p.User, team: p.Team, channel: p.Channel, thread: p.Thread, inThread: p.InThread, setting: p.Setting}
		b.goes(func(ctx context.Context) {
			b.noted(ctx, q, func() bool { b.interrupted(ctx, q); return true })
		})
	}
}

// interrupted ends a question of which nothing is known but where it was asked.
func (b *Bot) interrupted(ctx context.Context, q question) {
	b.tally.note(func(t *Tally) { t.Asked++ })
	a := &asking{bot: b, q: q}
	if _, language, err := b.who(ctx, q.user); err == nil {
		a.q.language = language
	}
	a.page = &openMessage{bot: b, q: a.q}
	if q.setting == whispered {
		a.page = &whisper{b, a.q}
	}
	a.end(ctx, errShutdown)
}
