package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"bureau/access"
)

// A Bot is the front door in Slack. It is made by [New] and lives while
// [Bot.Run] runs.
type Bot struct {
	config   Config
	public   map[Kind]bool
	client   *slack.Client
	calls    *calls
	people   *directory
	channels *channels
	lines    lines
	seen     seen
	kept     kept
	tally    tally
	room     chan struct{} // one for each event that is worked on
	ready    chan struct{} // closed when the bot knows who it is

	// ctx is what everything that an event begins lives in: it outlives the
	// connection that the event came by.
	ctx     context.Context
	stop    context.CancelCauseFunc
	running sync.WaitGroup
}

// mostEvents is how many events are worked on at a time. One over it is not
// acknowledged, and Slack sends it again later.
const mostEvents = 4096

// callTime is how long one call to Slack may take.
const callTime = 30 * time.Second

// New returns a Bot of a complete Config.
func New(config Config) (*Bot, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config = config.orDefault()
	b := &Bot{
		config: config, public: map[Kind]bool{}, client: newClient(config),
		room: make(chan struct{}, mostEvents), ready: make(chan struct{}),
	}
	for _, kind := range config.Public {
		b.public[kind] = true
	}
	b.calls = newCalls(b.client, config.Now)
	b.people, b.channels = newDirectory(b.calls), newChannels(b.calls)
	b.ctx, b.stop = context.WithCancelCause(context.Background())
	return b, nil
}

// newClient returns a client of Slack's methods.
func newClient(c Config) *slack.Client {
	options := []slack.Option{
		slack.OptionAppLevelToken(c.Tokens.App), slack.OptionHTTPClient(&http.Client{Timeout: callTime}),
		slack.OptionLog(slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug)),
	}
	if c.API != "" {
		options = append(options, slack.OptionAPIURL(c.API))
	}
	return slack.New(c.Tokens.Bot, options...)
}

// Tally returns how the questions so far have ended.
func (b *Bot) Tally() Tally { return b.tally.read() }

// When the bot stops, what is under way may come to its end for lastMoments;
// after that its askers are told to ask again, within farewell.
const (
	lastMoments = 7 * time.Second
	farewell    = 2 * time.Second
)

// Run connects to Slack and answers until ctx ends. It returns an error when
// Slack does not take the tokens.
func (b *Bot) Run(ctx context.Context) error {
	err := b.identify(ctx)
	if err == nil {
		b.tellLeft(ctx)
		close(b.ready)
		err = b.listen(ctx)
	}
	b.leave()
	t := b.Tally()
	b.config.Log.Info("slack: stopped", "asked", t.Asked, "answered", t.Answered, "refused", t.Refused, "failed", t.Failed,
		"undelivered", t.Undelivered, "repeated", t.Repeated)
	if ctx.Err() != nil { // whatever the end was called
		err = nil
	}
	return err
}

// leave waits for what is under way.
func (b *Bot) leave() {
	done := make(chan struct{})
	go func() {
		b.running.Wait()
		close(done)
	}()
	for _, moments := range []time.Duration{lastMoments, farewell + time.Second} {
		select {
		case <-done:
			b.stop(nil)
			return
		case <-time.After(moments):
			b.stop(errShutdown)
		}
	}
	b.config.Log.Error("slack: questions were under way at the end", "questions", b.Tally().Running())
}

// Idle reports whether nothing that has come is being worked on.
func (b *Bot) Idle() bool { return len(b.room) == 0 }

// identify learns who the bot is. While Slack cannot be reached it goes on
// trying.
func (b *Bot) identify(ctx context.Context) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		var who *slack.AuthTestResponse
		err := b.calls.do(ctx, authTest, func(ctx context.Context) (err error) {
			who, err = b.client.AuthTestContext(ctx)
			return err
		})
		if err == nil {
			b.people.where = workspace{team: who.TeamID, enterprise: who.EnterpriseID, bot: who.UserID}
			b.config.Log.Info("slack: connected", "workspace", who.Team, "bot", who.User)
			return nil
		}
		if refused := new(slack.SlackErrorResponse); errors.As(err, refused) {
			return fmt.Errorf("slack does not take the bot's token: %w; see docs/slack.md", err)
		}
		b.config.Log.Warn("slack cannot be reached", "error", err, "again", pause)
		if err := b.calls.sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// listen takes events by Socket Mode where there is a token for it, else by
// HTTP alone, until ctx ends.
func (b *Bot) listen(ctx context.Context) error {
	if b.config.Tokens.App == "" {
		<-ctx.Done()
		return nil
	}
	return b.connect(ctx)
}

// goes runs work for an event in a goroutine of its own, and reports whether
// there was room for it.
func (b *Bot) goes(work func(ctx context.Context)) bool {
	select {
	case b.room <- struct{}{}:
	default:
		return false
	}
	b.running.Go(func() {
		defer func() { <-b.room }()
		defer func() {
			if what := recover(); what != nil {
				b.config.Log.Error("slack: an event", "error", errPanic, "panic", what, "stack", string(debug.Stack()))
			}
		}()
		work(b.ctx)
	})
	return true
}

// language returns what an account reads: what the policy says of the person,
// else what Slack says of the account.
func (b *Bot) language(a account, r record) string {
	if who, ok := b.config.People.Person(a.person); ok && who.Language != "" {
		return who.Language
	}
	return languageOf(r.locale)
}

// who returns who an account is, with its language.
func (b *Bot) who(ctx context.Context, user string) (account, string, error) {
	records, err := b.people.all(ctx, []string{user})
	if err != nil {
		return account{}, "", err
	}
	a := b.account(records[0])
	return a, b.language(a, records[0]), nil
}

// scopeFor returns what those who see the answer to a question in a setting may
// read at this moment.
func (b *Bot) scopeFor(ctx context.Context, q question, s setting) (access.Scope, error) {
	a, _, err := b.who(ctx, q.user)
	if err != nil {
		return access.Scope{}, err
	}
	own, err := b.personal(a)
	if err != nil || s != inChannel {
		return own, err
	}
	return b.audience(ctx, q.channel, q.user)
}
