package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"bureau/examples"
)

type demoCommand struct {
	listening
}

// Run unpacks the sample company, indexes it and serves it.
func (c *demoCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	home := ".bureau/demo"
	if s.Data != nil && *s.Data != "" {
		home = *s.Data
	}
	company := filepath.Join(home, "company")
	if err := unpack(company); err != nil {
		return fmt.Errorf("unpack the sample company into %s: %w", company, err)
	}
	s.Config = filepath.Join(company, "bureau.yaml")
	data := filepath.Join(home, "data")
	s.Data = &data
	config, err := s.load()
	if err != nil {
		return err
	}
	c.over(config)
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.reindexWhereOutdated(ctx, e); err != nil {
		return err
	}
	fmt.Fprintln(e.stderr, "Indexing the documents of the sample company; the first time takes a minute or two.")
	report, err := p.ingest(ctx, e, e.progress())
	if err != nil {
		return err
	}
	if _, err := report.WriteTo(e.stderr); err != nil {
		return err
	}
	door := doors{demo: true, anyAddress: c.AnyAddress}
	listener, err := door.listenFree(ctx, config.serve)
	if err != nil {
		return err
	}
	searcher := p.follower()
	defer func() { err = errors.Join(err, searcher.close()) }()
	return p.serve(ctx, searcher, listener, door, func(address string) { c.welcome(e, p, address) })
}

// welcome prints where the demo is and what to try.
func (c *demoCommand) welcome(e env, p *parts, address string) {
	model := "model " + p.config.models.Chat
	if p.model == nil {
		model = "no model: answers are quotes from the documents"
	}
	fmt.Fprintf(e.stdout, `
The sample company is at %s  (%s)
Choose Hanna from Human Resources and ask about pay bands; then be Feng from Finance and ask the same.
To try the Slack bot without Slack, in another terminal: %s
Ctrl-C ends it.
`, address, model, p.simulateLine())
}

// listenFree listens at an address, or at any free port of the same host where
// that one is taken.
func (d doors) listenFree(ctx context.Context, serve serveConfig) (net.Listener, error) {
	listener, err := d.listen(ctx, serve)
	if !errors.Is(err, syscall.EADDRINUSE) {
		return listener, err
	}
	host, _, err := net.SplitHostPort(serve.Listen)
	if err != nil {
		return nil, err
	}
	serve.Listen = net.JoinHostPort(host, "0")
	return d.listen(ctx, serve)
}

// unpack writes the sample company's files into folder. What is there already
// and the same is left alone, so that a second demo indexes nothing anew.
func unpack(folder string) error {
	files, err := fs.Sub(examples.Company, "company")
	if err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(folder, filepath.FromSlash(name))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if there, err := os.ReadFile(target); err == nil && string(there) == string(data) {
			return nil
		}
		return os.WriteFile(target, data, 0o600)
	})
}
