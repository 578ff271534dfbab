package vocabulary

import "container/heap"

// A merger joins neighbours, the best first, until none can be joined: of
// Ranked and Scored vocabularies. Its work goes with the length of the stretch,
// times the logarithm of it.
type merger struct {
	// join returns what two neighbours become, as the number of a piece, and how
	// good that is: less is better, and negative infinity best.
	join    func(stretch []byte, left, right part) (number int32, rank float64, ok bool)
	stretch []byte
	parts   []part
	queue   pairs
}

// A part is a piece of the stretch. One that has been joined to the part before
// is empty.
type part struct {
	start, end   int32 // bytes of the stretch
	before, next int32 // numbers of parts, -1 for none
	number       int32 // of the piece, -1 for none
}

// A pair is two neighbours that can be joined, unless one of them has changed
// since.
type pair struct {
	rank              float64
	left, right       int32
	leftEnd, rightEnd int32
	number            int32
}

type pairs []pair

func (p pairs) Len() int { return len(p) }
func (p pairs) Less(i, j int) bool {
	return p[i].rank < p[j].rank || p[i].rank == p[j].rank && p[i].left < p[j].left
}
func (p pairs) Swap(i, j int) { p[i], p[j] = p[j], p[i] }

// Push adds a pair.
func (p *pairs) Push(x any) { *p = append(*p, x.(pair)) }

// Pop takes the last pair away.
func (p *pairs) Pop() any {
	last := (*p)[len(*p)-1]
	*p = (*p)[:len(*p)-1]
	return last
}

// begin begins a stretch.
func (m *merger) begin() {
	if cap(m.stretch) > maxKept {
		m.stretch, m.parts, m.queue = nil, nil, nil
	}
	m.stretch, m.parts, m.queue = m.stretch[:0], m.parts[:0], m.queue[:0]
}

// add adds a part, the bytes of the stretch from start to end.
func (m *merger) add(start, end int, number int32) {
	n := int32(len(m.parts))
	m.parts = append(m.parts, part{start: int32(start), end: int32(end), before: n - 1, next: n + 1, number: number})
}

// merge joins what can be joined.
func (m *merger) merge() {
	for i := range len(m.parts) - 1 {
		m.offer(int32(i), int32(i+1))
	}
	for len(m.queue) > 0 {
		p := heap.Pop(&m.queue).(pair)
		left, right := &m.parts[p.left], &m.parts[p.right]
		if left.end != p.leftEnd || right.end != p.rightEnd || left.start == left.end || right.start == right.end {
			continue
		}
		left.end, left.next, left.number = right.end, right.next, p.number
		right.start = right.end
		if int(left.next) < len(m.parts) {
			m.parts[left.next].before = p.left
			m.offer(p.left, left.next)
		}
		if left.before >= 0 {
			m.offer(left.before, p.left)
		}
	}
}

// offer puts two neighbours in the queue if they can be joined.
func (m *merger) offer(left, right int32) {
	l, r := m.parts[left], m.parts[right]
	if number, rank, ok := m.join(m.stretch, l, r); ok {
		heap.Push(&m.queue, pair{rank: rank, left: left, right: right, leftEnd: l.end, rightEnd: r.end, number: number})
	}
}
