package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/ingest"
)

type whoCommand struct {
	reporting
	Document string `arg:"" help:"SOURCE/PATH of the document, or its id."`
}

// Run says of everybody whether they can read a document, and by which rule.
func (c *whoCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		rights, err := p.rights(ctx, c.Document)
		if err != nil {
			return err
		}
		everybody, err := d.Everybody(ctx)
		if err != nil {
			return err
		}
		for _, person := range everybody {
			if err := rights.add(ctx, d, person.ID); err != nil {
				return err
			}
		}
		return c.report(e.stdout, rights, rights.writePeople)
	})
}

type whyCommand struct {
	reporting
	Person   string `arg:"" help:"Id of the person."`
	Document string `arg:"" help:"SOURCE/PATH of the document, or its id."`
}

// Run says whether one person can read a document, and why.
func (c *whyCommand) Run(ctx context.Context, e env, s *settings) error {
	return withDirectory(ctx, s, func(p *parts, d *identity.Directory) error {
		rights, err := p.rights(ctx, c.Document)
		if err != nil {
			return err
		}
		if err := rights.add(ctx, d, c.Person); err != nil {
			return err
		}
		return c.report(e.stdout, rights, rights.writeOne)
	})
}

// A rightsReport is who reads one document.
type rightsReport struct {
	Document string         `json:"document"` // id
	Source   string         `json:"source"`
	Path     string         `json:"path"`
	Title    string         `json:"title"`
	State    string         `json:"state"`
	Reason   string         `json:"reason,omitempty"` // why it is not in the index
	Readers  access.Readers `json:"readers"`          // in force
	Origin   derivation     `json:"origin"`
	// Next is who reads it after the next ingest, where that is somebody else.
	Next   *access.Readers `json:"next,omitempty"`
	At     time.Time       `json:"at"` // the moment of every verdict
	People []right         `json:"people"`
}

// A derivation is what the readers of a document are made of.
type derivation struct {
	Source   *access.Readers `json:"source,omitempty"` // as configured now; nil for a source that is not
	Rules    []ruleReport    `json:"rules,omitempty"`  // about the document, outermost first
	Front    frontReport     `json:"frontMatter"`
	Warnings []string        `json:"warnings,omitempty"` // what is refused of the rules and of the front matter
}

// A ruleReport is what a file of rules says about a document.
type ruleReport struct {
	Path string `json:"path"` // of the file of rules, inside the source
	frontReport
}

// A frontReport is what a document says about its readers. A nil list narrows
// nothing, an empty one leaves nobody.
type frontReport struct {
	Readers   []string `json:"readers,omitempty"`
	Deny      []string `json:"deny,omitempty"`
	Clearance string   `json:"clearance,omitempty"`
	From      string   `json:"from,omitempty"`
	Until     string   `json:"until,omitempty"`
}

// A right is whether one person reads the document.
type right struct {
	Person string `json:"person"`
	Name   string `json:"name,omitempty"`
	access.Explanation
}

// rights looks a document up.
func (p *parts) rights(ctx context.Context, name string) (*rightsReport, error) {
	r, err := p.ledger.Record(ctx, name)
	if errors.Is(err, ingest.ErrUnknownDocument) {
		return nil, misuse{fmt.Errorf("a document is named SOURCE/PATH, as \"bureau ingest\" does; %w", err)}
	}
	if err != nil {
		return nil, err
	}
	d := r.Document
	report := &rightsReport{
		Document: string(d.ID), Source: d.Source, Path: d.Path, Title: d.Title,
		State: r.State, Reason: r.Reason, Readers: d.Readers, At: time.Now(),
		Origin: derivation{Front: reportFront(r.Front)},
	}
	for _, rule := range r.Rules {
		report.Origin.Rules = append(report.Origin.Rules, ruleReport{rule.Path, reportFront(rule.Front)})
	}
	p.trace(report, r)
	return report, nil
}

func reportFront(f ingest.FrontMatter) frontReport {
	return frontReport{f.Readers, f.Deny, f.Clearance, f.From, f.Until}
}

