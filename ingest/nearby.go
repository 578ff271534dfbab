package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// A Trail is what an answer leaves to go on from.
type Trail struct {
	Answered []Passed // that the answer was written from, best first
	Found    []Passed // that the search found besides, best first
}

// A Passed is a passage that an answer came by.
type Passed struct {
	Document retrieval.DocumentID
	Headings []string // above the passage, outermost first
}

// Nearby returns up to n questions to go on with after an answer, in the
// language: about what the search found besides, then about documents that
// stand in a folder with the first one answered from and share a word with its
// title and headings, each document once; then about the sections of those
// answered from that stand next to what was answered. Only titles and headings that scope
// reads at this moment are in them. Where nothing is near there are none.
func (l *Ledger) Nearby(ctx context.Context, scope access.Scope, language string, t Trail, n int) ([]string, error) {
	if scope.IsZero() || n <= 0 {
		return nil, nil
	}
	known, err := l.some(ctx, t.documents())
	if err != nil {
		return nil, fmt.Errorf("suggest questions to go on with: %w", err)
	}
	maps.DeleteFunc(known, func(_ retrieval.DocumentID, e entry) bool { return !scope.Allows(e.document.Readers) })
	s := suggesting{wording: wordingOf(language), scope: scope, most: n, about: map[retrieval.DocumentID]bool{}}
	s.found(t, known)
	for _, p := range t.Answered[:min(1, len(t.Answered))] { // the best of them, so that it costs one look
		if e, ok := known[p.Document]; ok && len(s.questions) < n {
			neighbours, err := l.neighbours(ctx, scope, e, s.wording)
			if err != nil {
				return nil, fmt.Errorf("suggest questions to go on with: %w", err)
			}
			s.beside(e, p, neighbours)
		}
	}
	s.sections(t, known)
	return s.questions, nil
}

// A suggesting is questions while they are gathered, best first.
type suggesting struct {
	wording
	scope     access.Scope
	most      int
	about     map[retrieval.DocumentID]bool // what there is a question about, or was an answer from
	questions []string
}

// add adds the question about a heading, if there is room.
func (s *suggesting) add(e entry, heading string) {
	question := s.ask(e, heading)
	if len(s.questions) < s.most && !slices.Contains(s.questions, question) {
		s.about[e.document.ID] = true
		s.questions = append(s.questions, question)
	}
}

// found adds questions about documents that the search found and the answer is
// not from.
func (s *suggesting) found(t Trail, known map[retrieval.DocumentID]entry) {
	for _, p := range t.Answered {
		s.about[p.Document] = true
	}
	for _, p := range t.Found {
		if e, ok := known[p.Document]; ok && s.canAsk(s.scope, e) && !s.about[e.document.ID] {
			s.add(e, e.headingAt(p))
		}
	}
}

// beside adds questions about neighbours of a document, nearest first.
func (s *suggesting) beside(e entry, p Passed, neighbours []entry) {
	for _, near := range nearest(e, p, neighbours) {
		if !s.about[near.entry.document.ID] {
			s.add(near.entry, near.heading)
		}
	}
}

// sections adds questions about other sections of the documents answered from.
func (s *suggesting) sections(t Trail, known map[retrieval.DocumentID]entry) {
	for _, p := range t.Answered {
		if e, ok := known[p.Document]; ok && s.canAsk(s.scope, e) {
			for _, heading := range t.sectionsBeside(e, p) {
				s.add(e, heading)
			}
		}
	}
}

// documents returns the documents of the trail.
func (t Trail) documents() []retrieval.DocumentID {
	var ids []retrieval.DocumentID
	for _, p := range slices.Concat(t.Answered, t.Found) {
		ids = append(ids, p.Document)
	}
	return ids
}

// sectionsBeside returns the headings of e, from which p is, that nothing of
// the trail stands under: those behind p, then those before it.
func (t Trail) sectionsBeside(e entry, p Passed) []string {
	var headings []string
	at := slices.Index(e.headings, innermost(p))
	for i := range e.headings {
		heading := e.headings[(at+1+i)%len(e.headings)]
		seen := func(p Passed) bool { return p.Document == e.document.ID && innermost(p) == heading }
		if !slices.ContainsFunc(t.Answered, seen) && !slices.ContainsFunc(t.Found, seen) {
			headings = append(headings, heading)
		}
	}
	return headings
}

// innermost returns the last of the headings above a passage, "" for none.
func innermost(p Passed) string {
	if len(p.Headings) == 0 {
		return ""
	}
	return p.Headings[len(p.Headings)-1]
}

// headingAt returns the heading of e that a question about a place of it is
// put about: the innermost one above the place, as long as e has it now.
func (e entry) headingAt(p Passed) string {
	if heading := innermost(p); slices.Contains(e.headings, heading) {
		return heading
	}
	return e.middleHeading()
}
