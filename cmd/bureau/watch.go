package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"bureau/ingest"
)

// How a watch waits.
const (
	burstQuiet = 2 * time.Second  // without a change, before a run
	burstLimit = 30 * time.Second // of waiting for that
	duePoll    = time.Minute      // for documents to be tried again
)

// Why a run of a watch began.
const (
	becauseBegun     = "start"
	becauseChanged   = "files"
	becauseEdited    = "configuration"
	becauseDue       = "retry"
	becauseFetched   = "fetch"
	becauseScheduled = "schedule"
)

// A watch runs an ingest whenever there is a reason to, one after the other.
type watch struct {
	// run does one ingest and returns how long to wait for the next one at
	// most.
	run     func(ctx context.Context, because string) (every time.Duration)
	changes <-chan struct{} // files have changed; nil where that is not seen
	fetched <-chan struct{} // a source was fetched
	edited  func() bool     // the configuration has changed since the last run
	due     func(ctx context.Context) bool
}

// loop runs until ctx ends.
func (w *watch) loop(ctx context.Context) {
	for because := becauseBegun; because != ""; {
		every := w.run(ctx, because)
		because = w.wait(ctx, every)
	}
}

// wait waits for a reason to run, and returns it, or "" when ctx has ended.
func (w *watch) wait(ctx context.Context, every time.Duration) string {
	schedule := time.NewTimer(every)
	defer schedule.Stop()
	edits := time.NewTicker(policyPoll)
	defer edits.Stop()
	retries := time.NewTicker(duePoll)
	defer retries.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-w.changes:
			return w.settle(ctx)
		case <-w.fetched:
			return becauseFetched
		case <-schedule.C:
			return becauseScheduled
		case <-edits.C:
			if w.edited() {
				return becauseEdited
			}
		case <-retries.C:
			if w.due(ctx) {
				return becauseDue
			}
		}
	}
	return ""
}

// settle waits until nothing has changed for a moment: who copies a folder
// changes it many times.
func (w *watch) settle(ctx context.Context) string {
	limit := time.After(burstLimit)
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-w.changes:
		case <-time.After(burstQuiet):
			return becauseChanged
		case <-limit:
			return becauseChanged
		}
	}
}

// A watching is the watch of a company: it reads the configuration anew for
// each run, and goes on with the last good one where there is a mistake in it.
type watching struct {
	command  *ingestCommand
	env      env
	load     func() (*config, error)
	file     string
	seen     fileStamp // of the configuration, at the last look
	config   *config
	watcher  *ingest.Watcher // nil where folders cannot be watched
	told     map[string]bool // what was said of folders that are not watched
	fetching *fetching
}

// watch runs until it is interrupted.
func (c *ingestCommand) watch(ctx context.Context, e env, s *settings) (err error) {
	w := &watching{command: c, env: e, load: func() (*config, error) { return c.load(s) }, file: s.Config, told: map[string]bool{}}
	w.seen = stamp(w.file)
	if w.config, err = w.load(); err != nil {
		return err
	}
	loop := watch{run: w.run, edited: w.edited, due: w.due}
	if w.watcher, err = ingest.NewWatcher(); err != nil {
		w.say(fmt.Sprintf("%v; changes are seen by the schedule alone, every %s", err, w.config.ingest.Every))
	} else {
		loop.changes = w.watcher.Changes()
		defer func() { err = errors.Join(err, w.watcher.Close()) }()
	}
	w.fetching = newFetching(func(err error) { w.say(err.Error()) })
	loop.fetched = w.fetching.news
	ended := make(chan struct{})
	go func(first *config) { w.fetching.run(ctx, first); close(ended) }(w.config)
	loop.loop(ctx)
	<-ended
	return nil
}

// edited reports whether the configuration was edited, and loads it. One with
// a mistake is not used and named.
func (w *watching) edited() bool {
	now := stamp(w.file)
	if now == w.seen {
		return false
	}
	w.seen = now
	config, err := w.load()
	if err != nil {
		w.say(fmt.Sprintf("the configuration was changed and is not used: %v", err))
		return false
	}
	w.config = config
	w.fetching.follow(config)
	return true
}

// due reports whether documents are to be tried again.
func (w *watching) due(ctx context.Context) (due bool) {
	p, err := openParts(ctx, w.config)
	if err == nil {
		due, err = p.ledger.Due(ctx, time.Now())
		err = errors.Join(err, p.close())
	}
	return due && err == nil // the next run says what is wrong
}

// run does one ingest and prints one line about it. Its folders are watched
// from before it looks at them.
func (w *watching) run(ctx context.Context, because string) time.Duration {
	w.follow()
	report, err := w.ingest(ctx)
	if ctx.Err() == nil {
		w.print(watchReport{At: time.Now().UTC(), Because: because, Report: report}, err)
	}
	return w.config.ingest.Every
}

func (w *watching) ingest(ctx context.Context) (_ *ingest.Report, err error) {
	p, err := openParts(ctx, w.config)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return p.ingest(ctx, w.env, nil)
}

// follow watches the folders of the sources. What is wrong with that is said
// once.
func (w *watching) follow() {
	if w.watcher == nil {
		return
	}
	var folders []string
	for _, source := range w.config.sources {
		if source.Origin == nil {
			folders = append(folders, source.Path)
		}
	}
	for _, problem := range w.watcher.Follow(folders, w.config.data) {
		if text := problem.Error(); !w.told[text] {
			w.told[text] = true
			w.say(fmt.Sprintf("%s; its changes are seen by the schedule, every %s", text, w.config.ingest.Every))
		}
	}
}

// say prints what is not about one run.
func (w *watching) say(text string) { fmt.Fprintf(w.env.stderr, "bureau: %s\n", text) }

// A watchReport is one line of "bureau ingest --watch --json".
type watchReport struct {
	At      time.Time      `json:"at"` // when the run ended
	Because string         `json:"because"`
	Problem string         `json:"problem,omitempty"` // why it could not go on
	Report  *ingest.Report `json:"report,omitempty"`
}

func (w *watching) print(r watchReport, err error) {
	if err != nil {
		r.Problem = err.Error()
	}
	if w.command.JSON {
		_ = json.NewEncoder(w.env.stdout).Encode(r) // nobody is left to tell
		return
	}
	r.write(w.env.stdout)
}

// write prints one line.
func (r watchReport) write(out io.Writer) {
	text := fmt.Sprintf("%s %s: ", r.At.Format(time.RFC3339), r.Because)
	switch {
	case r.Problem != "" && r.Report != nil:
		text += fmt.Sprintf("could not go on: %s; %s", r.Problem, r.Report.Summary())
	case r.Problem != "":
		text += "could not begin: " + r.Problem
	default:
		text += r.Report.Summary()
	}
	fmt.Fprintln(out, text)
}
