package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/time/rate"
)

// A method is one of Slack's, by its name.
type method string

// The methods that are called.
const (
	authTest     method = "auth.test"
	usersInfo    method = "users.info"
	usersList    method = "users.list"
	channelInfo  method = "conversations.info"
	members      method = "conversations.members"
	openDirect   method = "conversations.open"
	postMessage  method = "chat.postMessage"
	postPrivate  method = "chat.postEphemeral"
	updateText   method = "chat.update"
	startStream  method = "chat.startStream"
	appendStream method = "chat.appendStream"
	stopStream   method = "chat.stopStream"
	setStatus    method = "assistant.threads.setStatus"
	setTitle     method = "assistant.threads.setTitle"
	setPrompts   method = "assistant.threads.setSuggestedPrompts"
	publishView  method = "views.publish"
)

// spare is how often a minute the methods are called for what may be left out,
// such as the words of an answer before its end: under Slack's own limits, so
// that there is room for what may not.
var spare = map[method]int{appendStream: 80, updateText: 40, setStatus: 300, setTitle: 40, setPrompts: 40}

// tries and firstPause bound how often a call is made again that failed for no
// lasting reason; each pause is twice the one before. A call that Slack has
// asked to wait for is made until its context ends.
const (
	tries      = 5
	firstPause = 250 * time.Millisecond
)

// Calls are the calls to Slack. They obey what Slack says about when to come
// back, for all callers of a method at once.
type calls struct {
	client *slack.Client
	now    func() time.Time
	// sleep waits for a time, or until ctx ends.
	sleep func(ctx context.Context, d time.Duration) error

	mu        sync.Mutex
	notBefore map[method]time.Time
	room      map[method]*rate.Limiter
}

func newCalls(client *slack.Client, now func() time.Time) *calls {
	c := &calls{client: client, now: now, sleep: sleep, notBefore: map[method]time.Time{}, room: map[method]*rate.Limiter{}}
	for m, perMinute := range spare {
		c.room[m] = rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute/4)
	}
	return c
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// do makes a call, and makes it again as long as that can help. A call that
// Slack took and did not confirm is made twice: rather that than not at all.
func (c *calls) do(ctx context.Context, m method, call func(ctx context.Context) error) error {
	pause := firstPause
	for failed := 0; ; {
		if err := c.waitFor(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		err := call(ctx)
		var limited *slack.RateLimitedError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", m, context.Cause(ctx))
		case errors.As(err, &limited):
			c.hold(m, limited.RetryAfter)
			continue
		case !passing(err) || failed == tries:
			return fmt.Errorf("%s: %w", m, err)
		}
		failed++
		if err := c.sleep(ctx, pause); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		pause *= 2
	}
}

// try makes a call that may be left out: it is, when there is no room for it at
// the moment. It reports whether Slack took it.
func (c *calls) try(ctx context.Context, m method, call func(ctx context.Context) error) (bool, error) {
	c.mu.Lock()
	now := c.now()
	skip := now.Before(c.notBefore[m]) || c.room[m] != nil && !c.room[m].AllowN(now, 1)
	c.mu.Unlock()
	if skip {
		return false, nil
	}
	err := call(ctx)
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		c.hold(m, limited.RetryAfter)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %w", m, err)
	}
	return true, nil
}

// hold lets nobody call a method for a while.
func (c *calls) hold(m method, d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := c.now().Add(max(d, time.Second)); until.After(c.notBefore[m]) {
		c.notBefore[m] = until
	}
}

// waitFor waits until a method may be called.
func (c *calls) waitFor(ctx context.Context, m method) error {
	for {
		c.mu.Lock()
		wait := c.notBefore[m].Sub(c.now())
		c.mu.Unlock()
		if wait <= 0 {
			return context.Cause(ctx)
		}
		if err := c.sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// passing reports whether a call that failed may succeed when it is made again.
func passing(err error) bool {
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		return status.Code >= http.StatusInternalServerError
	}
	var said slack.SlackErrorResponse
	if !errors.As(err, &said) {
		return true // the network
	}
	switch said.Err {
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "team_added_to_org":
		return true
	}
	return false
}

// said reports whether Slack refused a call with one of these errors.
func said(err error, errs ...string) bool {
	var response slack.SlackErrorResponse
	if !errors.As(err, &response) {
		return false
	}
	for _, one := range errs {
		if response.Err == one {
			return true
		}
	}
	return false
}
