package retrieval

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// maxTurns is how many bytes joined turns may have. It keeps them under the
// 512 tokens of the smallest embedders: a token is three or four bytes in
// English and in Chinese alike.
const maxTurns = 1500

// joinTurns returns a person's turns as one text, or "" without earlier ones.
// Where it would be too long it is shortened from the middle: the first turn
// names the subject and the latest say what is asked of it.
func joinTurns(earlier []string, last string) string {
	var turns []string
	for _, t := range append(slices.Clone(earlier), last) {
		if t = strings.TrimSpace(t); t != "" {
			turns = append(turns, t)
		}
	}
	if len(turns) < 2 {
		return ""
	}
	first, rest := cut(turns[0], maxTurns/3), turns[1:]
	size := len(first)
	for i := len(rest) - 1; i >= 0; i-- {
		if size += 1 + len(rest[i]); size > maxTurns {
			if rest = rest[i+1:]; len(rest) == 0 { // the last turn alone is too long
				rest = []string{cut(last, maxTurns-len(first)-1)}
			}
			break
		}
	}
	return first + " " + strings.Join(rest, " ")
}

// cut returns the beginning of text of at most size bytes, no character cut.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return text[:size]
}
