package main

import (
	"context"

	"bureau/chat"
	"bureau/chat/history"
	"bureau/identity"
	"bureau/web"
)

// A front is the server with all that stands behind it.
type front struct {
	*parts
	kept      *history.History
	desk      *chat.Desk
	policy    *livePolicy
	directory *identity.Directory
	health    *modelHealth
	measures  *measures
	server    *web.Server
}

// openFront puts the server together. It serves nobody yet.
func (p *parts) openFront(ctx context.Context, searcher chat.Searcher, door doors) (*front, error) {
	f := &front{parts: p, policy: newLivePolicy(p.config, p.audit), health: &modelHealth{parts: p}, measures: p.measures()}
	var err error
	if f.kept, err = p.openHistory(ctx); err != nil {
		return nil, err
	}
	queue := chat.NewQueue(p.config.serve.Generations, waitingPerPerson)
	f.desk = chat.NewDesk(chat.DeskConfig{
		Author: f.measures.answering(p.answerer(f.measures.searching(searcher))), Queue: queue,
		Record: f.kept, Ledger: p.ledger, PerPerson: waitingPerPerson + 1, Grace: graceTime, Audit: p.audit,
	})
	if f.directory, err = p.directory(ctx, f.policy.current.Load); err != nil {
		return nil, err
	}
	forget(ctx, f.directory)
	f.policy.changed = func() { forget(ctx, f.directory) }
	config := web.Config{
		Name: p.config.company, Library: p.ledger, Desk: f.desk, History: f.kept, Audit: p.audit,
		Suggest: p.ledger.Suggest, ModelName: f.health.chatModel, FollowUps: p.followUps,
		Mounts: []web.Mount{{Pattern: "GET /metrics", Callers: web.Administrators, Handler: f.measures}},
	}
	if config.Sites, err = p.sites(ctx); err != nil {
		return nil, err
	}
	if err := door.open(ctx, p.config, f.directory, &config); err != nil {
		return nil, err
	}
	if f.server, err = web.New(config); err != nil {
		return nil, err
	}
	f.health.turn = f.server.Turn
	f.measures.of(f.server, queue)
	return f, nil
}

// tend does what goes on beside serving, until ctx ends. The returned function
// waits for the end of what may not be broken off.
func (f *front) tend(ctx context.Context) (wait func(), err error) {
	if err := f.serveMetrics(ctx, f.server, f.measures); err != nil {
		return nil, err
	}
	slackEnds, err := f.inSlack(ctx, f.server, f.measures, slackPeople{f.policy, f.directory}, f.desk, f.kept)
	if err != nil {
		return nil, err
	}
	tended := make(chan struct{})
	go func() { defer close(tended); f.config.tendAudit(ctx) }()
	go f.expire(ctx, f.kept)
	go f.policy.follow(ctx)
	go f.health.follow(ctx)
	go f.server.Follow(ctx)
	return func() { slackEnds(); <-tended }, nil
}
