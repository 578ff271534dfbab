package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"bureau/audit"
)

// A lineAbout is who and what a line is about.
type lineAbout struct {
	people    []string
	documents []string
	answer    string
}

// aboutOf reads what a line is about. The kinds of events name the same things
// by the same words.
func aboutOf(l audit.Line) lineAbout {
	var event struct {
		Answer, Person, Owner, Document string
		Sources                         []audit.Passage
		Withheld                        []string
	}
	_ = json.Unmarshal(l.Event, &event) // of a kind that has none of these, nothing is read
	about := lineAbout{answer: event.Answer, documents: append([]string{event.Document}, event.Withheld...)}
	for _, p := range event.Sources {
		about.documents = append(append(about.documents, p.Document), p.Also...)
	}
	about.people = []string{l.By.Person, l.By.Owner, event.Person, event.Owner}
	return about
}

// writeLine prints a line for people.
func writeLine(w io.Writer, l audit.Line, place func(id string) string) error {
	_, err := fmt.Fprintf(w, "%d  %s  %s  %s\n%s", l.Seq, l.Time.Local().Format(time.DateTime), l.Kind, byWords(l.By), details(l, place))
	return err
}

// byWords says in words who did something and how they came in.
func byWords(by audit.By) string {
	who := by.Person
	if who == "" {
		who = "-"
	}
	words := []string{who + " by " + string(by.Door)}
	for _, part := range []struct{ name, value string }{
		{"signed in by", by.SignIn}, {"session", by.Session}, {"token", by.Token}, {"of", by.Owner}, {"account", by.Account}, {"read in", by.Place}, {"from", by.Address},
	} {
		if part.value != "" {
			words = append(words, part.name+" "+part.value)
		}
	}
	return strings.Join(words, ", ")
}

// details are the parts of an event under its line: each field, and each passage
// on a line of its own.
func details(l audit.Line, place func(id string) string) string {
	var b strings.Builder
	if q := l.Question; q != nil && q.Text != "" {
		fmt.Fprintf(&b, "     question %q\n", q.Text)
	} else if q != nil {
		fmt.Fprintf(&b, "     question with the hash %s\n", q.Hash)
	}
	if l.Typed != "" {
		fmt.Fprintf(&b, "     a name that nobody has, with the hash %s\n", l.Typed)
	}
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(l.Event, &fields) // every event is an object
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name != "sources" {
			fmt.Fprintf(&b, "     %s %s\n", name, valueOf(name, fields[name], place))
		}
	}
	var sources []audit.Passage
	_ = json.Unmarshal(fields["sources"], &sources) // nothing where there are none
	for _, p := range sources {
		b.WriteString(passageWords(p, place))
	}
	return b.String()
}

// passageWords is the line of a passage.
func passageWords(p audit.Passage, place func(id string) string) string {
	words := fmt.Sprintf("     [%d] %s, version %.12s, passage %s", p.N, place(p.Document), p.Version, p.Passage)
	for i, id := range p.Also {
		if i == 0 {
			words += ", also in "
		} else {
			words += ", "
		}
		words += place(id)
	}
	return words + "\n"
}

// valueOf returns a field of an event for people.
func valueOf(name string, field json.RawMessage, place func(id string) string) string {
	var id string
	if name == "document" && json.Unmarshal(field, &id) == nil {
		return place(id)
	}
	return string(field)
}

// openNames returns what names documents by their places. Where there is no
// ledger beside the audit, as with a copy of it, their ids have to do.
func openNames(ctx context.Context, s *settings) (name func(id string) string, done func() error, err error) {
	byID := func(id string) string { return "document " + id }
	c, err := s.load()
	if err != nil {
		return nil, nil, err
	}
	if _, err := os.Stat(filepath.Join(c.data, "bureau.db")); errors.Is(err, fs.ErrNotExist) {
		return byID, func() error { return nil }, nil
	}
	p, err := openParts(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	known := map[string]string{}
	return func(id string) string {
		if known[id] == "" {
			known[id] = byID(id)
			if r, err := p.ledger.Record(ctx, id); err == nil { // else it is gone
				known[id] = fmt.Sprintf("%s/%s (%s)", r.Document.Source, r.Document.Path, id)
			}
		}
		return known[id]
	}, p.close, nil
}
