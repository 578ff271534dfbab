package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"bureau/retrieval"
)

// blockSize is how many passage numbers a row of postings covers: large enough
// that a common term costs few rows, small enough that a changed document
// rewrites little.
const blockSize = 4096

// A posting is a passage that has a term, with how often.
type posting struct{ number, count int }

// A postingKey names one row of postings.
type postingKey struct {
	term         string
	class, block int64
}

// A postingChange is what happens to one row: passages that come and go.
type postingChange struct {
	added   []posting
	removed []int
}

// postingChanges are gathered over a batch, so that each row is read and
// written once.
type postingChanges map[postingKey]*postingChange

func (c postingChanges) at(term string, class int64, number int) *postingChange {
	key := postingKey{term, class, int64(number / blockSize)}
	change := c[key]
	if change == nil {
		change = &postingChange{}
		c[key] = change
	}
	return change
}

func (c postingChanges) add(class int64, number int, terms []retrieval.Term) {
	for _, t := range terms {
		change := c.at(t.Text, class, number)
		change.added = append(change.added, posting{number, t.Count})
	}
}

// remove takes a passage out, also one that was added before in the same batch.
func (c postingChanges) remove(class int64, number int, terms []retrieval.Term) {
	for _, t := range terms {
		change := c.at(t.Text, class, number)
		change.added = slices.DeleteFunc(change.added, func(p posting) bool { return p.number == number })
		change.removed = append(change.removed, number)
	}
}

// apply writes the changes, in the order of the table.
func (c postingChanges) apply(ctx context.Context, tx *sql.Tx) error {
	read, err := tx.PrepareContext(ctx, "SELECT data FROM postings WHERE term = $1 AND class = $2 AND block = $3")
	if err != nil {
		return err
	}
	defer read.Close()
	write, err := tx.PrepareContext(ctx, `INSERT INTO postings (term, class, block, passages, data) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (term, class, block) DO UPDATE SET passages = excluded.passages, data = excluded.data`)
	if err != nil {
		return err
	}
	defer write.Close()
	for _, key := range c.keys() {
		var data []byte
		if err := read.QueryRowContext(ctx, key.term, key.class, key.block).Scan(&data); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("read postings: %w", err)
		}
		list := c[key].on(decodePostings(data))
		if len(list) == 0 {
			_, err = tx.ExecContext(ctx, "DELETE FROM postings WHERE term = $1 AND class = $2 AND block = $3", key.term, key.class, key.block)
		} else {
			_, err = write.ExecContext(ctx, key.term, key.class, key.block, len(list), encodePostings(list))
		}
		if err != nil {
			return fmt.Errorf("write postings: %w", err)
		}
	}
	return nil
}

func (c postingChanges) keys() []postingKey {
	keys := make([]postingKey, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b postingKey) int {
		switch {
		case a.term != b.term:
			return strings.Compare(a.term, b.term)
		case a.class != b.class:
			return int(a.class - b.class)
		}
		return int(a.block - b.block)
	})
	return keys
}

// on returns list with the change made, sorted by number.
func (c *postingChange) on(list []posting) []posting {
	slices.Sort(c.removed)
	list = slices.DeleteFunc(list, func(p posting) bool {
		_, gone := slices.BinarySearch(c.removed, p.number)
		return gone
	})
	list = append(list, c.added...)
	slices.SortFunc(list, func(a, b posting) int { return a.number - b.number })
	return list
}

// encodePostings writes numbers as distances, which are small.
func encodePostings(list []posting) []byte {
	var data []byte
	last := 0
	for _, p := range list {
		data = binary.AppendUvarint(data, uint64(p.number-last))
		data = binary.AppendUvarint(data, uint64(p.count))
		last = p.number
	}
	return data
}

func decodePostings(data []byte) []posting {
	var list []posting
	eachPosting(data, func(number, count int) { list = append(list, posting{number, count}) })
	return list
}

// eachPosting calls visit for the postings in data. Data that ends early ends
// the walk.
func eachPosting(data []byte, visit func(number, count int)) {
	number := 0
	for len(data) > 0 {
		distance, n := binary.Uvarint(data)
		if n <= 0 {
			return
		}
		count, m := binary.Uvarint(data[n:])
		if m <= 0 {
			return
		}
		data = data[n+m:]
		number += int(distance)
		visit(number, int(count))
	}
}

// encodeTerms keeps the terms of a passage, so that its postings can be taken
// out again.
func encodeTerms(terms []retrieval.Term) []byte {
	var data []byte
	for _, t := range terms {
		data = binary.AppendUvarint(data, uint64(t.Count))
		data = binary.AppendUvarint(data, uint64(len(t.Text)))
		data = append(data, t.Text...)
	}
	return data
}

func decodeTerms(data []byte) ([]retrieval.Term, error) {
	var terms []retrieval.Term
	for len(data) > 0 {
		count, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errDamagedTerms
		}
		size, m := binary.Uvarint(data[n:])
		if m <= 0 || size > uint64(len(data)-n-m) {
			return nil, errDamagedTerms
		}
		data = data[n+m:]
		terms = append(terms, retrieval.Term{Text: string(data[:size]), Count: int(count)})
		data = data[size:]
	}
	return terms, nil
}

var errDamagedTerms = errors.New("the terms of a passage are damaged; move the index away and run \"bureau ingest\"")
