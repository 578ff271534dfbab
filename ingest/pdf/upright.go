package pdf

import "math"

// upright returns the runs of a page with their places as the page is read:
// in the direction, of the four, that most of its text has. A page that is
// drawn lying on its side, as wide tables are, is turned that way.
func upright(runs []run) []run {
	var text [4]int
	for _, r := range runs {
		text[quarter(r.angle)] += len(r.text)
	}
	most := 0
	for q, n := range text {
		if n > text[most] {
			most = q
		}
	}
	sin, cos := [4]float64{0, 1, 0, -1}[most], [4]float64{1, 0, -1, 0}[most]
	for i := range runs {
		r := &runs[i]
		x1, x2 := r.left*cos+r.bottom*sin, r.right*cos+r.top*sin
		r.x0, r.x1 = min(x1, x2), max(x1, x2)
		r.base = r.x*sin - r.y*cos
		r.isTurned = quarter(r.angle) != most || math.Abs(r.angle-90*math.Round(r.angle/90)) > 5
	}
	return runs
}

// quarter returns the quarter turns of an angle in degrees, 0 to 3.
func quarter(degrees float64) int {
	return (int(math.Round(degrees/90))%4 + 4) % 4
}

// gap returns the space between the end of a run and a word after it, or
// before it, in the direction of the text.
func (r run) gap(word box) float64 {
	if quarter(r.angle)%2 == 0 {
		return max(word.left-r.right, r.left-word.right)
	}
	return max(word.bottom-r.top, r.bottom-word.top)
}

// moved returns the start of the run's baseline moved to another word.
func (r run) moved(word box) (x, y float64) {
	if quarter(r.angle)%2 == 0 {
		return word.left, r.y
	}
	return r.x, word.bottom
}
