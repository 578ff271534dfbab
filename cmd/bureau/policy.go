package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"bureau/access"
	"bureau/audit"
)

// policyPoll is how soon an edited configuration counts, at the latest.
const policyPoll = time.Second

// policyWait is how long the line of a change may take.
const policyWait = 15 * time.Second

// A livePolicy is the policy as the configuration says now: an edit of the
// file takes a right away without a restart. It implements what the web room
// asks about rights and names.
type livePolicy struct {
	file    string
	last    fileStamp // of the file that was read last; of follow's goroutine
	current atomic.Pointer[access.Policy]
	changed func() // called after each change
	hash    string // of the file that was read last; of follow's goroutine, as is before
	before  string
	audit   audit.Appender
}

// newLivePolicy returns the policy of a configuration. Its changes are written to
// record.
func newLivePolicy(c *config, record audit.Appender) *livePolicy {
	p := &livePolicy{file: c.file, last: c.stamp, changed: func() {}, hash: c.hash, audit: record}
	p.current.Store(c.policy)
	return p
}

// Scope returns what a person may read at now.
func (p *livePolicy) Scope(person string, now time.Time) (access.Scope, error) {
	return p.current.Load().Scope(person, now)
}

// People returns everyone in the order of the configuration.
func (p *livePolicy) People() []access.Person { return p.current.Load().People() }

// Person returns a person by id.
func (p *livePolicy) Person(id string) (access.Person, bool) { return p.current.Load().Person(id) }

// DepartmentName returns the name of d in a language.
func (p *livePolicy) DepartmentName(d access.Department, language string) string {
	return p.current.Load().DepartmentName(d, language)
}

// follow takes in every change of the file until ctx ends. A file with
// mistakes changes nothing and is logged: rights stay as they were last
// written down without a mistake.
func (p *livePolicy) follow(ctx context.Context) {
	tick := time.NewTicker(policyPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.refresh()
		}
	}
}

// refresh takes in a change of the file, if there is one.
func (p *livePolicy) refresh() {
	now := stamp(p.file)
	if now == p.last {
		return
	}
	p.last = now
	if err := p.reload(); err != nil {
		slog.Error("the configuration was changed and is not used", "error", err)
		return
	}
	p.changed()
	p.tellAudit()
	slog.Info("people and departments are as the configuration says now", "file", p.file)
}

// reload reads the policy from the file.
func (p *livePolicy) reload() error {
	document, err := os.ReadFile(p.file)
	if err != nil {
		return err
	}
	_, mistakes := decode(p.file, document)
	policy, err := access.Parse(p.file, document)
	if err := errors.Join(mistakes, err); err != nil {
		return err
	}
	p.current.Store(policy)
	p.before, p.hash = p.hash, fileHash(document)
	return nil
}

// tellAudit writes a change down. It counts from before on, written down or not:
// it may take a right away.
func (p *livePolicy) tellAudit() {
	changed := audit.PolicyChanged{Before: p.before, After: p.hash}
	ctx, cancel := context.WithTimeout(context.Background(), policyWait)
	defer cancel()
	if err := p.audit.Append(ctx, audit.Entry{By: audit.By{Door: audit.Server}, Event: changed}); err != nil {
		slog.Error("a change of the configuration is not in the audit", "error", err)
	}
}

// A fileStamp changes when a file does.
type fileStamp struct {
	size    int64
	changed time.Time
}

func stamp(file string) fileStamp {
	info, err := os.Stat(file)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.Size(), info.ModTime()}
}
