package sqlite

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
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

// postingChanges are gathered over a batch, so that each row is
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

// applyPostings writes the changes, in the order of the table.
func (w *writing) applyPostings() error {
	for _, key := range w.postings.keys() {
		change := w.postings[key]
		if len(change.removed) > 0 {
			if err := w.removePostings(key, change.removed); err != nil {
				return fmt.Errorf("remove postings: %w", err)
			}
		}
		if len(change.added) == 0 {
			continue
		}
		if err := w.exec(`INSERT INTO postings (term, class, block, passages, data) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (term, class, block) DO UPDATE SET
			passages = passages + excluded.passages, data = CAST(data || excluded.data AS BLOB)`,
			key.term, key.class, key.block, len(change.added), encodePostings(change.added)); err != nil {
			return fmt.Errorf("add postings: %w", err)
		}
	}
	return nil
}

// removePostings takes passages out of a row, and an empty row out of the
// table.
func (w *writing) removePostings(key postingKey, removed []int) error {
	var data []byte
	err := w.get(&data, "SELECT data FROM postings WHERE term = $1 AND class = $2 AND block = $3", key.term, key.class, key.block)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // what is removed was added in the same writing
	}
	if err != nil {
		return err
	}
	slices.Sort(removed)
	var left []posting
	if err := eachPosting(key.block, data, func(number, count int) bool {
		if _, gone := slices.BinarySearch(removed, number); !gone {
			left = append(left, posting{number, count})
		}
		return true
	}); err != nil {
		return err
	}
	if len(left) == 0 {
		return w.exec("DELETE FROM postings WHERE term = $1 AND class = $2 AND block = $3", key.term, key.class, key.block)
	}
	return w.exec("UPDATE postings SET passages = $4, data = $5 WHERE term = $1 AND class = $2 AND block = $3",
		key.term, key.class, key.block, len(left), encodePostings(left))
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

// encodePostings writes each passage as its place in the block and its count,
// two varints, so that more can be appended without a look at what is there.
func encodePostings(list []posting) []byte {
	var data []byte
	for _, p := range list {
		data = binary.AppendUvarint(data, uint64(p.number%blockSize))
		data = binary.AppendUvarint(data, uint64(p.count))
	}
	return data
}

// eachPosting calls visit for the postings in the data of a block, in no
// order. It is errDamaged where they are none, or where visit says so of one.
func eachPosting(block int64, data []byte, visit func(number, count int) bool) error {
	first := int(block) * blockSize
	for len(data) > 0 {
		place, n := binary.Uvarint(data)
		if n <= 0 || place >= blockSize {
			return errDamaged
		}
		count, m := binary.Uvarint(data[n:])
		if m <= 0 || count == 0 || count > math.MaxInt32 {
			return errDamaged
		}
		data = data[n+m:]
		if !visit(first+int(place), int(count)) {
			return errDamaged
		}
	}
	return nil
}

// encodeTerms keeps the terms of a passage, so that its postings can be taken
// out again. It is not nil for a passage without any.
func encodeTerms(terms []retrieval.Term) []byte {
	data := []byte{}
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
			return nil, errDamaged
		}
		size, m := binary.Uvarint(data[n:])
		if m <= 0 || size > uint64(len(data)-n-m) {
			return nil, errDamaged
		}
		data = data[n+m:]
		terms = append(terms, retrieval.Term{Text: string(data[:size]), Count: int(count)})
		data = data[size:]
	}
	return terms, nil
}
