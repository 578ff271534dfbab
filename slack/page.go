package slack

import (
	"context"
	"errors"
	"strings"

	"github.com/slack-go/slack"
)

// A setting is where an answer is read.
type setting int

// The settings. Only what is inChannel is read by others than the asker.
const (
	direct    setting = iota // a direct message with the bot
	inChannel                // a channel or a group
	whispered                // a message in a channel that the asker alone sees
)

// A page is where one answer is written.
type page interface {
	// show shows what can be read of a draft already. It may leave that to a
	// later call.
	show(ctx context.Context, d *draft) error
	// finish shows the whole of it, with blocks under it.
	finish(ctx context.Context, d *draft, under []slack.Block) error
	// withdraw shows words in place of whatever was shown.
	withdraw(ctx context.Context, words string) error
}

// quiet are the options of every message: nothing in it is looked up or shown by
// Slack itself, which would ask another server for it.
func quiet(options ...slack.MsgOption) slack.MsgOption {
	return slack.MsgOptionCompose(append(options,
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(), slack.MsgOptionParse(false))...)
}

// body returns the options of a message with blocks. The text is what a
// notification shows.
func body(notification string, blocks []slack.Block) slack.MsgOption {
	return quiet(slack.MsgOptionText(line(notification, mostTitle), false), slack.MsgOptionBlocks(blocks...))
}

// An open message is one that others see while it is written. It is streamed, or
// edited where Slack does not stream.
type openMessage struct {
	bot *Bot
	q   question

	at        string // its time, "" before there is one
	streaming bool
	broken    bool   // what Slack has of the stream is not known
	sent      string // of what is streamed
}

// begin opens the message. In a channel a stream is for somebody, who is named.
func (m *openMessage) begin(ctx context.Context, first string) error {
	if m.at != "" {
		return nil
	}
	c := m.bot.calls
	err := c.do(ctx, startStream, func(ctx context.Context) (err error) {
		_, m.at, err = c.client.StartStreamContext(ctx, m.q.channel, quiet(
			slack.MsgOptionTS(m.q.thread), slack.MsgOptionMarkdownText(first),
			slack.MsgOptionRecipientUserID(m.q.user), slack.MsgOptionRecipientTeamID(m.q.team)))
		return err
	})
	if err == nil {
		m.streaming, m.sent = true, first
		return nil
	}
	var refused slack.SlackErrorResponse
	if !errors.As(err, &refused) {
		return err
	}
	return m.place(ctx, say(m.q.language, oneMomentHere))
}

// place opens the message with words, to be edited.
func (m *openMessage) place(ctx context.Context, words string) error {
	c := m.bot.calls
	return c.do(ctx, postMessage, func(ctx context.Context) (err error) {
		_, m.at, err = c.client.PostMessageContext(ctx, m.q.channel, body(words, sections(escape(words))), slack.MsgOptionTS(m.q.thread))
		return err
	})
}

func (m *openMessage) show(ctx context.Context, d *draft) error {
	if m.at != "" && !m.streaming {
		return m.edit(ctx, d)
	}
	ready := d.settled(streamed)
	if ready == "" {
		return nil
	}
	if m.at == "" {
		return m.begin(ctx, ready)
	}
	more, ok := strings.CutPrefix(ready, m.sent)
	if !ok || more == "" || m.broken {
		return nil // what was sent has come to be read otherwise; finish puts it right
	}
	c := m.bot.calls
	took, err := c.try(ctx, appendStream, func(ctx context.Context) error {
		_, _, err := c.client.AppendStreamContext(ctx, m.q.channel, m.at, quiet(slack.MsgOptionMarkdownText(more)))
		return err
	})
	if took {
		m.sent = ready
	}
	m.broken = err != nil // finish writes all of it
	return nil
}

// edit shows what there is so far of a message that is not streamed.
func (m *openMessage) edit(ctx context.Context, d *draft) error {
	ready := d.settled(mrkdwn)
	if ready == "" {
		return nil
	}
	c := m.bot.calls
	_, err := c.try(ctx, updateText, func(ctx context.Context) error {
		_, _, _, err := c.client.UpdateMessageContext(ctx, m.q.channel, m.at, body(d.text, sections(ready)))
		return err
	})
	if err != nil {
		m.bot.config.Log.Debug("edit a message", "error", err) // the last edit counts, and is not left out
	}
	return nil
}

func (m *openMessage) finish(ctx context.Context, d *draft, under []slack.Block) error {
	whole := d.whole(streamed)
	if m.at == "" && len(whole) <= mostStreamed {
		if err := m.begin(ctx, whole); err != nil {
			return err
		}
	}
	if m.streaming {
		more, ok := strings.CutPrefix(whole, m.sent)
		if ok && !m.broken && len(whole) <= mostStreamed && m.stop(ctx, more, under) == nil {
			return nil
		}
		// Slack may have ended the stream by itself, or have taken the end
		// without saying so: an edit is right after either.
		_ = m.stop(ctx, "", nil)
	}
	return m.rewrite(ctx, d.text, append(sections(d.whole(mrkdwn)), under...))
}

// mostStreamed is how long a stream may be, in bytes; Slack counts characters.
const mostStreamed = 11000

// stop ends the stream.
func (m *openMessage) stop(ctx context.Context, more string, under []slack.Block) error {
	options := []slack.MsgOption{}
	if more != "" {
		options = append(options, slack.MsgOptionMarkdownText(more))
	}
	if len(under) > 0 {
		options = append(options, slack.MsgOptionBlocks(under...))
	}
	c := m.bot.calls
	return c.do(ctx, stopStream, func(ctx context.Context) error {
		_, _, err := c.client.StopStreamContext(ctx, m.q.channel, m.at, quiet(options...))
		return err
	})
}

// rewrite puts blocks in the place of whatever the message shows.
func (m *openMessage) rewrite(ctx context.Context, notification string, blocks []slack.Block) error {
	c := m.bot.calls
	if m.at == "" {
		return c.do(ctx, postMessage, func(ctx context.Context) (err error) {
			_, m.at, err = c.client.PostMessageContext(ctx, m.q.channel, body(notification, blocks), slack.MsgOptionTS(m.q.thread))
			return err
		})
	}
	return c.do(ctx, updateText, func(ctx context.Context) error {
		_, _, _, err := c.client.UpdateMessageContext(ctx, m.q.channel, m.at, body(notification, blocks))
		return err
	})
}

func (m *openMessage) withdraw(ctx context.Context, words string) error {
	if m.streaming {
		_ = m.stop(ctx, "", nil) // an edit is right whether it ended or not
	}
	return m.rewrite(ctx, words, sections(escape(words)))
}
