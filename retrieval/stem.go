package retrieval

import "github.com/kljensen/snowball/english"

// stem returns an English word without its ending (Porter's second English
// stemmer, 2001: leaves and leave are both leav). Words that hold anything but
// a to z are returned as they are.
func stem(word string) string {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	return english.Stem(word, true)
}
