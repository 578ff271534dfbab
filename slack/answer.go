package slack

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/slack-go/slack"

	"bureau/access"
	"bureau/audit"
	"bureau/chat"
)

// lastWord is how long the end of an answer is tried to be shown.
const lastWord = 5 * time.Minute

// An asking is one question on its way. One goroutine owns it.
type asking struct {
	bot    *Bot
	q      question
	who    account
	person string // whose turn it takes, and whose conversation it is
	page   page
	answer string // id of the answer, "" before it has begun
	told   string // that is shown as being done
	draft  draft
	after  []func() // what is to be given back when all is said, the last first
}

// handle answers a question or says why not, whatever happens.
func (b *Bot) handle(ctx context.Context, q question) {
	b.noted(ctx, q, func() bool { return b.answer(ctx, q) })
}

// answer answers a question and reports whether Slack took the end of it.
func (b *Bot) answer(ctx context.Context, q question) (said bool) {
	b.tally.note(func(t *Tally) { t.Asked++ })
	ctx, cancel := context.WithTimeoutCause(ctx, b.config.Patience, errTooSlow)
	defer cancel()
	a := &asking{bot: b, q: q, page: &openMessage{bot: b, q: q}}
	if q.setting == whispered {
		a.page = &whisper{b, q}
	}
	defer func() {
		for i := len(a.after) - 1; i >= 0; i-- {
			a.after[i]()
		}
	}()
	return a.end(ctx, a.guarded(ctx))
}

// guarded runs the question and makes an error of a panic: one question that we
// stumble over is neither met with silence nor takes others with it.
func (a *asking) guarded(ctx context.Context) (err error) {
	defer func() {
		if what := recover(); what != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, what, debug.Stack())
		}
	}()
	return a.run(ctx)
}

// run puts the question when its turn in the thread has come, and shows what
// comes. An answer that nobody is shown is not written to its end.
func (a *asking) run(ctx context.Context) (err error) {
	if err := a.introduce(ctx); err != nil {
		return err
	}
	leave, err := a.bot.lines.enter(ctx, a.q.line(), a.q.written)
	if err != nil {
		return err
	}
	a.after = append(a.after, leave)
	a.status(ctx, say(a.q.language, searching))
	a.answer, err = a.bot.config.Desk.Begin(ctx, a.reader(ctx, a.q.setting), chat.Ask{
		ID: a.q.id, Conversation: a.q.conversation(a.bot.people.where.team), Text: a.q.text, Language: a.q.language,
	})
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = a.bot.config.Desk.Stop(a.person, a.answer) // one that has ended needs no stopping
		}
	}()
	return a.follow(ctx)
}

// introduce learns who asks. Whoever may read nothing is told at once.
func (a *asking) introduce(ctx context.Context) error {
	a.q.language = chat.LanguageOf(a.q.text, chat.English)
	who, language, err := a.bot.who(ctx, a.q.user)
	if err != nil {
		return err
	}
	a.q.language, a.draft.language = language, language
	switch p := a.page.(type) {
	case *openMessage:
		p.q = a.q
	case *whisper:
		p.q = a.q
	}
	a.who, a.person = who, a.bot.personOf(a.q.user, who)
	_, err = a.bot.scopeFor(ctx, a.q, a.q.setting)
	if errors.Is(err, errBot) && !a.bot.seen.first("bot/"+a.q.line(), a.bot.config.Now()) {
		return errBotAgain // or two bots that refuse each other would never end
	}
	return err
}

// personOf returns whose the answers to an account are: those of whom the policy
// does not know are the account's.
func (b *Bot) personOf(user string, who account) string {
	if who.kind == Employee {
		return who.person
	}
	return "slack:" + b.people.where.team + ":" + user
}

// reader returns who reads the answer in a setting: as the asker, with what all
// of them may read at the moment it is asked.
func (a *asking) reader(ctx context.Context, s setting) chat.Asker {
	// The answer is the desk's, and may outlive ctx.
	ctx = context.WithoutCancel(ctx)
	return chat.Asker{Person: a.person, By: a.by(s), Scope: func() (access.Scope, error) {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		return a.bot.scopeFor(ctx, a.q, s)
	}}
}

// by says who asks, and where everybody reads the answer if they do.
func (a *asking) by(s setting) audit.By {
	by := audit.By{Door: audit.Slack, Person: a.person, SignIn: "slack", Account: a.q.user}
	if s == inChannel {
		by.Place = a.q.channel
	}
	return by
}

// errChanged says that the members of a channel may be others now.
var errChanged = errors.New("the channel has changed")

// follow shows the answer as it is written. When the members of the channel
// change it begins to follow anew, which is refused to readers who have lost a
// right.
func (a *asking) follow(ctx context.Context) error {
	for seen := 0; ; {
		err := a.followOn(ctx, &seen)
		if !errors.Is(err, errChanged) {
			return err
		}
	}
}

// followOn shows the events behind the first seen ones, until the end or until
// the channel changes.
func (a *asking) followOn(asked context.Context, seen *int) error {
	ctx, cancel := context.WithCancelCause(asked)
	defer cancel(nil)
	changed := a.bot.channels.watch(a.q.channel)
	go func() {
		select {
		case <-changed:
			cancel(errChanged)
		case <-ctx.Done():
		}
	}()
	n := 0
	for events, err := range a.bot.config.Desk.Follow(ctx, a.reader(ctx, a.q.setting), a.answer) {
		if err != nil && ctx.Err() != nil {
			break
		}
		if err != nil {
			return err
		}
		for _, e := range events {
			if n++; n <= *seen {
				continue
			}
			*seen = n
			if finished, err := a.take(asked, e); finished || err != nil {
				return err
			}
		}
		if err := a.show(asked); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errUnfinished
}

// show shows what there is to read.
func (a *asking) show(ctx context.Context) error {
	if len(a.draft.sentences) == 0 {
		return nil
	}
	err := a.page.show(ctx, &a.draft)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return fmt.Errorf("%w: %w", errUndelivered, err)
	}
	return nil
}

// take adds one event and reports whether it was the last.
func (a *asking) take(ctx context.Context, event chat.Event) (finished bool, err error) {
	a.draft.take(event)
	switch e := event.(type) {
	case chat.Accepted:
		if e.Place > 0 {
			a.status(ctx, fmt.Sprintf(say(a.q.language, inLine), e.Place))
		}
	case chat.Stage:
		words := searching
		if e.Name == chat.Writing {
			words = reading
		}
		a.status(ctx, say(a.q.language, words))
	case chat.Failed:
		return true, reasonError{e.Reason}
	case chat.Done:
		return true, a.finish(ctx)
	}
	return false, nil
}

// status says what is being done while there is nothing to read. Where Slack
// does not show that, it is a message that becomes the answer.
func (a *asking) status(ctx context.Context, words string) {
	m, ok := a.page.(*openMessage)
	if !ok || m.at != "" || words == a.told {
		return
	}
	a.told = words
	c := a.bot.calls
	_, err := c.try(ctx, setStatus, func(ctx context.Context) error {
		return c.client.SetAssistantThreadsStatusContext(ctx, slack.AssistantThreadsSetStatusParameters{
			ChannelID: a.q.channel, ThreadTS: a.q.thread, Status: words,
		})
	})
	if refused := new(slack.SlackErrorResponse); errors.As(err, refused) && !passing(err) {
		err = m.place(ctx, say(a.q.language, oneMomentHere))
	}
	if err != nil {
		a.bot.config.Log.Debug("slack: show what is being done", "error", err) // the answer counts
	}
}
