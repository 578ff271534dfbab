package main

import (
	"context"

	"bureau/access"
	"bureau/chat"
	"bureau/ingest"
)

// followUps returns questions to go on with after an answer from used sources,
// with others that the search found. Of those, the ones count that have a word
// of the question: the search also brings what is merely the nearest there is.
func (p *parts) followUps(ctx context.Context, scope access.Scope, language string, used, found []chat.Source, n int) ([]string, error) {
	var trail ingest.Trail
	for _, s := range used {
		trail.Answered = append(trail.Answered, ingest.Passed{Document: s.Document, Headings: s.Headings})
	}
	for _, s := range found {
		if len(s.Marks) > 0 {
			trail.Found = append(trail.Found, ingest.Passed{Document: s.Document, Headings: s.Headings})
		}
	}
	return p.ledger.Nearby(ctx, scope, language, trail, n)
}
