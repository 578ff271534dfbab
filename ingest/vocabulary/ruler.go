package vocabulary

import "slices"

// A Ruler knows how many tokens the parts of one text have.
type Ruler struct {
	vocabulary *Vocabulary
	text       string
	// seams are the ends of stretches, in bytes, ascending from 0; sums are the
	// tokens before them. Where another text begins, behind a special piece, is
	// no seam.
	seams, sums []int32
}

// lookahead is how far behind the end of a stretch lies what decides that it
// ends there, in bytes.
const lookahead = 32

// Measure counts a text of up to 2 GiB once. The work goes with its length, and so
// does the memory: about as much as the text.
func (v *Vocabulary) Measure(text string) *Ruler {
	r := &Ruler{vocabulary: v, text: text, seams: make([]int32, 0, len(text)/8), sums: make([]int32, 0, len(text)/8)}
	total := 0
	v.scan(text, 0, true, func(end, tokens int, isFresh bool) bool {
		if total += tokens; !isFresh {
			r.seams, r.sums = append(r.seams, int32(end)), append(r.sums, int32(total))
		}
		return true
	})
	return r
}

// Tokens returns what Count returns of the text from start to end, in bytes, of
// which neither lies inside a character or at white space.
func (r *Ruler) Tokens(start, end int) int {
	last, isThere := slices.BinarySearch(r.seams, int32(end-lookahead))
	if !isThere {
		last-- // the seam before
	}
	total, met := 0, false
	r.vocabulary.scan(r.text[:end], start, true, func(end, tokens int, isFresh bool) bool {
		total += tokens
		if isFresh || last < 0 || end > int(r.seams[last]) {
			return true
		}
		var i int
		if i, met = slices.BinarySearch(r.seams[:last+1], int32(end)); met {
			total += int(r.sums[last] - r.sums[i])
		}
		return !met
	})
	if met {
		r.vocabulary.scan(r.text[:end], int(r.seams[last]), false, func(_, tokens int, _ bool) bool {
			total += tokens
			return true
		})
	}
	return total
}
