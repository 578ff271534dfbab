package main

import (
	"encoding/json"
	"fmt"
	"io"
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
func writeLine(w io.Writer, l audit.Line) error {
	_, err := fmt.Fprintf(w, "%d  %s  %s  %s\n%s", l.Seq, l.Time.Local().Format(time.DateTime), l.Kind, byWords(l.By), details(l))
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
func details(l audit.Line) string {
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
	if json.Unmarshal(l.Event, &fields) != nil {
		return b.String()
	}
	var names []string
	for name := range fields {
		if name != "sources" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, "     %s %s\n", name, fields[name])
	}
	var sources []audit.Passage
	_ = json.Unmarshal(fields["sources"], &sources) // nothing where there are none
	for _, p := range sources {
		fmt.Fprintf(&b, "     [%d] document %s, version %.12s, passage %s", p.N, p.Document, p.Version, p.Passage)
		if len(p.Also) > 0 {
			fmt.Fprintf(&b, ", also in %s", strings.Join(p.Also, " "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