// trace says what the readers come from, by the configuration as it is now.
func (p *parts) trace(report *rightsReport, r ingest.Record) {
	var next access.Readers // of nobody where the source is not there any more
	for _, source := range p.config.sources {
		if source.ID == r.Document.Source {
			report.Origin.Source = &source.Readers
			next, report.Origin.Warnings = ingest.Decide(p.config.policy, source.Readers, r.Rules, r.Front)
		}
	}
	isOpen := !report.Readers.IsNobody() // of others what they say is not kept
	if isOpen && !next.Equal(report.Readers) {
		report.Next = &next
	}
}

// add explains one person's right, by the readers in force.
func (r *rightsReport) add(ctx context.Context, d *identity.Directory, person string) error {
	explained, err := d.Explain(ctx, person, r.At, r.Readers)
	who, _ := d.Person(person)
	r.People = append(r.People, right{person, who.Name, explained})
	return err
}

// writeHead prints what is said of the document itself.
func (r *rightsReport) writeHead(w io.Writer) {
	fmt.Fprintf(w, "%s/%s (%s): %s\n", r.Source, r.Path, r.Document, r.State)
	if r.Reason != "" {
		fmt.Fprintf(w, "  because: %s\n", r.Reason)
	}
	fmt.Fprintf(w, "  read by: %s\n", r.Readers)
	if r.Origin.Source == nil {
		fmt.Fprintf(w, "  the source %s is not configured any more\n", r.Source)
	} else {
		fmt.Fprintf(w, "  which is: %s, as the source says%s\n", *r.Origin.Source, r.Origin.narrowed())
	}
	for _, warning := range r.Origin.Warnings {
		fmt.Fprintf(w, "  warning: %s\n", warning)
	}
	if r.Next != nil {
		fmt.Fprintf(w, "  the configuration has changed: the next ingest makes it %s, unless that is refused\n", *r.Next)
	}
}

// narrowed says what narrows the readers of the source, "" for nothing.
func (o derivation) narrowed() string {
	text := ""
	for _, rule := range o.Rules {
		text += fmt.Sprintf(", narrowed by %s: %s", rule.Path, rule.says())
	}
	if says := o.Front.says(); says != "" {
		text += ", narrowed by the front matter: " + says
	}
	return text
}

// says writes a front matter as a line, "" for none.
func (f frontReport) says() string {
	text := ""
	for _, part := range []struct {
		key   string
		value any
		is    bool
	}{
		{"readers", f.Readers, f.Readers != nil}, {"deny", f.Deny, f.Deny != nil},
		{"clearance", f.Clearance, f.Clearance != ""}, {"from", f.From, f.From != ""}, {"until", f.Until, f.Until != ""},
	} {
		if part.is {
			text += fmt.Sprintf("%s %v; ", part.key, part.value)
		}
	}
	if text == "" {
		return ""
	}
	return text[:len(text)-len("; ")]
}

// writePeople prints who reads the document, and then who does not.
func (r *rightsReport) writePeople(w io.Writer) {
	r.writeHead(w)
	for _, allowed := range []bool{true, false} {
		label := map[bool]string{true: "can read it", false: "cannot read it"}[allowed]
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		n := 0
		for _, v := range r.People {
			if v.Allowed == allowed {
				n++
				fmt.Fprintf(t, "  %s\t%s\t%s\n", v.Person, shown(v.Name), v.because())
			}
		}
		fmt.Fprintf(w, "%d of %d people %s:\n", n, len(r.People), label)
		_ = t.Flush() // as with every report for people, nobody is left to tell
	}
}

// writeOne prints whether one person reads the document.
func (r *rightsReport) writeOne(w io.Writer) {
	v := r.People[0]
	person := v.Person
	if identity.IsMember(v.Person) && v.Name != "" { // whose id says nothing to people
		person += " (" + shown(v.Name) + ")"
	}
	fmt.Fprintf(w, "%s: %s: %s\n", map[bool]string{true: "yes", false: "no"}[v.Allowed], person, v.because())
	r.writeHead(w)
}

// because joins the reasons of a right.
func (v right) because() string {
	text := ""
	for i, reason := range v.Reasons {
		if i > 0 {
			text += "; "
		}
		text += reason.String()
	}
	return text
}
