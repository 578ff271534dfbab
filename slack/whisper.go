package slack

import (
	"context"

	"github.com/slack-go/slack"
)

// A whisper is a message that the asker alone sees. Slack cannot change one, so
// it is sent when it is done.
type whisper struct {
	bot *Bot
	q   question
}

func (w *whisper) show(context.Context, *draft) error { return nil }

func (w *whisper) finish(ctx context.Context, d *draft, under []slack.Block) error {
	return w.bot.whisper(ctx, w.q, body(d.text, append(sections(d.whole(mrkdwn)), under...)))
}

func (w *whisper) withdraw(ctx context.Context, words string) error {
	return w.bot.whisper(ctx, w.q, body(words, sections(escape(words))))
}

// whisper sends a message that the asker alone sees: in the channel, or where
// the bot is not in it, as a direct message.
func (b *Bot) whisper(ctx context.Context, q question, message slack.MsgOption) error {
	err := b.calls.do(ctx, postPrivate, func(ctx context.Context) error {
		options := []slack.MsgOption{message}
		if q.inThread {
			options = append(options, slack.MsgOptionTS(q.thread))
		}
		_, err := b.calls.client.PostEphemeralContext(ctx, q.channel, q.user, options...)
		return err
	})
	if !said(err, "not_in_channel", "channel_not_found", "user_not_in_channel") {
		return err
	}
	return b.directly(ctx, q.user, message)
}

// directly sends a direct message.
func (b *Bot) directly(ctx context.Context, user string, message slack.MsgOption) error {
	var channel *slack.Channel
	err := b.calls.do(ctx, openDirect, func(ctx context.Context) (err error) {
		channel, _, _, err = b.calls.client.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{user}})
		return err
	})
	if err != nil {
		return err
	}
	return b.calls.do(ctx, postMessage, func(ctx context.Context) error {
		_, _, err := b.calls.client.PostMessageContext(ctx, channel.ID, message)
		return err
	})
}
