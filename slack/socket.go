package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// maxEnvelope is how large a message of Slack's may be, in bytes.
const maxEnvelope = 4 << 20

// connect takes events by Socket Mode until ctx ends. Slack closes a connection
// from time to time; another is opened, and what was not acknowledged comes
// again.
func (b *Bot) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	client := socketmode.New(b.client, socketmode.OptionReadLimit(maxEnvelope),
		socketmode.OptionLog(slog.NewLogLogger(b.config.Log.Handler(), slog.LevelDebug)))
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.receive(ctx, client)
	}()
	err := client.RunContext(ctx)
	cancel()
	<-done
	if err != nil {
		return fmt.Errorf("slack does not take the app's token for Socket Mode: %w; see docs/slack.md", err)
	}
	return nil
}

// receive takes what comes until ctx ends. It is the one reader of the client,
// and never waits for it: a client whose connection broke tells that by an
// event, and takes no acknowledgement before somebody has read it.
func (b *Bot) receive(ctx context.Context, client *socketmode.Client) {
	var acknowledging sync.WaitGroup
	defer acknowledging.Wait()
	for {
		select {
		case e := <-client.Events:
			envelope, reply := b.receiveOne(e)
			if envelope == "" {
				continue
			}
			acknowledging.Go(func() {
				if err := client.AckCtx(ctx, envelope, reply); err != nil && ctx.Err() == nil {
					b.config.Log.Warn("slack: acknowledge", "error", err) // it comes again and is known by then
				}
			})
		case <-ctx.Done():
			return
		}
	}
}

// receiveOne takes one event and returns what is to be acknowledged, "" for
// nothing.
func (b *Bot) receiveOne(e socketmode.Event) (envelope string, reply any) {
	took := false
	if e.Request != nil {
		envelope = e.Request.EnvelopeID
	}
	switch data := e.Data.(type) {
	case slackevents.EventsAPIEvent:
		took = b.takeEvent(data)
	case slack.SlashCommand:
		reply, took = b.takeCommand(data)
	case slack.InteractionCallback:
		took = b.takeAction(data)
	case *socketmode.ConnectedEvent:
		b.connected(data.ConnectionCount)
	case *slack.ConnectionErrorEvent:
		b.config.Log.Warn("slack: connect", "error", data.ErrorObj, "again", data.Backoff)
	case *socketmode.ErrorBadMessage:
		// A kind of event that the library does not know: acknowledged, or Slack
		// sends it again and then takes the app for broken.
		took, envelope = true, envelopeOf(data.Message)
		b.config.Log.Debug("slack: an event that is not understood", "error", data.Cause)
	}
	if !took {
		return "", nil
	}
	return envelope, reply
}

// connected forgets, after a gap, all that an event of the gap may have changed.
func (b *Bot) connected(count int) {
	if count > 0 {
		b.channels.forgetAll()
		b.people.forgetAll()
	}
}

// envelopeOf returns the id of a message that was not understood.
func envelopeOf(message json.RawMessage) string {
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if json.Unmarshal(message, &envelope) != nil {
		return ""
	}
	return envelope.ID
}
