package sqlite

import (
	"database/sql"

	"bureau/retrieval"
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
	postings := make([][][]byte, len(terms))
	for i, t := range terms {
		n, data, err := s.postings(t.Text)
		if err != nil {
			return nil, err
		}
		stats.Frequency[t.Text] = n
		postings[i] = data
	}
	return s.best(s.sum(terms, postings, stats))
}

// postings returns how many allowed passages have a term, and where.
func (s searching) postings(term string) (passages int, data [][]byte, err error) {
	rows, err := s.tx.QueryContext(s.ctx,
		"SELECT passages, data FROM postings WHERE term = $1 AND class IN (SELECT value FROM json_each($2))", term, s.classIDs())
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			n     int
			block sql.RawBytes
		)
		if err := rows.Scan(&n, &block); err != nil {
			return 0, nil, err
		}
		passages += n
		data = append(data, append([]byte(nil), block...))
	}
	return passages, data, rows.Err()
}

// sum adds up the scores of the passages that share a term with the question.
func (s searching) sum(terms []retrieval.Term, postings [][][]byte, stats retrieval.Statistics) []scored {
	scores := make([]float64, len(s.memory.class))
	var touched []int
	for i, t := range terms {
		weight := float64(t.Count) * stats.IDF(t.Text)
		for _, block := range postings[i] {
			eachPosting(block, func(number, count int) {
				if scores[number] == 0 {
					touched = append(touched, number)
				}
				scores[number] += weight * stats.Saturation(count, int(s.memory.length[number]))
			})
		}
	}
	ceiling := retrieval.Ceiling(terms, stats)
	found := make([]scored, len(touched))
	for i, number := range touched {
		found[i] = scored{number, scores[number] / ceiling}
	}
	return found
}
