package retrieval

import (
	"slices"
	"strings"
)

// A gathering is the matches of one search while they are taken, the better ones
// first. A passage that repeats the one of another document is no match of its
// own: companies keep copies, and one text three times crowds out the rest.
//
// It happens here, among what the scope reads, and not where documents are taken
// in: a link between two documents would tell of the one that an asker may not
// read (docs/adr/0007).
type gathering struct {
	question Question
	asked    map[string]bool // terms of the question and the earlier turns
	matches  []Match
	wordings []wording // of the matches
}

func newGathering(q Question) *gathering {
	g := &gathering{question: q, asked: make(map[string]bool)}
	for _, text := range append(slices.Clone(q.Earlier), q.Text) {
		for _, t := range AnalyzeQuery(text) {
			g.asked[t.Text] = true
		}
	}
	return g
}

// full reports whether there are as many matches as were asked for.
func (g *gathering) full() bool { return len(g.matches) >= g.question.K }

// take adds a passage that the scope reads: to the match that it repeats, or as a
// match of its own if there is room for one, and for one of its document.
func (g *gathering) take(m Match) {
	w := wordingOf(m.Passage)
	room := g.roomFor(m.Document.ID)
	for i := range g.matches {
		// A document that repeats itself has its headings to tell the places apart.
		if g.matches[i].Document.ID == m.Document.ID || !w.repeats(g.wordings[i]) {
			continue
		}
		leads, same := g.leads(m.Found, g.matches[i].Found)
		if !same {
			continue
		}
		if leads && room {
			m.Found, g.matches[i].Found = g.matches[i].Found, m.Found
			g.wordings[i] = w
		}
		g.matches[i].list(m.Found)
		return
	}
	if !g.full() && room {
		g.matches, g.wordings = append(g.matches, m), append(g.wordings, w)
	}
}

// roomFor reports whether another passage of a document may be a match.
func (g *gathering) roomFor(d DocumentID) bool {
	n := 0
	for _, m := range g.matches {
		if m.Document.ID == d {
			n++
		}
	}
	return g.question.PerDocument <= 0 || n < g.question.PerDocument
}

// leads reports whether a copy stands in the place of a better one, and whether
// the two are the same for this question at all. The question means the copy whose
// title and headings have more of its words, and both if each has words that the
// other lacks, as in "Leeds or Suzhou?". Where neither has more, the copy with the
// later date leads.
func (g *gathering) leads(copied, better Found) (leads, same bool) {
	more, less := g.named(copied), g.named(better)
	covers, covered := contains(more, less), contains(less, more)
	if covers && covered {
		leads = better.Document.Updated != "" && copied.Document.Updated > better.Document.Updated
		return leads, true
	}
	return covers, covers || covered
}

// named returns the terms of the question that the title and the headings have,
// and the text has not: those of the text are about all its copies.
func (g *gathering) named(f Found) []string {
	above := Analyze(strings.Join(append([]string{f.Document.Title}, f.Passage.Headings...), "\n"))
	within := Analyze(f.Passage.Text)
	var named []string
	for _, t := range above {
		if g.asked[t.Text] && !slices.ContainsFunc(within, func(w Term) bool { return w.Text == t.Text }) {
			named = append(named, t.Text)
		}
	}
	return named
}

// contains reports whether all of some are among them.
func contains(them, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(them, s) })
}

// list names the document of a copy, once, and never the match's own.
func (m *Match) list(copied Found) {
	m.Also = slices.DeleteFunc(m.Also, func(f Found) bool {
		return f.Document.ID == m.Document.ID || f.Document.ID == copied.Document.ID
	})
	m.Also = append(m.Also, copied)
}
