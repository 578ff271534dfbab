package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"bureau/chat"
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
	f, err := p.openFront(ctx, searcher, door)
	if err != nil {
		return err
	}
	background, stop := context.WithCancel(ctx)
	defer stop()
	tended, err := f.tend(background)
	if err != nil {
		return err
	}
	defer func() { stop(); tended() }()

	h := newHTTPServer(f.server.Handler())
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
	return errors.Join(f.desk.Close(drain), f.server.Shutdown(drain), h.Shutdown(drain))
}
