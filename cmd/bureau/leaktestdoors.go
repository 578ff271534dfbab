package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bureau/access"
	"bureau/leaktest"
	"bureau/retrieval"
)

// A step is one part of a trial, by the name of its door.
type step struct {
	door string
	try  func(context.Context) error
}

// tryAll asks as everybody through every door, or through those that only
// names.
func (b *leakBench) tryAll(ctx context.Context, only []string) (*leaktest.Report, error) {
	readers, err := b.readers(ctx)
	if err != nil {
		return nil, err
	}
	trial := leaktest.NewTrial(b.company, b.planted, time.Now())
	steps, end, err := b.steps(ctx, trial, readers)
	if err != nil {
		return nil, err
	}
	defer end()
	b.heard.take() // while the documents were taken in, the log named files
	tried := 0
	for _, s := range steps {
		if len(only) > 0 && !slices.ContainsFunc(only, func(name string) bool { return strings.Contains(s.door, name) }) {
			continue
		}
		tried++
		begun := time.Now()
		if err := s.try(ctx); err != nil {
			return nil, err
		}
		if strings.HasSuffix(s.door, "alone") {
			b.heard.take() // an index that lies makes the second lock complain
		}
		fmt.Fprintf(b.env.stderr, "bureau: %s: tried (%.1f s)\n", s.door, time.Since(begun).Seconds())
	}
	if tried == 0 {
		return nil, misuse{fmt.Errorf("--door: no door has %q in its name", only)}
	}
	trial.Take("log of the server", leaktest.Reader{Name: "whoever reads the log", Out: "no person"}, leaktest.Question{}, b.heard.take())
	return trial.Report(), ctx.Err()
}

// steps are all that is tried, in order. The last takes rights away.
func (b *leakBench) steps(ctx context.Context, trial *leaktest.Trial, readers []leaktest.Reader) (steps []step, end func(), err error) {
	locks, err := b.locks(ctx)
	if err != nil {
		return nil, nil, err
	}
	sockets, end := b.site.Sockets("leaktest-")
	for _, d := range append(locks, b.search(), b.command("search"), b.command("ask"), b.site.Door(), sockets, b.site.Pages(b.id)) {
		steps = append(steps, step{d.Name, func(ctx context.Context) error { return trial.Try(ctx, d, readers) }})
	}
	all, none := leaktest.Reader{Name: testerAll, Person: testerAll}, leaktest.Reader{Name: testerNone, Person: testerNone}
	leaver := leaktest.Reader{Name: testerLeaver, Person: testerLeaver}
	plain := func(door string, try func(context.Context)) {
		steps = append(steps, step{door, func(ctx context.Context) error { try(ctx); return ctx.Err() }})
	}
	plain("document page: others' and unknown", func(ctx context.Context) { trial.Compare(ctx, b.site, none, b.id) })
	plain("Slack", func(ctx context.Context) { b.slackDoors(ctx, trial) })
	plain("greeting and suggestions", func(ctx context.Context) { trial.Greeting(ctx, b.site, readers) })
	plain("answers and conversations of others", func(ctx context.Context) { trial.Foreign(ctx, b.site, all, readers) })
	plain("after a right was taken away", func(ctx context.Context) {
		trial.Revoke(ctx, b.site, b.parrot, leaver, func() (*leaktest.Company, error) { return b.takeAway(testerLeaver) }, b.id)
	})
	return steps, end, nil
}

// scopeOf returns what a reader may read, by the product's own word. Who is
// nobody gets the zero scope.
func (b *leakBench) scopeOf(r leaktest.Reader) access.Scope {
	if r.Out != "" {
		return access.Scope{}
	}
	scope, err := b.config.policy.Scope(r.Person, time.Now())
	if err != nil || r.Only == nil {
		return scope
	}
	var only []access.Department
	for _, d := range r.Only {
		only = append(only, access.Department(d))
	}
	return scope.Narrow(only...)
}

// search is the search of the running index, both locks together.
func (b *leakBench) search() leaktest.Door {
	return leaktest.Door{Name: "search", Kinds: leaktest.Kinds, Ask: func(ctx context.Context, r leaktest.Reader, q leaktest.Question) (string, error) {
		result, err := b.searcher.Search(ctx, b.scopeOf(r), retrieval.Question{Text: q.Text, K: 6})
		return foundText(result.Hits), withoutNoScope(err)
	}}
}

func withoutNoScope(err error) error {
	if errors.Is(err, retrieval.ErrNoScope) {
		return nil
	}
	return err
}

// foundText is everything that matches tell.
func foundText(matches []retrieval.Match) string {
	var b strings.Builder
	for _, m := range matches {
		for _, f := range append([]retrieval.Found{m.Found}, m.Also...) {
			fmt.Fprintln(&b, f.Document.Title, f.Document.Path, f.Passage.Headings, f.Passage.Text)
		}
	}
	return b.String()
}

// command is a command of the shell that reads as somebody. It is for whoever
// keeps the data folder, and asks nobody whether a person is shut out.
func (b *leakBench) command(name string) leaktest.Door {
	return leaktest.Door{
		Name: "bureau " + name, Kinds: []leaktest.Kind{leaktest.Plain},
		For: func(r leaktest.Reader) bool { return r.Person != "" && !r.Token && r.Out == "" },
		Ask: func(ctx context.Context, r leaktest.Reader, q leaktest.Question) (string, error) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"-c", b.file()}, b.models...)
			status := run(ctx, env{
				args: append(args, name, "--as", r.Person, "--json", q.Text), lookup: b.environment, stdout: &stdout, stderr: &stderr,
			})
			said := stdout.String() + stderr.String()
			_, refused := b.config.policy.Scope(r.Person, time.Now())
			if status != exitDone && refused == nil {
				return said, fmt.Errorf("exit status %d: %s", status, stderr.String())
			}
			return said, nil
		},
	}
}
