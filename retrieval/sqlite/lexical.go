package sqlite

import (
	"database/sql"

	"bureau/retrieval"
	"bureau/store"
)

// lexical ranks by BM25 over its ceiling. All that it counts it counts in the
// allowed classes.
func (s searching) lexical(terms []retrieval.Term) ([]retrieval.Hit, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	stats := retrieval.Statistics{Frequency: make(map[string]int, len(terms))}
	length := 0
	for _, c := range s.classes {
		stats.Passages += c.passages
		length += c.length
	}
	if stats.Passages == 0 {
		return nil, nil
	}
	stats.AverageLength = float64(length) / float64(stats.Passages)
	postings := make([][]block, len(terms))
	classes := jsonList(s.classIDs())
	for i, t := range terms {
		n, blocks, err := s.postings(t.Text, classes)
		if err != nil {
			return nil, err
		}
		stats.Frequency[t.Text] = n
		postings[i] = blocks
	}
	candidates, err := s.sum(terms, postings, stats)
	if err != nil {
		return nil, err
	}
	return s.best(candidates)
}

// A block is a row of postings.
type block struct {
	class  int32
	number int64
	data   []byte
}

// postings returns how many passages of classes, a JSON list, have a term, and
// where.
func (s searching) postings(term, classes string) (passages int, blocks []block, err error) {
	err = store.Each(s.ctx, s.tx, func(rows *sql.Rows) error {
		var (
			n int
			b block
		)
		if err := rows.Scan(&n, &b.class, &b.number, &b.data); err != nil {
			return err
		}
		passages += n
		blocks = append(blocks, b)
		return nil
	}, "SELECT passages, class, block, data FROM postings WHERE term = $1 AND class IN (SELECT value FROM json_each($2))", term, classes)
	return passages, blocks, err
}

// sum adds up the scores of the passages that share a term with the question.
// A posting of a passage that is in another class than its row is errDamaged.
func (s searching) sum(terms []retrieval.Term, postings [][]block, stats retrieval.Statistics) ([]scored, error) {
	scores := make([]float64, len(s.memory.class))
	var touched []int
	for i, t := range terms {
		weight := float64(t.Count) * stats.IDF(t.Text)
		for _, b := range postings[i] {
			if err := eachPosting(b.number, b.data, func(number, count int) bool {
				if number >= len(scores) || s.memory.class[number] != b.class {
					return false
				}
				if scores[number] == 0 {
					touched = append(touched, number)
				}
				scores[number] += weight * stats.Saturation(count, int(s.memory.length[number]))
				return true
			}); err != nil {
				return nil, err
			}
		}
	}
	ceiling := retrieval.Ceiling(terms, stats)
	found := make([]scored, len(touched))
	for i, number := range touched {
		found[i] = scored{number, scores[number] / ceiling}
	}
	return found, nil
}
