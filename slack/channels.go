package slack

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// Bounds of what is read about a channel.
const (
	pageSize = 1000 // members or accounts of one call, the most that Slack gives
	mostRead = 20   // pages of members
	// memberAge is how long the members of a channel count when no event says
	// that they have changed.
	memberAge = 5 * time.Minute
)

// Members are who is in a channel, as far as it was read.
type membership struct {
	ids    []string // sorted, each once
	shared bool     // with another company, or about to be
	read   time.Time
}

// Channels know the members of channels. They may be wrong for as long as Slack
// takes to say that somebody joined, and never longer than memberAge.
type channels struct {
	calls *calls

	turn    chan struct{} // held by the one who reads
	mu      sync.Mutex
	byID    map[string]membership
	changes map[string]int           // how often a channel was forgotten
	changed map[string]chan struct{} // closed when a channel is forgotten
}

func newChannels(c *calls) *channels {
	return &channels{
		calls: c, turn: make(chan struct{}, 1), byID: map[string]membership{},
		changes: map[string]int{}, changed: map[string]chan struct{}{},
	}
}

// members returns who is in a channel.
func (c *channels) members(ctx context.Context, channel string) (membership, error) {
	for range settling {
		if m, ok := c.known(channel); ok {
			return m, nil
		}
		err := c.read(ctx, channel)
		if said(err, "channel_not_found", "not_in_channel") {
			err = fmt.Errorf("%w: %w", errAbsent, err)
		}
		if err != nil {
			return membership{}, fmt.Errorf("members of channel %s: %w", channel, err)
		}
	}
	return membership{}, fmt.Errorf("members of channel %s: %w", channel, errUnsettled)
}

func (c *channels) known(channel string) (membership, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.byID[channel]
	return m, ok && c.calls.now().Sub(m.read) < memberAge
}

// read asks Slack for the members, unless another has done so meanwhile. What
// was forgotten while it was read is not kept.
func (c *channels) read(ctx context.Context, channel string) error {
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if _, ok := c.known(channel); ok {
		return nil
	}
	c.mu.Lock()
	changes := c.changes[channel]
	c.mu.Unlock()
	m := membership{read: c.calls.now()}
	if err := c.readInfo(ctx, channel, &m); err != nil {
		return err
	}
	if err := c.readMembers(ctx, channel, &m); err != nil {
		return err
	}
	slices.Sort(m.ids)
	m.ids = slices.Compact(m.ids)
	c.mu.Lock()
	defer c.mu.Unlock()
	if changes == c.changes[channel] {
		c.byID[channel] = m
	}
	return nil
}

func (c *channels) readInfo(ctx context.Context, channel string, m *membership) error {
	return c.calls.do(ctx, channelInfo, func(ctx context.Context) error {
		info, err := c.calls.client.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		if err == nil {
			m.shared = info.IsExtShared || info.IsPendingExtShared
		}
		return err
	})
}

func (c *channels) readMembers(ctx context.Context, channel string, m *membership) error {
	cursor := ""
	for range mostRead {
		var page []string
		err := c.calls.do(ctx, members, func(ctx context.Context) error {
			ids, next, err := c.calls.client.GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{
				ChannelID: channel, Cursor: cursor, Limit: pageSize,
			})
			if err == nil {
				page, cursor = ids, next
			}
			return err
		})
		if err != nil {
			return err
		}
		if m.ids = append(m.ids, page...); cursor == "" {
			return nil
		}
	}
	return errTooMany
}

// forget lets a channel be read anew, and tells those who watch it.
func (c *channels) forget(channel string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(channel)
}

// forgetAll lets every channel be read anew: events may have been missed.
func (c *channels) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for channel := range c.byID {
		c.drop(channel)
	}
	for channel := range c.changed {
		c.drop(channel)
	}
}

// drop forgets a channel. The caller holds mu.
func (c *channels) drop(channel string) {
	c.changes[channel]++
	delete(c.byID, channel)
	if watched, ok := c.changed[channel]; ok {
		close(watched)
		delete(c.changed, channel)
	}
}

// watch returns what is closed when the channel is forgotten next.
func (c *channels) watch(channel string) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	watched, ok := c.changed[channel]
	if !ok {
		watched = make(chan struct{})
		c.changed[channel] = watched
	}
	return watched
}
