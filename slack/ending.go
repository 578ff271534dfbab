package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"bureau/chat"
)

// finish shows the whole answer.
func (a *asking) finish(ctx context.Context) error {
	b := a.bot
	b.kept.put(a.answer, a.q, b.config.Now())
	ctx, cancel := b.untilSaid(ctx)
	defer cancel()
	blocks := b.under(&a.draft, a.answer, a.q.setting)
	if link := b.inBrowserLink(a.q, say(a.q.language, inBrowser)); link != "" && a.q.goesOn(a.who) {
		blocks = append(blocks, note(link))
	}
	if err := a.page.finish(ctx, &a.draft, blocks); err != nil {
		return fmt.Errorf("%w: %w", errUndelivered, err)
	}
	a.title(ctx)
	a.offer(ctx)
	return nil
}

// untilSaid returns a context for the end of an answer: it outlives the
// question's own, and at the end of the bot there is only a moment left.
func (b *Bot) untilSaid(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	forget := context.AfterFunc(b.ctx, func() { time.AfterFunc(farewell, cancel) })
	return ctx, func() {
		forget()
		cancel()
	}
}

// end counts the question, and where there is no answer says why. It reports
// whether Slack took that.
func (a *asking) end(ctx context.Context, err error) (said bool) {
	b := a.bot
	if err == nil {
		b.tally.note(func(t *Tally) {
			if a.draft.done.Mode == chat.Refused {
				t.Refused++
				return
			}
			t.Answered++
		})
		return true
	}
	f, known := explain(err)
	if !known {
		b.config.Log.Error("slack: answer", "error", err)
	}
	if errors.Is(err, errBotAgain) {
		b.tally.note(func(t *Tally) { t.Refused++ })
		return true
	}
	ctx, cancel := b.untilSaid(ctx)
	defer cancel()
	told := a.tell(ctx, f)
	if told != nil {
		b.config.Log.Error("slack: say why a question is not answered", "reason", err, "error", told)
	}
	b.tally.note(func(t *Tally) {
		if f.refused {
			t.Refused++
		} else {
			t.Failed++
		}
		if told != nil {
			t.Undelivered++
		}
	})
	return told == nil
}

// tell shows why there is no answer: to the asker alone where it is about them.
func (a *asking) tell(ctx context.Context, f failure) error {
	words := say(a.q.language, f.words)
	m, open := a.page.(*openMessage)
	if open && m.at == "" && f.private && a.q.setting == inChannel {
		return (&whisper{a.bot, a.q}).withdraw(ctx, words)
	}
	return a.page.withdraw(ctx, words)
}

// offer lets the asker have the answer that they alone may read, where they may
// read more than the channel. It goes by rights and not by what was found: a
// channel that is told that something was left out is told that there is
// something.
func (a *asking) offer(ctx context.Context) {
	if a.q.setting != inChannel {
		return
	}
	own, err := a.bot.scopeFor(ctx, a.q, whispered)
	if err != nil {
		return
	}
	if all, err := a.bot.scopeFor(ctx, a.q, inChannel); err == nil && all.Covers(own) {
		return
	}
	q := a.q
	q.inThread = true // the answer has begun one
	button := slack.NewButtonBlockElement(actPrivately, a.answer, plain(say(q.language, privately)))
	words := say(q.language, readMore)
	blocks := []slack.Block{slack.NewSectionBlock(text(escape(words)), nil, slack.NewAccessory(button))}
	if err := a.bot.whisper(ctx, q, body(words, blocks)); err != nil {
		a.bot.config.Log.Warn("slack: offer a private answer", "error", err) // the answer itself was given
	}
}

// title names a direct thread after its question.
func (a *asking) title(ctx context.Context) {
	if a.q.setting != direct {
		return
	}
	c := a.bot.calls
	_, err := c.try(ctx, setTitle, func(ctx context.Context) error {
		return c.client.SetAssistantThreadsTitleContext(ctx, slack.AssistantThreadsSetTitleParameters{
			ChannelID: a.q.channel, ThreadTS: a.q.thread, Title: line(a.q.text, 60),
		})
	})
	if err != nil {
		a.bot.config.Log.Debug("slack: name a thread", "error", err) // only assistant threads have a name
	}
}
