package ingest

// restrictionLike returns the key that restricts who reads of which key is a
// misspelling by one letter, left out, added, exchanged or swapped with its
// neighbour, or "".
func restrictionLike(key string) string {
	for _, restriction := range restrictions {
		if isSlip(key, restriction) {
			return restriction
		}
	}
	return ""
}

// isSlip reports whether a is one slip away from b.
func isSlip(a, b string) bool {
	start := 0
	for start < min(len(a), len(b)) && a[start] == b[start] {
		start++
	}
	a, b = a[start:], b[start:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	isSwap := len(a) == 2 && len(b) == 2 && a[0] == b[1] && a[1] == b[0]
	return isSwap || len(a)+len(b) > 0 && len(a) <= 1 && len(b) <= 1
}
