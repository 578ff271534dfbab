package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"bureau/access"
	"bureau/retrieval"
)

// A Trail is what an answer leaves to go on from.
type Trail struct {
	Answered []Passed // that the answer was written from
	Found    []Passed // that the search found besides, best first
}

// A Passed is a passage that an answer came by.
type Passed struct {
	Document retrieval.DocumentID
	Headings []string // above the passage, outermost first
}

// mostNeighbours bounds how many documents of a folder are looked at.
const mostNeighbours = 200

// Nearby returns up to n questions to go on with after an answer, in the
// language, each about another document, and none about one that was just
// answered from: first about what the search found besides, then about
// documents that stand in a folder with those answered from and share a word
// with their titles and headings. Only titles and headings that scope reads at
// this moment are in them. Where nothing is near there are none.
func (l *Ledger) Nearby(ctx context.Context, scope access.Scope, language string, t Trail, n int) ([]string, error) {
	if scope.IsZero() || n <= 0 {
		return nil, nil
	}
	w := wordingOf(language)
	known, err := l.some(ctx, t.documents())
	if err != nil {
		return nil, fmt.Errorf("suggest questions to go on with: %w", err)
	}
	asked := map[retrieval.DocumentID]bool{}
	for _, p := range t.Answered {
		asked[p.Document] = true
	}
	var questions []string
	add := func(e entry, heading string) {
		if !asked[e.document.ID] && len(questions) < n {
			asked[e.document.ID] = true
			questions = append(questions, w.ask(e, heading))
		}
	}
	for _, p := range t.Found {
		if e, ok := known[p.Document]; ok && w.canAsk(scope, e) {
			add(e, e.headingAt(p))
		}
	}
	for _, p := range t.Answered {
		e, ok := known[p.Document]
		if !ok || len(questions) == n || !scope.Allows(e.document.Readers) {
			continue
		}
		neighbours, err := l.neighbours(ctx, scope, e, w)
		if err != nil {
			return nil, fmt.Errorf("suggest questions to go on with: %w", err)
		}
		for _, near := range nearest(e, p, neighbours) {
			add(near.entry, near.heading)
		}
	}
	return questions, nil
}

// documents returns the documents of the trail.
func (t Trail) documents() []retrieval.DocumentID {
	var ids []retrieval.DocumentID
	for _, p := range slices.Concat(t.Answered, t.Found) {
		ids = append(ids, p.Document)
	}
	return ids
}

// headingAt returns the heading of e that a question about a place of it is
// put about: the innermost one above the place, as long as e has it now.
func (e entry) headingAt(p Passed) string {
	if len(p.Headings) > 0 && slices.Contains(e.headings, p.Headings[len(p.Headings)-1]) {
		return p.Headings[len(p.Headings)-1]
	}
	return e.middleHeading()
}

// neighbours returns documents in the folder of e, not those below it, that can
// be asked about, up to mostNeighbours. Of the others none counts.
func (l *Ledger) neighbours(ctx context.Context, scope access.Scope, e entry, w wording) (found []entry, err error) {
	folder := strings.TrimPrefix(path.Dir(e.document.Path)+"/", "./")
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT "+entryColumns+` FROM documents WHERE source = $1 AND path >= $2 AND path < $3
			AND instr(substr(path, $4), '/') = 0 ORDER BY path`, e.document.Source, folder, upTo(folder), utf8.RuneCountInString(folder)+1)
		if err != nil {
			return fmt.Errorf("query the ledger: %w", err)
		}
		defer rows.Close()
		for rows.Next() && len(found) < mostNeighbours {
			o, err := scanEntry(rows)
			if err != nil {
				return err
			}
			if w.canAsk(scope, o) {
				found = append(found, o)
			}
		}
		return rows.Err()
	})
	return found, err
}

// upTo returns a text behind all that begin with folder, which ends in a
// slash or is empty.
func upTo(folder string) string {
	if folder == "" {
		return "\U0010ffff"
	}
	return strings.TrimSuffix(folder, "/") + "0" // the character behind the slash
}

// A neighbour is a document that is near another one, by one of its headings.
type neighbour struct {
	entry   entry
	heading string
	score   float64
}

// nearest returns those of others whose title or a heading shares words with
// the title of e and the headings of its place, nearest first. A word counts by
// how few of the documents have it (the inverse document frequency of Spärck
// Jones, 1972), and one that all of them have for nothing.
func nearest(e entry, p Passed, others []entry) []neighbour {
	wanted := termsOf(append([]string{e.document.Title}, p.Headings...)...)
	all := make([]map[string]bool, len(others))
	have := map[string]float64{}
	for i, o := range others {
		all[i] = termsOf(append([]string{o.document.Title}, o.headings...)...)
		for t := range all[i] {
			have[t]++
		}
	}
	weigh := func(terms map[string]bool) float64 {
		score := 0.0
		for t := range terms {
			if wanted[t] {
				score += math.Log(float64(len(others)) / have[t])
			}
		}
		return score
	}
	var near []neighbour
	for i, o := range others {
		if score := weigh(all[i]); score > 0 && o.document.ID != e.document.ID {
			heading := slices.MaxFunc(o.headings, func(a, b string) int { return cmp.Compare(weigh(termsOf(a)), weigh(termsOf(b))) })
			if weigh(termsOf(heading)) == 0 {
				heading = o.middleHeading()
			}
			near = append(near, neighbour{o, heading, score})
		}
	}
	slices.SortStableFunc(near, func(a, b neighbour) int { return cmp.Compare(b.score, a.score) })
	return near
}

// termsOf returns the terms of texts.
func termsOf(texts ...string) map[string]bool {
	set := map[string]bool{}
	for _, t := range retrieval.Analyze(strings.Join(texts, "\n")) {
		set[t.Text] = true
	}
	return set
}
