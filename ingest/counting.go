package ingest

import "strings"

// countedBy stands in the name of a cutting before the vocabulary that counts
// its tokens.
const countedBy = Cutting + " tokens "

// CuttingBy names how passages are cut whose tokens a vocabulary counts, by its
// id, or with "" an estimate. Passages that were counted in two ways do not stand
// in one generation.
func CuttingBy(vocabulary string) string {
	if vocabulary == "" {
		return Cutting
	}
	return countedBy + vocabulary
}

// CountedBy returns the id of the vocabulary that counts the tokens of a
// cutting, or "" for an estimate. It is not ok where the cutting is not one of
// this program.
func CountedBy(cutting string) (vocabulary string, ok bool) {
	if cutting == Cutting {
		return "", true
	}
	return strings.CutPrefix(cutting, countedBy)
}
