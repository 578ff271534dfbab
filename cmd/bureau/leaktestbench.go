package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
	"bureau/identity"
	"bureau/ingest"
	"bureau/leaktest"
	"bureau/retrieval"
	"bureau/slack/slacktest"
	"bureau/web"
)

// A leakBench is the scratch company with its server, and everything that a
// leak test asks through.
type leakBench struct {
	*scratch
	*parts
	env       env
	models    []string // flags
	parrot    *leaktest.Parrot
	heard     *heard
	searcher  *follower
	directory *identity.Directory
	cookie    string // name of a session's
	space     *slacktest.Workspace
	site      *leaktest.Site
	places    map[retrieval.DocumentID]retrieval.Document
	stop      func() error // of the server
}

// fill takes the documents in.
func (b *leakBench) fill(ctx context.Context, e env) error {
	report, err := b.ingest(ctx, e, ingest.Lines(e.stderr))
	if err != nil {
		return err
	}
	if !report.OK() {
		_, _ = report.WriteTo(e.stderr)
		return errors.New("the documents of the leak test were not all taken in")
	}
	own := b.embedder
	b.embedder = func(model string) embeddings.Embedder { // everybody asks the same
		if model == "" {
			return nil
		}
		return retrieval.CachedEmbedder{Embedder: own(model), Store: b.ledger.Vectors(), Model: model}
	}
	b.searcher = b.follower()
	g, release, err := b.searcher.take(ctx)
	if err != nil {
		return err
	}
	b.places, err = g.index.Documents(ctx)
	return errors.Join(err, release())
}

// id returns the id of a planted document, "" for one that is not in the index.
func (b *leakBench) id(d *leaktest.Document) string {
	for id, place := range b.places {
		if strings.Contains(place.Path, d.Canaries[leaktest.File]) {
			return string(id)
		}
	}
	return ""
}

// serve starts the server, as "bureau serve" does, with a made-up workspace of
// Slack's beside it.
func (b *leakBench) serve(ctx context.Context) error {
	b.space = slacktest.New()
	b.config.serve.Limits = web.Limits{} // one person asks thousands of questions here
	b.config.slack.tokens.Bot, b.config.slack.tokens.App, b.config.slack.api = slacktest.BotToken, slacktest.AppToken, b.space.API()
	door := doors{demo: true}
	listener, err := door.listen(ctx, b.config.serve)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- b.parts.serve(ctx, b.searcher, listener, door, func(address string) { ready <- address })
	}()
	b.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	select {
	case address := <-ready:
		b.site = &leaktest.Site{URL: address, Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, Keys: map[string]leaktest.Key{}}
	case err := <-ended:
		ended <- err
		return fmt.Errorf("the server of the leak test did not start: %w", err)
	}
	policy := b.config.policy
	if b.directory, err = b.parts.directory(ctx, func() *access.Policy { return policy }); err != nil {
		return err
	}
	return b.learnCookie(ctx)
}

// close ends what is open, and takes the index out of a server.
func (b *leakBench) close() error {
	var errs []error
	if b.stop != nil {
		errs = append(errs, b.stop())
	}
	if b.space != nil {
		b.space.Close()
	}
	if b.searcher != nil {
		errs = append(errs, b.searcher.close())
	}
	if b.parts != nil {
		errs = append(errs, b.dropServed(), b.parts.close())
	}
	if b.parrot != nil {
		errs = append(errs, b.parrot.Close())
	}
	return errors.Join(errs...)
}

// dropServed drops the collections on a server. What is in the folder goes with it.
func (b *leakBench) dropServed() error {
	ctx := context.Background() // also where the command was interrupted
	builds, err := b.generations.List(ctx)
	for _, build := range builds {
		if build.Engine == engineQdrant {
			err = errors.Join(err, b.dropIndex(ctx, build, true))
		}
	}
	return err
}
