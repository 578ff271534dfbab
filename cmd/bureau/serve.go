package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"bureau/chat"
	"bureau/web"
)

// Bounds of the chat server.
const (
	waitingPerPerson  = 3 // questions in line
	turnsKept         = 20
	conversationsKept = 20 // of one person
	conversationAge   = 8 * time.Hour
	drainTime         = 10 * time.Second
	healthPoll        = 15 * time.Second
)

type serveCommand struct {
	listening
}

// Run serves until it is interrupted.
func (c *serveCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	config, err := s.load()
	if err != nil {
		return err
	}
	c.over(config)
	p, searcher, err := openSearch(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	if difference := p.difference(searcher.current); difference != "" {
		slog.Warn(difference)
	}
	listener, err := c.open(ctx, config.serve.Listen)
	if err != nil {
		return err
	}
	return p.serve(ctx, searcher, listener, c.AnyAddress, func(address string) {
		fmt.Fprintf(e.stdout, "Bureau answers at %s\n", address)
	})
}

// listening are the flags of commands that serve.
type listening struct {
	Listen *string `placeholder:"ADDRESS" from:"BUREAU_LISTEN" help:"Where to serve, such as 127.0.0.1:8080 (BUREAU_LISTEN)."`
	// Anybody who reaches the sign-in page may be anybody, so it stays on
	// loopback; inside a container loopback is the container's own.
	AnyAddress bool `name:"insecure-demo-sign-in-on-any-address" help:"Serve the demonstration sign-in on an address that is not loopback. Only for a container whose port is published on the host's loopback."`
}

func (l *listening) over(c *config) { set(&c.serve.Listen, l.Listen) }

// open listens, and refuses an address that others could reach.
func (l *listening) open(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, misuse{fmt.Errorf("serve.listen: %q is not an address like 127.0.0.1:8080", address)}
	}
	if !l.AnyAddress && !isLoopback(host) {
		return nil, misuse{fmt.Errorf("listen on %s: people sign in by choosing who they are, so Bureau serves loopback only; use 127.0.0.1", address)}
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; choose another address with --listen", address, err)
	}
	return listener, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve runs the chat on listener until ctx ends, then drains it. ready is
// told the address once questions are taken. anyAddress lets the listener be
// one that is not loopback.
func (p *parts) serve(ctx context.Context, searcher chat.Searcher, listener net.Listener, anyAddress bool, ready func(address string)) error {
	policy := newLivePolicy(p.config)
	health := &modelHealth{parts: p}
	server, err := web.New(web.Config{
		Name: p.config.company, Rights: policy, Company: policy, Library: p.ledger,
		Answerer: p.answerer(searcher), Suggest: p.ledger.Suggest, ModelName: health.name,
		Queue: chat.NewQueue(p.config.serve.Generations, waitingPerPerson),
		Conversations: chat.NewConversations(chat.ConversationLimits{
			Turns: turnsKept, PerPerson: conversationsKept, Age: conversationAge,
		}, p.ledger),
		DemoSignIn: true, AnyAddress: anyAddress,
	})
	if err != nil {
		return err
	}
	background, stop := context.WithCancel(ctx)
	defer stop()
	go policy.follow(background)
	go health.follow(background)

	h := &http.Server{Handler: server.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	ready("http://" + listener.Addr().String())
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	slog.Info("stopping: browsers are told to come back", "within", drainTime)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(server.Shutdown(drain), h.Shutdown(drain))
}
