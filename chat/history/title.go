package history

import (
	"strings"
	"unicode/utf8"
)

// MaxTitle is how many characters a title may have.
const MaxTitle = 200

// madeTitle is about how many characters the title of a question has.
const madeTitle = 60

// titleOf returns a question made short: on one line, and cut between words
// where there are any.
func titleOf(question string) string {
	line := strings.Join(strings.Fields(question), " ")
	if utf8.RuneCountInString(line) <= madeTitle {
		return line
	}
	short := string([]rune(line)[:madeTitle])
	if space := strings.LastIndexByte(short, ' '); space > len(short)/2 {
		short = short[:space]
	}
	return strings.TrimRight(short, " ,;:，；：、") + "…"
}
