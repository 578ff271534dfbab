package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"time"

	"bureau/audit"
	"bureau/chat"
)

// An auditConfig says how the audit is kept.
type auditConfig struct {
	Questions string `yaml:"questions"` // "hash" or "text"
	// Required says that nobody is answered while the audit cannot be written.
	Required bool   `yaml:"required"`
	Key      string `yaml:"key"`  // file; audit.key in the data folder unless set
	Keep     days   `yaml:"keep"` // how long lines are kept; 0 for ever
}

// How a question is kept in the audit.
const (
	questionHash = "hash"
	questionText = "text"
)

// check returns every mistake.
func (c auditConfig) check() error {
	var mistakes []error
	if c.Questions != questionHash && c.Questions != questionText {
		mistakes = append(mistakes, fmt.Errorf("audit.questions: %q is neither %s nor %s", c.Questions, questionHash, questionText))
	}
	if c.Keep < 0 {
		mistakes = append(mistakes, fmt.Errorf("audit.keep: %s must be a number of days such as 365d, or 0 for ever", time.Duration(c.Keep)))
	}
	return errors.Join(mistakes...)
}

// auditFolder is where the audit of a data folder is.
func (c *config) auditFolder() string { return filepath.Join(c.data, "audit") }

// auditKey is the file of the audit's key.
func (c *config) auditKey() string {
	if c.audit.Key != "" {
		return c.audit.Key
	}
	return filepath.Join(c.data, "audit.key")
}

// openAudit returns the log of the audit, and makes its key if there is none
// and nothing was written yet.
func (c *config) openAudit() (*audit.Log, error) {
	key, err := audit.KeyFor(c.auditKey(), c.auditFolder())
	if err != nil {
		return nil, err
	}
	return audit.Open(audit.Config{Folder: c.auditFolder(), Key: key, Text: c.audit.Questions == questionText})
}

// auditor returns what answers are written down in, as the configuration wants
// it: so that nothing is answered without it, or so that something is.
func (c *config) auditor() audit.Appender {
	log := &lazyAudit{config: c}
	if c.audit.Required {
		return log
	}
	return audit.NewOptional(log, slog.Default())
}

// A lazyAudit is opened by its first line: most commands write none. While it
// cannot be opened, each line tries again.
type lazyAudit struct {
	config *config
	mu     sync.Mutex
	log    *audit.Log
}

func (l *lazyAudit) Append(ctx context.Context, entries ...audit.Entry) error {
	log, err := l.open()
	if err != nil {
		return fmt.Errorf("%w (\"audit: {required: false}\" in %s answers without it)", err, l.config.file)
	}
	return log.Append(ctx, entries...)
}

func (l *lazyAudit) open() (*audit.Log, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.log != nil {
		return l.log, nil
	}
	log, err := l.config.openAudit()
	if err == nil {
		l.log = log
	}
	return log, err
}

// byShell says who runs a command: the operating system's user.
func byShell() audit.By {
	by := audit.By{Door: audit.CommandLine}
	if who, err := user.Current(); err == nil {
		by.Account = who.Username
	}
	return by
}

// byShellAs is byShell for a command that reads as a person.
func byShellAs(person string) audit.By {
	by := byShell()
	by.Person = person
	return by
}

// auditServing writes down that a server begins, with which configuration. A
// server whose audit cannot be written, and must be, does not begin.
func (p *parts) auditServing(ctx context.Context) error {
	loaded := audit.ConfigurationLoaded{File: p.config.file, Hash: p.config.hash}
	by := byShell()
	by.Door = audit.Server
	return p.record(ctx, by, "", loaded)
}

// A shellAudit is the audit of doors that are played in the shell: whoever seems
// to ask there, the user of the shell does.
type shellAudit struct{ audit.Appender }

func (s shellAudit) Append(ctx context.Context, entries ...audit.Entry) error {
	shell := byShell()
	for i := range entries {
		entries[i].By.Door, entries[i].By.Account = shell.Door, shell.Account
	}
	return s.Appender.Append(ctx, entries...)
}

