package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/leaktest"
)

// readers returns who asks, each with a key if there is one for them: the
// company's people, those that were added, tokens, and nobody.
func (b *leakBench) readers(ctx context.Context) ([]leaktest.Reader, error) {
	readers := b.company.Readers(mostReaders)
	for _, id := range []string{testerAll, testerNone, testerExpired, testerEarly, testerDisabled} {
		readers = append(readers, leaktest.Reader{Name: id, Person: id})
	}
	readers = unique(readers)
	for _, r := range append(readers, leaktest.Reader{Name: testerLeaver, Person: testerLeaver}) {
		if err := b.letIn(ctx, r); err != nil {
			return nil, err
		}
	}
	if err := b.shutOut(ctx, testerDisabled); err != nil {
		return nil, err
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

// shutOut shuts somebody out as an administrator does, but for the end of their
// session: it is one that was overlooked, and must open nothing.
func (b *leakBench) shutOut(ctx context.Context, person string) error {
	return b.state.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO disabled (person, since) VALUES ($1, $2)", person, time.Now().UnixNano())
		return err
	})
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
