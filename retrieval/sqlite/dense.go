package sqlite

import (
	"cmp"
	"database/sql"
	"math"
	"slices"

	"bureau/retrieval"
)

// rescored is how many of the passages with the best estimates are scored
// exactly, at least, and for each hit wanted. A scope with no more passages is
// scored exactly as a whole.
const (
	rescored       = 800
	rescoredPerHit = 8
)

// dense ranks by the cosine to v.
func (s searching) dense(v []float32) ([]retrieval.Hit, error) {
	nearest, err := s.nearest(v, max(rescored, rescoredPerHit*s.k))
	if err != nil {
		return nil, err
	}
	exact, err := s.rescore(v, nearest)
	if err != nil {
		return nil, err
	}
	return s.best(exact)
}

// checkEvery is how many passages are scanned between two looks at the
// context.
const checkEvery = 1 << 16

// nearest returns the n passages of allowed classes that are estimated to be
// nearest to v.
func (s searching) nearest(v []float32, n int) ([]scored, error) {
	m := s.memory
	if m.width != words(len(v)) {
		return nil, nil // no passage has a vector yet
	}
	probes := make([]*probe, slices.Max(s.classIDs())+1)
	for id := range s.classes {
		probes[id] = newProbe(v, m.centres[id])
	}
	list := shortlist{size: n, cutAt: 2 * n, least: math.Inf(-1)}
	for number, class := range m.class {
		if number%checkEvery == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		if int(class) >= len(probes) || probes[class] == nil {
			continue
		}
		signs := m.signs[number*m.width : (number+1)*m.width]
		list.offer(scored{number, probes[class].estimate(signs, m.factors[number])})
	}
	return list.best(), nil
}

// A shortlist keeps the best of what it is offered: so many, and all that tie
// with the last of them, so that no order of numbers decides.
type shortlist struct {
	size, cutAt int
	least       float64 // what is below cannot be among the best
	list        []scored
}

func (l *shortlist) offer(s scored) {
	if s.score < l.least {
		return
	}
	l.list = append(l.list, s)
	if len(l.list) >= l.cutAt {
		l.list = l.best()
		l.least = l.list[l.size-1].score
		l.cutAt = 2 * len(l.list)
	}
}

// best returns what the list keeps, best first.
func (l *shortlist) best() []scored {
	slices.SortFunc(l.list, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	end := min(l.size, len(l.list))
	for end > 0 && end < len(l.list) && l.list[end].score == l.list[end-1].score {
		end++
	}
	return l.list[:end]
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
