package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"bureau/audit"
)

// An auditCommand is the commands of a security officer. They read the data
// folder and ask nobody's permission.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that the audit is as it was written, and say of each fault what it is and where."`
	Show   auditShowCommand   `cmd:"" help:"Show who was answered from which passages, and what else happened."`
	Export auditExportCommand `cmd:"" help:"Print the audit as JSON lines for other tools, in the shape of OCSF."`
}

// auditPlace are the flags of where an audit is.
type auditPlace struct {
	Folder  string   `placeholder:"DIR" help:"A copy of the audit's folder; that in the data folder unless given."`
	KeyFile []string `name:"key-file" placeholder:"FILE" sep:"none" help:"File of a key that lines were made with before; may be given more than once."`
}

// open returns the folder and the keys of an audit.
func (a auditPlace) open(s *settings) (c *config, folder string, keys []*audit.Key, err error) {
	if c, err = s.load(); err != nil {
		return nil, "", nil, err
	}
	if folder = a.Folder; folder == "" {
		folder = c.auditFolder()
	}
	for _, file := range append([]string{c.auditKey()}, a.KeyFile...) {
		key, err := audit.ReadKey(file)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, "", nil, fmt.Errorf("%w: nobody was answered yet, or the key was moved: audit.key in %s names its file", err, c.file)
		}
		if err != nil {
			return nil, "", nil, misuse{err}
		}
		keys = append(keys, key)
	}
	return c, folder, keys, nil
}

type auditVerifyCommand struct {
	auditPlace
	reporting
	Head []string `placeholder:"NUMBER:HASH" help:"A head that was noted elsewhere, such as in the server's log; may be given more than once."`
}

// Run checks the audit. Any fault is a failure.
func (c *auditVerifyCommand) Run(e env, s *settings) error {
	var heads []audit.Head
	for _, text := range c.Head {
		head, err := audit.ParseHead(text)
		if err != nil {
			return misuse{fmt.Errorf("--head: %w", err)}
		}
		heads = append(heads, head)
	}
	_, folder, keys, err := c.open(s)
	if err != nil {
		return err
	}
	report, err := audit.Verify(folder, keys, heads)
	if errors.Is(err, audit.ErrNone) {
		return fmt.Errorf("%w: nobody was answered yet, or the folder is gone", err)
	}
	if err != nil {
		return err
	}
	if err := c.report(e.stdout, report, func(w io.Writer) { writeVerified(w, report) }); err != nil {
		return err
	}
	if len(report.Faults) > 0 {
		return errSaid
	}
	return nil
}

func writeVerified(w io.Writer, r audit.Report) {
	fmt.Fprintf(w, "checked %d lines in %d files, %d to %d, from %s to %s: numbers, hashes, codes and the head\n",
		r.Lines, r.Files, r.First, r.Last, r.Began.Format(time.RFC3339), r.Ended.Format(time.RFC3339))
	for _, n := range r.Attested {
		fmt.Fprintf(w, "line %d is the one of the head that you gave\n", n)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", note)
	}
	for _, f := range r.Faults {
		fmt.Fprintf(w, "FAULT %s\n", f)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintf(w, "%d faults\n", len(r.Faults))
		return
	}
	fmt.Fprintf(w, "no fault. Keep this head where nobody who keeps this machine can change it: %s\n", audit.Head{Seq: r.Last, Hash: r.Hash})
}

// auditFilter are the flags of which lines are wanted.
type auditFilter struct {
	Person   string `placeholder:"PERSON" help:"Lines about this person."`
	Document string `placeholder:"DOCUMENT" help:"Lines about this document, by SOURCE/PATH or its id."`
	Answer   string `placeholder:"ID" help:"Lines about this answer."`
	Question string `placeholder:"TEXT" help:"Lines about this question, word for word."`
	Since    string `placeholder:"TIME" help:"Lines since a day such as 2026-03-01, a time, or 24h or 7d ago."`
}

// wanted returns what reports whether a line is wanted.
func (f auditFilter) wanted(ctx context.Context, c *config, keys []*audit.Key) (func(audit.Line) bool, error) {
	since, err := parseSince(f.Since, time.Now())
	if err != nil {
		return nil, misuse{err}
	}
	document := f.Document
	if strings.Contains(document, "/") {
		if document, err = c.documentID(ctx, document); err != nil {
			return nil, err
		}
	}
	return func(l audit.Line) bool {
		about := aboutOf(l)
		return (f.Person == "" || slices.Contains(about.people, f.Person)) &&
			(document == "" || slices.Contains(about.documents, document)) &&
			(f.Answer == "" || about.answer == f.Answer) &&
			(f.Question == "" || asks(l, f.Question, keys)) &&
			!l.Time.Before(since)
	}, nil
}

// asks reports whether a line is about a question, be it kept as text or hash.
func asks(l audit.Line, question string, keys []*audit.Key) bool {
	return l.Question != nil && (l.Question.Text == question ||
		slices.ContainsFunc(keys, func(k *audit.Key) bool { return l.Question.Hash == k.Conceal(question) }))
}

// documentID returns the id of a document that is named by its place.
func (c *config) documentID(ctx context.Context, name string) (id string, err error) {
	p, err := openParts(ctx, c)
	if err != nil {
		return "", err
	}
	record, err := p.ledger.Record(ctx, name)
	return string(record.Document.ID), errors.Join(err, p.close())
}

// parseSince reads a time, a day, or how long ago.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, nil
		}
	}
	if ago, err := parseDays(text); err == nil {
		return now.Add(-ago), nil
	}
	return time.Time{}, fmt.Errorf("--since: %q is neither a day such as 2026-03-01 nor a time, nor how long ago such as 24h or 7d", text)
}

type auditShowCommand struct {
	auditPlace
	auditFilter
	reporting
}

// Run shows the lines that are wanted, the oldest first.
func (c *auditShowCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	names, done, err := openNames(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	lines := []audit.Line{}
	if err := c.each(ctx, e, s, c.auditFilter, func(l audit.Line) error {
		if c.JSON {
			lines = append(lines, l)
			return nil
		}
		return writeLine(e.stdout, l, names)
	}); err != nil {
		return err
	}
	return c.report(e.stdout, lines, func(io.Writer) {})
}

type auditExportCommand struct {
	auditPlace
	auditFilter
	Format string `enum:"ocsf,lines" default:"ocsf" help:"ocsf, or lines: as they are kept."`
}

// Run prints the lines that are wanted, one JSON value each.
func (c *auditExportCommand) Run(ctx context.Context, e env, s *settings) error {
	encoder := json.NewEncoder(e.stdout)
	encoder.SetEscapeHTML(false)
	return c.each(ctx, e, s, c.auditFilter, func(l audit.Line) error {
		if c.Format == "lines" {
			return encoder.Encode(l)
		}
		return encoder.Encode(audit.ToOCSF(l, version()))
	})
}

// each calls visit with the lines that are wanted, and warns of an audit that is
// not sound.
func (a auditPlace) each(ctx context.Context, e env, s *settings, f auditFilter, visit func(audit.Line) error) error {
	c, folder, keys, err := a.open(s)
	if err != nil {
		return err
	}
	wanted, err := f.wanted(ctx, c, keys)
	if err != nil {
		return err
	}
	unsound, err := audit.Each(folder, keys, func(l audit.Line) error {
		if !wanted(l) {
			return ctx.Err()
		}
		return visit(l)
	})
	if unsound > 0 {
		fmt.Fprintf(e.stderr, "bureau: %d lines are left out because their codes do not fit: see \"bureau audit verify\"\n", unsound)
	}
	return err
}
