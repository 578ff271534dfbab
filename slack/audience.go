package slack

import (
	"context"
	"fmt"
	"slices"

	"bureau/access"
)

// audience returns what everybody in a channel may read at this moment, the
// asker included. Somebody in it who reads nothing leaves nothing.
func (b *Bot) audience(ctx context.Context, channel, asker string) (access.Scope, error) {
	m, err := b.channels.members(ctx, channel)
	if err != nil {
		return access.Scope{}, err
	}
	if m.shared && !b.public[Connect] {
		return access.Scope{}, errShared
	}
	records, err := b.people.all(ctx, b.readersOf(m, asker))
	if err != nil {
		return access.Scope{}, err
	}
	people, visitors := make([]string, 0, len(records)), m.shared || len(records) > b.config.MaxMembers
	for _, r := range records {
		switch a := b.account(r); {
		case a.kind == Employee:
			people = append(people, a.person)
		case b.public[a.kind]:
			visitors = true
		default:
			return access.Scope{}, errStranger
		}
	}
	scope, err := b.config.People.Audience(people, visitors, b.config.Now())
	if err != nil {
		return access.Scope{}, fmt.Errorf("%w: %w", errStranger, err)
	}
	if only, tied := b.config.Channels[channel]; tied {
		scope = scope.Narrow(only...)
	}
	return scope, nil
}

// readersOf returns the accounts that read a channel: its members and the asker,
// without the bot itself and the apps that the configuration trusts.
func (b *Bot) readersOf(m membership, asker string) []string {
	ids := slices.DeleteFunc(slices.Clone(m.ids), func(id string) bool {
		return id == b.people.where.bot || slices.Contains(b.config.TrustedApps, id)
	})
	if at, in := slices.BinarySearch(ids, asker); !in {
		ids = slices.Insert(ids, at, asker)
	}
	return ids
}
