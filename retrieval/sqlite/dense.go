package sqlite

import (
	"database/sql"
	"slices"

	"bureau/retrieval"
	"bureau/store"
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
	nearest, err := s.nearest(v, s.rescored())
	if err != nil {
		return nil, err
	}
	exact, err := s.rescore(v, nearest)
	if err != nil {
		return nil, err
	}
	return s.best(exact)
}

// rescored is how many passages are scored exactly, if there are as many.
func (s searching) rescored() int {
	if s.exact {
		return len(s.memory.class)
	}
	return max(rescored, rescoredPerHit*s.k)
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
	list := newShortlist(n)
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

// rescore gives candidates their cosine to v.
func (s searching) rescore(v []float32, candidates []scored) ([]scored, error) {
	if len(candidates) == 0 {
		return nil, nil
	}
	exact := make([]scored, 0, len(candidates))
	err := store.Each(s.ctx, s.tx, func(rows *sql.Rows) error {
		var (
			number int
			vector sql.RawBytes
		)
		if err := rows.Scan(&number, &vector); err != nil {
			return err
		}
		if len(vector) != 4*len(v) {
			return errDamaged
		}
		exact = append(exact, scored{number, dot(v, vector)})
		return nil
	}, "SELECT number, vector FROM vectors WHERE number IN (SELECT value FROM json_each($1))", numbers(candidates))
	return exact, err
}