// record writes a line about what a command of the shell is to give. With an
// error it may give nothing.
func (p *parts) record(ctx context.Context, by audit.By, question string, e audit.Event) error {
	if err := p.audit.Append(ctx, audit.Entry{By: by, Question: question, Event: e}); err != nil {
		return fmt.Errorf("%w: %w", chat.ErrUnaudited, err)
	}
	return nil
}

// note writes a line about what a command of the shell has taken away, and says
// so where it could not.
func (p *parts) note(ctx context.Context, e env, event audit.Event) {
	if err := p.record(ctx, byShell(), "", event); err != nil {
		fmt.Fprintf(e.stderr, "bureau: it is done, and not written down: %v\n", err)
	}
}

// fileHash is the hash by which the audit names a configuration.
func fileHash(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// Times of the audit's own work.
const (
	headPeriod   = time.Hour
	expirePeriod = 24 * time.Hour
)

// tendAudit says at once, each hour and at the end of ctx in the program's log
// how far the audit is, so that whoever keeps that log elsewhere can tell an
// audit that was set back, and deletes what is older than it is kept. An audit
// that cannot be opened is tried again each time.
func (c *config) tendAudit(ctx context.Context) {
	tend := func(do func(*audit.Log)) {
		log, err := c.openAudit()
		if err != nil {
			slog.Error("the audit is not tended", "error", err)
			return
		}
		do(log)
	}
	var said audit.Head
	head := func(log *audit.Log) { said = sayHead(log, said) }
	expire := func(log *audit.Log) { c.expireAudit(ctx, log) }
	tend(head)
	tend(expire)
	hour, day := time.NewTicker(headPeriod), time.NewTicker(expirePeriod)
	defer hour.Stop()
	defer day.Stop()
	for {
		select {
		case <-hour.C:
			tend(head)
		case <-day.C:
			tend(expire)
		case <-ctx.Done():
			tend(head)
			return
		}
	}
}

// sayHead logs the head of the audit, unless it is the one that was said.
func sayHead(log *audit.Log, said audit.Head) audit.Head {
	head, err := log.Head()
	if err != nil {
		slog.Error("the head of the audit cannot be told", "error", err)
		return said
	}
	if head != said {
		slog.Info("audit", "head", head.String())
	}
	return head
}

// expireAudit deletes the lines that are older than the configuration keeps them.
func (c *config) expireAudit(ctx context.Context, log *audit.Log) {
	if c.audit.Keep == 0 {
		return
	}
	lines, err := log.Expire(ctx, time.Now().Add(-time.Duration(c.audit.Keep)))
	switch {
	case ctx.Err() != nil:
	case err != nil:
		slog.Error("old lines of the audit were not deleted", "error", err)
	case lines > 0:
		slog.Info("old lines of the audit were deleted", "lines", lines)
	}
}

// examineAudit looks whether the audit can go on where it is.
func examineAudit(c *config) finding {
	f := finding{Part: "audit", OK: true}
	key, err := audit.ReadKey(c.auditKey())
	if errors.Is(err, fs.ErrNotExist) {
		if _, err = os.Stat(filepath.Join(c.auditFolder(), "head")); errors.Is(err, fs.ErrNotExist) {
			f.Says = "nothing was written yet"
			return f
		}
		return finding{Part: "audit", Says: audit.ErrKeyLost.Error(), Remedy: "bring " + c.auditKey() + " back"}
	}
	var head audit.Head
	if err == nil {
		head, err = audit.HeadOf(c.auditFolder(), key)
	}
	switch {
	case errors.Is(err, audit.ErrNone):
		f.Says = "nothing was written yet"
	case err != nil:
		return finding{Part: "audit", Says: err.Error(), Remedy: "bureau audit verify -c " + c.file}
	default:
		f.Says = fmt.Sprintf("%d lines", head.Seq)
		if filepath.Dir(c.auditKey()) == filepath.Clean(c.data) {
			f.Says += "; its key is beside it, and audit.key in " + c.file + " can name a safer place"
		}
	}
	return f
}
