package chat

import (
	"slices"
	"strings"

	"bureau/retrieval"
)

// DocumentsOf returns the documents that an answer was written from, sorted,
// those without a citation too: the words of any may be in it.
func DocumentsOf(events []Event) []retrieval.DocumentID {
	var documents []retrieval.DocumentID
	for _, s := range SourcesOf(events) {
		documents = append(documents, s.Document)
	}
	slices.Sort(documents)
	return slices.Compact(documents)
}

// NamedIn returns the documents that events name, copies of sources too.
func NamedIn(events []Event) []retrieval.DocumentID {
	documents := DocumentsOf(events)
	for _, s := range SourcesOf(events) {
		for _, c := range s.Also {
			documents = append(documents, c.Document)
		}
	}
	return documents
}

// SourcesOf returns the sources of an answer, be it a refusal.
func SourcesOf(events []Event) []Source {
	var found []Source
	for _, e := range events {
		switch e := e.(type) {
		case Sources:
			found = append(found, e.Sources...)
		case Refusal:
			found = append(found, e.Nearest...)
		}
	}
	return found
}

// Written returns the text of an answer so far, without marks, and the sources
// that its sentences were attributed to, sorted.
func Written(events []Event) (text string, cited []int) {
	var b strings.Builder
	for _, e := range events {
		switch e := e.(type) {
		case Delta:
			b.WriteString(e.Text)
		case Sentence:
			if e.Source > 0 {
				cited = append(cited, e.Source)
			}
		case Refusal:
			b.WriteString(e.Text)
		}
	}
	slices.Sort(cited)
	return b.String(), slices.Compact(cited)
}

// Shown returns the events of an answer as they may be shown to somebody who
// reads the documents that reads tells: without the copies of its sources that
// are read no more. It reports false where the answer itself must not be shown,
// because a document that it was written from is read no more.
func Shown(events []Event, reads func(retrieval.DocumentID) bool) ([]Event, bool) {
	shown := slices.Clone(events)
	for i, e := range shown {
		ok := true
		switch e := e.(type) {
		case Sources:
			e.Sources, ok = shownSources(e.Sources, reads)
			shown[i] = e
		case Refusal:
			e.Nearest, ok = shownSources(e.Nearest, reads)
			shown[i] = e
		}
		if !ok {
			return nil, false
		}
	}
	return shown, true
}

// shownSources returns sources without the copies that are read no more, or
// false where one of them is itself.
func shownSources(sources []Source, reads func(retrieval.DocumentID) bool) ([]Source, bool) {
	shown := slices.Clone(sources)
	for i, s := range shown {
		if !reads(s.Document) {
			return nil, false
		}
		shown[i].Also = slices.DeleteFunc(slices.Clone(s.Also), func(c Copy) bool { return !reads(c.Document) })
	}
	return shown, true
}
