package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"bureau/access"
	"bureau/retrieval"
)

// mostNeighbours bounds how many documents of a folder are looked at.
const mostNeighbours = 64

// neighbours returns documents in the folder of e, not those below it, that can
// be asked about, up to mostNeighbours. Of the others none counts.
func (l *Ledger) neighbours(ctx context.Context, scope access.Scope, e entry, w wording) (found []entry, err error) {
	folder := strings.TrimPrefix(path.Dir(e.document.Path)+"/", "./")
	languages, err := json.Marshal(w.languages)
	if err != nil {
		return nil, err // unreachable: strings encode
	}
	err = l.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT "+entryColumns+` FROM documents WHERE source = $1 AND path >= $2 AND path < $3
			AND instr(substr(path, $4), '/') = 0 AND state = $5 AND language IN (SELECT value FROM json_each($6)) ORDER BY path`,
			e.document.Source, folder, upTo(folder), utf8.RuneCountInString(folder)+1, stateIndexed, string(languages))
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
