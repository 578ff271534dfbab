package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/chat/history"
	"bureau/slack"
	"bureau/slack/journal"
	"bureau/web"
)

// The environment that Slack's secrets come from.
const (
	slackBotToken      = "BUREAU_SLACK_BOT_TOKEN"
	slackAppToken      = "BUREAU_SLACK_APP_TOKEN"
	slackSigningSecret = "BUREAU_SLACK_SIGNING_SECRET"
)

// A slackConfig says who is answered in Slack and where. Without a token in the
// environment nobody is.
type slackConfig struct {
	Listen      string                         `yaml:"listen"` // of the Events API
	Public      []slack.Kind                   `yaml:"public"`
	TrustedApps []string                       `yaml:"trusted_apps"`
	Channels    map[string][]access.Department `yaml:"channels"`
	MaxMembers  int                            `yaml:"max_members"`
	Patience    time.Duration                  `yaml:"patience"`
	tokens      slack.Tokens
	api         string // of another Slack than the real one, in tests
}

// slackTokens are those of the environment.
func (s *settings) slackTokens() slack.Tokens {
	return slack.Tokens{Bot: s.secret(slackBotToken), App: s.secret(slackAppToken), SigningSecret: s.secret(slackSigningSecret)}
}

// mayBePublic are the kinds of accounts that slack.public may name.
var mayBePublic = []slack.Kind{slack.Unknown, slack.Guest, slack.Connect, slack.Robot}

// slackAccount is what the id of an account looks like.
var slackAccount = regexp.MustCompile(`^[UW][A-Z0-9]{2,}$`)

// check returns every mistake.
func (c slackConfig) check(policy *access.Policy) error {
	var mistakes []error
	mistake := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if _, _, err := net.SplitHostPort(c.Listen); c.Listen != "" && err != nil {
		mistake("listen: %q is not an address like 127.0.0.1:8081", c.Listen)
	}
	for _, kind := range c.Public {
		if !slices.Contains(mayBePublic, kind) {
			mistake("public: %q is none of %v", kind, mayBePublic)
		}
	}
	for _, app := range c.TrustedApps {
		if !slackAccount.MatchString(app) {
			mistake("trusted_apps: %q is not the id of a Slack member such as U024BE7LH", app)
		}
	}
	for channel, departments := range c.Channels {
		for _, d := range departments {
			if !policy.HasDepartment(d) {
				mistake("channels: %s: department %q is unknown", channel, d)
			}
		}
	}
	if c.MaxMembers < 0 || c.Patience < 0 {
		mistake("max_members and patience must not be below 0")
	}
	return errors.Join(append(mistakes, c.checkTokens()...)...)
}

// checkTokens returns what is wrong with the environment.
func (c slackConfig) checkTokens() []error {
	switch {
	case c.tokens == slack.Tokens{}:
		return nil
	case c.tokens.Bot == "":
		return []error{fmt.Errorf("%s is missing; see docs/slack.md", slackBotToken)}
	case c.tokens.App == "" && c.tokens.SigningSecret == "":
		return []error{fmt.Errorf("one of %s and %s is missing; see docs/slack.md", slackAppToken, slackSigningSecret)}
	case c.tokens.App == "" && c.Listen == "":
		return []error{fmt.Errorf("listen is missing: without %s Slack sends events to an address of Bureau's", slackAppToken)}
	}
	return nil
}

// Audience returns what all of several people may read at now.
func (p *livePolicy) Audience(people []string, visitors bool, now time.Time) (access.Scope, error) {
	return p.current.Load().Audience(people, visitors, now)
}

// BySlack returns the person of an account in Slack.
func (p *livePolicy) BySlack(account string) (access.Person, bool) {
	return p.current.Load().BySlack(account)
}

// ByEmail returns the person of a verified address.
func (p *livePolicy) ByEmail(address string) (access.Person, bool) {
	return p.current.Load().ByEmail(address)
}

// slackParts returns what a bot is made of, without the workspace it is in.
func (p *parts) slackParts(people slack.People, desk *chat.Desk, kept *history.History) slack.Config {
	c := p.config.slack
	return slack.Config{
		Tokens: c.tokens, API: c.api, People: people, Desk: desk, Ledger: p.ledger, Audit: p.audit, Suggest: p.ledger.Suggest,
		Feedback: func(ctx context.Context, person, answer string, helpful bool) error {
			vote := history.Down
			if helpful {
				vote = history.Up
			}
			return kept.Judge(ctx, person, answer, history.Feedback{Vote: vote}, time.Now())
		},
		Public: c.Public, TrustedApps: c.TrustedApps, Channels: c.Channels, Address: p.config.serve.URL,
		MaxMembers: c.MaxMembers, Patience: c.Patience,
	}
}

// inSlack answers in Slack until ctx ends, if there are tokens for it. The
// returned function waits for its end. A workspace that does not take us is
// logged: browsers are answered nevertheless.
func (p *parts) inSlack(ctx context.Context, front *web.Server, m *measures, people slack.People, desk *chat.Desk, kept *history.History) (wait func(), err error) {
	if p.config.slack.tokens.Bot == "" {
		return func() {}, nil
	}
	settings := p.slackParts(people, desk, kept)
	if settings.Journal, err = journal.Open(ctx, p.state); err != nil {
		return nil, err
	}
	bot, err := slack.New(settings)
	if err != nil {
		return nil, err
	}
	m.ofSlack(bot.Tally)
	listening, err := p.serveSlack(ctx, front, bot)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := bot.Run(ctx); err != nil {
			slog.Error("nobody is answered in Slack", "error", err)
		}
	}()
	return func() {
		<-done
		listening()
	}, nil
}

// slackRoutes are the routes of the Events API.
func slackRoutes(bot *slack.Bot) (routes []web.Mount) {
	handler := bot.Handler()
	for _, path := range []string{"/slack/events", "/slack/commands", "/slack/actions"} {
		routes = append(routes, web.Mount{Pattern: "POST " + path, Callers: web.Slack, Changes: true, Body: 1 << 20, Handler: handler})
	}
	return routes
}

// serveSlack takes the Events API where an address for it is configured.
func (p *parts) serveSlack(ctx context.Context, front *web.Server, bot *slack.Bot) (wait func(), err error) {
	c := p.config.slack
	if c.Listen == "" || c.tokens.SigningSecret == "" {
		return func() {}, nil
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for Slack: %w; choose another slack.listen", c.Listen, err)
	}
	server := newHTTPServer(front.HandlerOf(slackRoutes(bot)...))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("the Events API of Slack is not served any more", "error", err)
		}
	}()
	context.AfterFunc(ctx, func() { _ = server.Close() }) // a request that is cut off is sent again
	slog.Info("Slack's events are taken", "address", listener.Addr().String())
	return func() { <-done }, nil
}
