package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
	"bureau/identity"
	"bureau/ingest"
	"bureau/leaktest"
	"bureau/retrieval"
	"bureau/slack/slacktest"
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
	alarms    atomic.Int64
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
	b.alarm = func(documents int) { b.alarms.Add(int64(documents)) }
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

// readers returns who asks, each with a key if there is one for them: the
// company's people, those that were added, tokens, and nobody.
func (b *leakBench) readers(ctx context.Context) ([]leaktest.Reader, error) {
	readers := b.company.Readers(mostReaders)
	for _, id := range []string{testerAll, testerNone, testerExpired, testerEarly, testerDisabled} {
		readers = append(readers, leaktest.Reader{Name: id, Person: id})
	}
	readers = unique(readers)
	// Shut out first: the session that is made then is one that was overlooked.
	if err := b.directory.Disable(ctx, testerDisabled, time.Now()); err != nil {
		return nil, err
	}
	for _, r := range append(readers, leaktest.Reader{Name: testerLeaver, Person: testerLeaver}) {
		if err := b.letIn(ctx, r); err != nil {
			return nil, err
		}
	}
	for i := range readers {
		if readers[i].Person == testerDisabled {
			readers[i].Out = "shut out by an administrator"
		}
	}
	b.site.Keys["nobody, with a made-up session"] = leaktest.Key{Cookie: b.cookie + "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
	readers = append(readers,
		leaktest.Reader{Name: "nobody"}, leaktest.Reader{Name: "nobody, with a made-up session"})
	tokens, err := b.tokens(ctx)
	return append(readers, tokens...), err
}

// mostReaders is how many people of the configuration ask.
const mostReaders = 40

// unique returns readers without those that come again.
func unique(readers []leaktest.Reader) []leaktest.Reader {
	var list []leaktest.Reader
	seen := map[string]bool{testerLeaver: true} // who asks by themselves
	for _, r := range readers {
		if !seen[r.Name] {
			seen[r.Name] = true
			list = append(list, r)
		}
	}
	return list
}

// learnCookie signs somebody in, to learn what the cookie of a session is called.
func (b *leakBench) learnCookie(ctx context.Context) error {
	for _, p := range b.config.policy.People() {
		cookie, err := b.site.SignIn(ctx, p.ID)
		if err != nil {
			return fmt.Errorf("sign in to the server of the leak test: %w", err)
		}
		if cookie != "" {
			b.cookie, _, _ = strings.Cut(cookie, "=")
			return nil
		}
	}
	return errors.New("the server of the leak test lets nobody in: nobody of the configuration is in effect")
}

// letIn gives a reader a session, once. Whom the server does not let in gets one
// all the same, as if it were left from before.
func (b *leakBench) letIn(ctx context.Context, r leaktest.Reader) error {
	if b.site.Keys[r.Name].Cookie != "" {
		return nil
	}
	cookie, err := b.site.SignIn(ctx, r.Person)
	if err == nil && cookie == "" {
		var secret string
		secret, err = b.directory.Begin(ctx, identity.Entry{Person: r.Person, Provider: identity.ByChoice}, time.Now())
		cookie = b.cookie + "=" + secret
	}
	b.site.Keys[r.Name] = leaktest.Key{Cookie: cookie}
	return err
}

// tokens makes tokens of whoever reads most: for one department, for everything,
// and one that is revoked at once.
func (b *leakBench) tokens(ctx context.Context) ([]leaktest.Reader, error) {
	kinds := []leaktest.Reader{{Name: "a token for everything", Token: true}, {Name: "a revoked token", Token: true, Out: "revoked"}}
	if len(b.company.Departments) > 0 {
		d := b.company.Departments[0].ID
		kinds = append(kinds, leaktest.Reader{Name: "a token for " + d, Token: true, Only: []string{d}})
	}
	for i, r := range kinds {
		kinds[i].Person = testerAll
		token := identity.Token{Owner: testerAll, Name: r.Name, Service: true, Actions: identity.Actions(), Expires: time.Now().Add(time.Hour)}
		for _, d := range r.Only {
			token.Departments = append(token.Departments, access.Department(d))
		}
		made, secret, err := b.directory.NewToken(ctx, token, time.Now())
		if err != nil {
			return nil, err
		}
		if r.Out != "" {
			if err := b.directory.Revoke(ctx, made.ID); err != nil {
				return nil, err
			}
		}
		b.site.Keys[r.Name] = leaktest.Key{Bearer: secret}
	}
	return kinds, nil
}
