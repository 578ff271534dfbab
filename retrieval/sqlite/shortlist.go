package sqlite

import (
	"cmp"
	"math"
	"slices"
)

// A scored is a passage, by number, with its score.
type scored struct {
	number int
	score  float64
}

// A shortlist keeps the best of what it is offered: so many, and all that tie
// with the last of them, so that no order of numbers decides.
type shortlist struct {
	size, cutAt int
	least       float64 // what is below cannot be among the best
	list        []scored
}

func newShortlist(size int) *shortlist {
	return &shortlist{size: size, cutAt: 2 * size, least: math.Inf(-1)}
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
