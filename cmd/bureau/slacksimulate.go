package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"bureau/chat"
	"bureau/chat/history"
	"bureau/slack"
	"bureau/slack/slacktest"
	"bureau/store"
)

type slackCommand struct {
	Simulate slackSimulateCommand `cmd:"" help:"Answer in a made-up workspace: choose a person and a channel, and type."`
}

type slackSimulateCommand struct{}

// Run answers what is typed until it ends.
func (c *slackSimulateCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	config, err := s.load()
	if err != nil {
		return err
	}
	p, searcher, err := openSearch(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	kept, forget, err := p.openScratch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	desk := chat.NewDesk(chat.DeskConfig{
		Author: p.answerer(searcher), Queue: chat.NewQueue(config.serve.Generations, waitingPerPerson),
		Record: kept, Ledger: p.ledger, PerPerson: waitingPerPerson + 1, Audit: shellAudit{p.audit},
	})
	policy := newLivePolicy(config, p.audit)
	sim := newSimulation(policy, e.stdout)
	defer sim.space.Close()
	parts := p.slackParts(sim, desk, kept)
	parts.Audit = shellAudit{p.audit}
	parts.API, parts.Tokens, parts.Log = sim.space.API(), slack.Tokens{Bot: slacktest.BotToken, App: slacktest.AppToken}, slog.New(slog.DiscardHandler)
	if sim.bot, err = slack.New(parts); err != nil {
		return err
	}
	background, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go policy.follow(background)
	go func() { done <- sim.bot.Run(background) }()
	err = sim.talk(ctx, e.stdin)
	stop()
	return errors.Join(err, desk.Close(context.WithoutCancel(ctx)), <-done)
}

// openScratch opens conversations that are gone with the command: a server may be
// running on the same data, and nobody looks for these in their history.
func (p *parts) openScratch(ctx context.Context) (kept *history.History, forget func() error, err error) {
	folder, err := os.MkdirTemp("", "bureau-simulate-")
	if err != nil {
		return nil, nil, err
	}
	forget = func() error { return os.RemoveAll(folder) }
	db, err := store.Open(ctx, filepath.Join(folder, "bureau.db"))
	if err != nil {
		return nil, nil, errors.Join(err, forget())
	}
	forget = func() error { return errors.Join(db.Close(), os.RemoveAll(folder)) }
	if kept, err = history.Open(ctx, db, p.ledger); err != nil {
		return nil, nil, errors.Join(err, forget())
	}
	return kept, forget, nil
}

// simulateLine is the command that simulates Slack with these parts.
func (p *parts) simulateLine() string {
	program, err := os.Executable()
	if err != nil {
		program = "bureau"
	}
	c := p.config
	words := []string{
		program, "-c", c.file, "--data", c.data, "--ollama", c.models.Ollama,
		"--model", cmp.Or(c.models.Chat, none), "--embedder", cmp.Or(c.models.Embedder, none), "slack", "simulate",
	}
	for i, word := range words {
		if strings.ContainsAny(word, " '\"$&;()\\") {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
