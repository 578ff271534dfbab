package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"bureau/chat"
	"bureau/web"
)

// Bounds of the chat server.
const (
	waitingPerPerson = 3 // questions in line, besides the one that is answered
	drainTime        = 10 * time.Second
	graceTime        = 5 * time.Second // of it, that answers may go on
	healthPoll       = 5 * time.Second
)

type serveCommand struct {
	listening
	DemoSignIn bool `help:"Let people sign in by choosing who they are, to try Bureau out. On loopback alone, and where the configuration has no sign_in."`
}

// Run serves until it is interrupted.
func (c *serveCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	config, err := s.load()
	if err != nil {
		return err
	}
	c.over(config)
	door := doors{demo: c.DemoSignIn || c.AnyAddress, anyAddress: c.AnyAddress}
	if door.demo && config.signIn.configured() {
		return misuse{fmt.Errorf("%s says how people sign in; leave the flags of the demonstration out", config.file)}
	}
	p, searcher, err := openSearch(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	if difference := p.difference(searcher.current); difference != "" {
		slog.Warn(difference)
	}
	if door.certificate, err = config.serve.certificate(); err != nil {
		return err
	}
	listener, err := door.listen(ctx, config.serve)
	if err != nil {
		return err
	}
	return p.serve(ctx, searcher, listener, door, func(address string) {
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

// serve runs the chat on listener until ctx ends, then drains it. ready is
// told the address once questions are taken.
func (p *parts) serve(ctx context.Context, searcher chat.Searcher, listener net.Listener, door doors, ready func(address string)) (err error) {
	alone, err := p.serveAlone()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, alone.Release()) }()
	if err := p.auditServing(ctx); err != nil {
		return err
	}
	kept, err := p.openHistory(ctx)
	if err != nil {
		return err
	}
	m := p.measures()
	queue := chat.NewQueue(p.config.serve.Generations, waitingPerPerson)
	desk := chat.NewDesk(chat.DeskConfig{
		Author: m.answering(p.answerer(m.searching(searcher))), Queue: queue,
		Record: kept, Ledger: p.ledger, PerPerson: waitingPerPerson + 1, Grace: graceTime, Audit: p.audit,
	})
	policy := newLivePolicy(p.config)
	directory, err := p.directory(ctx, policy.current.Load)
	if err != nil {
		return err
	}
	forget(ctx, directory)
	policy.changed = func() { forget(ctx, directory) }
	health := &modelHealth{parts: p}
	front := web.Config{
		Name: p.config.company, Library: p.ledger, Desk: desk, History: kept, Audit: p.audit,
		Suggest: p.ledger.Suggest, ModelName: health.chatModel, FollowUps: p.followUps,
		Mounts: []web.Mount{{Pattern: "GET /metrics", Callers: web.Administrators, Handler: m}},
	}
	if front.Sites, err = p.sites(ctx); err != nil {
		return err
	}
	if err := door.open(ctx, p.config, directory, &front); err != nil {
		return err
	}
	server, err := web.New(front)
	if err != nil {
		return err
	}
	health.turn = server.Turn
	m.of(server, queue)
	background, stop := context.WithCancel(ctx)
	defer stop()
	if err := p.serveMetrics(background, server, m); err != nil {
		return err
	}
	slackEnds, err := p.inSlack(background, server, m, slackPeople{policy, directory}, desk, kept)
	if err != nil {
		return err
	}
	tended := make(chan struct{})
	go func() { defer close(tended); p.config.tendAudit(background) }()
	defer func() { stop(); slackEnds(); <-tended }()
	go p.expire(background, kept)
	go policy.follow(background)
	go health.follow(background)
	go server.Follow(background)

	h := newHTTPServer(server.Handler())
	failed := make(chan error, 1)
	go func() { failed <- door.serve(h, listener) }()
	ready(door.scheme() + "://" + listener.Addr().String())
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	slog.Info("stopping: answers come to their end or are broken off, browsers are told to come back", "within", drainTime)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	return errors.Join(desk.Close(drain), server.Shutdown(drain), h.Shutdown(drain))
}
