package sqlite

import (
	"database/sql"
	"math/bits"

	"bureau/retrieval"
)

// rescored is how many of the passages with the nearest codes are scored
// exactly, at least, and for each hit wanted. A scope with no more passages is
// scored exactly as a whole.
const (
	rescored       = 800
	rescoredPerHit = 8
)

// dense ranks by the cosine to v.
func (s searching) dense(v []float32) ([]retrieval.Hit, error) {
	centre, err := readCentre(s.ctx, s.tx)
	if err != nil {
		return nil, err
	}
	nearest := s.memory.nearest(encode(v, centre), s.allows(), max(rescored, rescoredPerHit*s.k))
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	exact, err := s.rescore(v, nearest)
	if err != nil {
		return nil, err
	}
	return s.best(exact)
}

// nearest returns the numbers of the n passages of allowed classes whose codes
// differ least from c, and of all that differ as little as the last of them.
func (m *memory) nearest(c code, allowed []bool, n int) []scored {
	if m.width != len(c) {
		return nil // no passage has a vector yet
	}
	differs := func(number int) int {
		distance := 0
		for i, w := range m.codes[number*m.width : (number+1)*m.width] {
			distance += bits.OnesCount64(w ^ c[i])
		}
		return distance
	}
	// Two passes over the codes and a count of each distance are cheaper than
	// a heap: the first finds how far to go, the second takes what is near.
	distances := make([]uint16, len(m.class))
	counts := make([]int, 64*len(c)+1)
	for number, class := range m.class {
		if class > 0 && int(class) < len(allowed) && allowed[class] {
			d := differs(number)
			distances[number] = uint16(d)
			counts[d]++
		}
	}
	limit, total := 0, counts[0]
	for total < n && limit+1 < len(counts) {
		limit++
		total += counts[limit]
	}
	near := make([]scored, 0, total)
	for number, class := range m.class {
		if class > 0 && int(class) < len(allowed) && allowed[class] && int(distances[number]) <= limit {
			near = append(near, scored{number: number})
		}
	}
	return near
}

// rescore gives candidates their cosine to v.
func (s searching) rescore(v []float32, candidates []scored) ([]scored, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	rows, err := s.tx.QueryContext(s.ctx, "SELECT number, vector FROM vectors WHERE number IN (SELECT value FROM json_each($1))", numbers(candidates))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	exact := make([]scored, 0, len(candidates))
	for rows.Next() {
		var (
			number int
			vector sql.RawBytes
		)
		if err := rows.Scan(&number, &vector); err != nil {
			return nil, err
		}
		exact = append(exact, scored{number, dot(v, vector)})
	}
	return exact, rows.Err()
}
