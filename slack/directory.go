package slack

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// recordAge is how long what Slack said of an account counts, when no event
// says that it has changed.
const recordAge = time.Hour

// A directory knows the accounts of the workspace. A few are asked for one by
// one, many by reading the whole list, which Slack allows less often.
type directory struct {
	calls *calls
	where workspace

	turn    chan struct{} // held by the one who reads
	mu      sync.Mutex
	records map[string]record
	changes int // how often something was forgotten
}

func newDirectory(c *calls) *directory {
	return &directory{calls: c, turn: make(chan struct{}, 1), records: map[string]record{}}
}

// fewAccounts is up to how many unknown accounts are asked for one by one.
const fewAccounts = 20

// all returns the records of accounts, in their order. An account that Slack
// does not know is an error.
func (d *directory) all(ctx context.Context, ids []string) ([]record, error) {
	for range settling {
		found, missing := d.known(ids)
		if len(missing) == 0 {
			return found, nil
		}
		if err := d.read(ctx, ids); err != nil {
			return nil, err
		}
	}
	return nil, errUnsettled
}

// settling is how often something is read again because it changed meanwhile.
const settling = 5

// known returns the records of ids, and those ids of which there is none, or an
// old one.
func (d *directory) known(ids []string) (found []record, missing []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.calls.now()
	found = make([]record, 0, len(ids))
	for _, id := range ids {
		r, ok := d.records[id]
		if !ok || now.Sub(r.read) >= recordAge {
			missing = append(missing, id)
			continue
		}
		found = append(found, r)
	}
	return found, missing
}

// read asks Slack for those of the accounts that are missing. One reads at a
// time, so that others find what it has read.
func (d *directory) read(ctx context.Context, ids []string) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	_, missing := d.known(ids)
	if len(missing) > fewAccounts {
		if err := d.readList(ctx); err != nil {
			return err
		}
		_, missing = d.known(ids)
	}
	for _, id := range missing {
		if err := d.readOne(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (d *directory) readOne(ctx context.Context, id string) error {
	changes := d.changed()
	var user *slack.User
	err := d.calls.do(ctx, usersInfo, func(ctx context.Context) (err error) {
		user, err = d.calls.client.GetUserInfoContext(ctx, id)
		return err
	})
	if said(err, "user_not_found", "user_not_visible") {
		// Of nobody here: a bot is known by an id of its own, and other
		// companies hide their people.
		d.keep(changes, slack.User{ID: id, IsBot: strings.HasPrefix(id, "B"), IsStranger: true})
		return nil
	}
	if err != nil {
		return fmt.Errorf("account %s: %w", id, err)
	}
	d.keep(changes, *user)
	return nil
}

func (d *directory) readList(ctx context.Context) error {
	page := d.calls.client.GetUsersPaginated(slack.GetUsersOptionLimit(pageSize))
	for {
		changes := d.changed()
		err := d.calls.do(ctx, usersList, func(ctx context.Context) error {
			next, err := page.Next(ctx)
			if err == nil {
				page = next
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("accounts of the workspace: %w", err)
		}
		d.keep(changes, page.Users...)
		if page.Cursor == "" {
			return nil
		}
	}
}

// keep notes what was read, unless something was forgotten since it began.
func (d *directory) keep(changes int, users ...slack.User) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if changes != d.changes {
		return
	}
	for _, u := range users {
		d.records[u.ID] = d.where.recordOf(u, d.calls.now())
	}
}

func (d *directory) changed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// forget lets an account be asked for anew.
func (d *directory) forget(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	delete(d.records, id)
}

// forgetAll lets every account be asked for anew.
func (d *directory) forgetAll() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	clear(d.records)
}
