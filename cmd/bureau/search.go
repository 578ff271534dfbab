package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"bureau/audit"
	"bureau/chat"
	"bureau/retrieval"
)

type searchCommand struct {
	asPerson
	reporting
	Query string `arg:"" help:"What to search for."`
	K     int    `short:"k" default:"5" help:"How many passages."`
}

// A searchReport is what "bureau search --json" prints.
type searchReport struct {
	Query    string         `json:"query"`
	Person   string         `json:"person"`
	Evidence evidenceReport `json:"evidence"`
	ByWords  bool           `json:"byWords"` // the search went by words alone
	EmbedMS  float64        `json:"embedMs"`
	SearchMS float64        `json:"searchMs"`
	Hits     []hitReport    `json:"hits"`
}

type evidenceReport struct {
	Enough    bool    `json:"enough"`
	Score     float64 `json:"score"`
	Threshold float64 `json:"threshold"`
}

type hitReport struct {
	Source   string       `json:"source"`
	Path     string       `json:"path"`
	Title    string       `json:"title"`
	Headings []string     `json:"headings"`
	Text     string       `json:"text"`
	Score    float64      `json:"score"`
	Cosine   float64      `json:"cosine"`
	Lexical  float64      `json:"lexical"`
	Also     []alsoReport `json:"also,omitempty"`
}

// An alsoReport is another document with nearly the same text.
type alsoReport struct {
	Source   string `json:"source,omitempty"` // with Path, of a search
	Path     string `json:"path,omitempty"`
	Title    string `json:"title"`
	Document string `json:"document"`
	Updated  string `json:"updated,omitempty"`
}

// Run prints the passages that the person may read and that fit best.
func (c *searchCommand) Run(ctx context.Context, e env, s *settings) (err error) {
	if c.K < 1 || c.K > 100 {
		return misuse{fmt.Errorf("-k %d must be from 1 to 100", c.K)}
	}
	if strings.TrimSpace(c.Query) == "" {
		return misuse{errors.New("there is nothing to search for")}
	}
	p, searcher, err := s.openSearch(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, searcher.close(), p.close()) }()
	scope, err := p.scope(c.As)
	if err != nil {
		return err
	}
	result, err := searcher.Search(ctx, scope, retrieval.Question{Text: c.Query, K: c.K})
	if err != nil {
		return err
	}
	shown := audit.PassagesShown{Scope: chat.AuditScope(scope), Sources: chat.AuditPassages(result.Hits), Withheld: chat.AuditDocuments(result.Withheld), Generation: result.Generation}
	if err := p.record(ctx, byShellAs(c.As), c.Query, shown); err != nil {
		return err
	}
	if result.Degraded != nil {
		fmt.Fprintf(e.stderr, "bureau: a part of the search was not available: %v\n", result.Degraded)
	}
	report := searchReport{
		Query: c.Query, Person: c.As, Evidence: evidenceReport(result.Evidence), Hits: []hitReport{},
		ByWords: result.ByWords,
		EmbedMS: result.EmbedTime.Seconds() * 1000, SearchMS: result.SearchTime.Seconds() * 1000,
	}
	for _, m := range result.Hits {
		report.Hits = append(report.Hits, hitReport{
			Source: m.Document.Source, Path: m.Document.Path, Title: m.Document.Title, Headings: m.Passage.Headings,
			Text: m.Passage.Text, Score: m.Score, Cosine: m.Cosine, Lexical: m.Lexical, Also: alsoFound(m),
		})
	}
	return c.report(e.stdout, report, report.write)
}

// alsoFound returns where else the text of a match stands.
func alsoFound(m retrieval.Match) []alsoReport {
	var all []alsoReport
	for _, f := range m.Also {
		d := f.Document
		all = append(all, alsoReport{d.Source, d.Path, d.Title, string(d.ID), d.Updated})
	}
	return all
}

// alsoIn is the line that names the other documents of a text, or "" for none.
func alsoIn(all []alsoReport) string {
	var names []string
	for _, a := range all {
		name := a.Title
		switch {
		case a.Path != "":
			name += " (" + a.Source + "/" + a.Path + ")"
		case a.Updated != "":
			name += " (" + a.Updated + ")"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return ""
	}
	return "   Also in: " + strings.Join(names, ", ") + "\n"
}

// write prints the hits for people.
func (r searchReport) write(w io.Writer) {
	if len(r.Hits) == 0 {
		fmt.Fprintf(w, "Nothing that %s may read fits.\n", r.Person)
		return
	}
	for i, h := range r.Hits {
		place := strings.Join(append([]string{h.Title}, h.Headings...), " › ")
		fmt.Fprintf(w, "%d. %s  (%s/%s, %.3f)\n%s\n%s\n", i+1, place, h.Source, h.Path, h.Score, indent(firstLines(h.Text, 4)), alsoIn(h.Also))
	}
	if !r.Evidence.Enough {
		fmt.Fprintln(w, "This is too little evidence for an answer: asked, Bureau would refuse.")
	}
}

// firstLines returns the first n lines of text that are not blank.
func firstLines(text string, n int) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > n {
		lines = append(lines[:n], "…")
	}
	return strings.Join(lines, "\n")
}

// indent puts every line of text under its heading.
func indent(text string) string { return "   " + strings.ReplaceAll(text, "\n", "\n   ") }

// language is what the company's people mostly read, for prompts that are
// prepared before anybody asks.
func (c *config) language() string {
	count := map[string]int{}
	for _, person := range c.policy.People() {
		count[cmp.Or(person.Language, "en")]++
	}
	best := "en"
	for _, language := range []string{"zh-Hans", "zh-Hant"} {
		if count[language] > count[best] {
			best = language
		}
	}
	return best
}
