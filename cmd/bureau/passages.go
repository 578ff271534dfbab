package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/ingest"
	"bureau/retrieval"
)

type passagesCommand struct {
	reporting
	Document string `arg:"" help:"A file, or SOURCE/PATH or id of a document that was ingested."`
}

// A passagesReport is how one document is cut.
type passagesReport struct {
	Name     string          `json:"name"`
	Title    string          `json:"title"`
	Language string          `json:"language"`
	Readers  access.Readers  `json:"readers"` // of every passage
	People   []string        `json:"people"`  // who can read them now
	Notes    []string        `json:"notes,omitempty"`
	Passages []passageReport `json:"passages"`
	// Estimated is whether the tokens are: the embedder's vocabulary is not known.
	Estimated bool `json:"estimated"`
}

// A passageReport is one passage.
type passageReport struct {
	Ordinal  int      `json:"ordinal"`
	Headings []string `json:"headings"`
	Anchor   string   `json:"anchor,omitempty"`
	Tokens   int      `json:"tokens"` // as it is embedded: with the title, the headings and a table's header
	Start    int      `json:"start"`  // in the extracted text, in bytes
	End      int      `json:"end"`    // exclusive
	Language string   `json:"language"`
	Header   string   `json:"header,omitempty"` // of the table that it goes on with
	Text     string   `json:"text"`
}

// Run shows how a document is cut: a file as an ingest would cut it now, or a
// document as it is kept.
func (c *passagesCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		report, err := p.passagesOf(ctx, c.Document)
		if err != nil {
			return err
		}
		everybody, err := d.Everybody(ctx)
		if err != nil {
			return err
		}
		for _, who := range everybody {
			verdict, err := d.Explain(ctx, who.ID, time.Now(), report.Readers)
			if err != nil {
				return err
			}
			if verdict.Allowed {
				report.People = append(report.People, who.ID)
			}
		}
		return c.report(e.stdout, report, report.write)
	})
}

// passagesOf cuts a file, or a document that was ingested where there is no
// such file.
func (p *parts) passagesOf(ctx context.Context, name string) (*passagesReport, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
		return p.passagesOfFile(ctx, name, info.Size())
	}
	r, err := p.ledger.Record(ctx, name)
	if errors.Is(err, ingest.ErrUnknownDocument) {
		return nil, misuse{fmt.Errorf("no file is called so, and %w", err)}
	}
	if err != nil {
		return nil, err
	}
	limit, err := p.limitNow(ctx)
	if err != nil {
		return nil, err
	}
	report := newPassages(name, r.Document.Title, r.Document.Language, r.Cut(limit), limit)
	report.Readers = r.Document.Readers
	if r.Reason != "" {
		report.Notes = append(report.Notes, r.State+": "+r.Reason)
	}
	return report, nil
}

// passagesOfFile cuts a file as the source that takes it would, and says who
// would read it.
func (p *parts) passagesOfFile(ctx context.Context, name string, size int64) (*passagesReport, error) {
	if size > ingest.MaxBytes {
		return nil, fmt.Errorf("read %s: %w: %d MiB", name, ingest.ErrTooLarge, size>>20)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	x, err := p.reader.Extract(ctx, filepath.ToSlash(name), data)
	if errors.Is(err, ingest.ErrUnsupported) && ingest.IsHolder(name) {
		return nil, misuse{fmt.Errorf("%s holds documents and is none itself: name one of them as SOURCE/%s/…, as \"bureau status\" and \"bureau search\" do", name, filepath.Base(name))}
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("place of %s: %w", name, err)
	}
	var readers access.Readers
	var notes []string
	switch by := ingest.Place(p.config.sources, absolute); len(by) {
	case 0:
		notes = []string{"no source takes this file, so nobody would read it"}
	case 1:
		if x.Language == "" {
			x.Language = by[0].Language
		}
		rules, err := by[0].RulesAbout(absolute)
		if err != nil {
			notes = []string{err.Error() + ", so nobody would read it"}
			break
		}
		readers, notes = ingest.Decide(p.config.policy, by[0].Readers, rules, x.Front)
	default:
		notes = []string{"more than one source takes this file, so nobody would read it"}
	}
	limit, err := p.limitNow(ctx)
	if err != nil {
		return nil, err
	}
	report := newPassages(name, x.Title, x.Language, ingest.Cut(x, limit), limit)
	report.Readers, report.Notes = readers, notes
	return report, nil
}

func newPassages(name, title, language string, pieces []ingest.Piece, limit ingest.Limit) *passagesReport {
	report := &passagesReport{Name: name, Title: title, Language: language, People: []string{}, Passages: []passageReport{}, Estimated: limit.Vocabulary == nil}
	for i, piece := range pieces {
		indexed := retrieval.Passage{Headings: piece.Headings, Header: piece.Header, Text: piece.Text}.Indexed(title)
		report.Passages = append(report.Passages, passageReport{
			Ordinal: i, Headings: append([]string{}, piece.Headings...), Anchor: piece.Anchor, Tokens: limit.TokensOf(indexed),
			Start: piece.Start, End: piece.End, Language: piece.Language, Header: piece.Header, Text: piece.Text,
		})
	}
	return report
}

// write prints the passages for people.
func (r *passagesReport) write(w io.Writer) {
	fmt.Fprintf(w, "%s: %q, %d passages\n  read by: %s (%d people now)\n", r.Name, r.Title, len(r.Passages), r.Readers, len(r.People))
	for _, note := range r.Notes {
		fmt.Fprintf(w, "  note: %s\n", note)
	}
	about := ""
	if r.Estimated {
		about = "about "
	}
	for _, p := range r.Passages {
		fmt.Fprintf(w, "\n[%d] %s  %s%d tokens, bytes %d-%d", p.Ordinal+1, strings.Join(append([]string{r.Title}, p.Headings...), " › "), about, p.Tokens, p.Start, p.End)
		if p.Language != "" {
			fmt.Fprintf(w, ", %s", p.Language)
		}
		fmt.Fprintln(w)
		if p.Header != "" {
			fmt.Fprintf(w, "    | %s\n", strings.ReplaceAll(p.Header, "\n", "\n    | "))
		}
		fmt.Fprintf(w, "    %s\n", strings.ReplaceAll(p.Text, "\n", "\n    "))
	}
}
