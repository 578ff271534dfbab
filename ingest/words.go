package ingest

import (
	"strings"
	"unicode"
)

// everydayEnglish are words that no page of English is without and that other
// languages of the Latin script hardly use. None is longer than a shortWord.
var everydayEnglish = func() map[shortWord]bool {
	words := map[shortWord]bool{}
	for word := range strings.FieldsSeq("the of and to is for that with are be by or from you your we it this not on as at our can will have if a an in") {
		var short shortWord
		for _, r := range word {
			short = short.with(r)
		}
		words[short] = true
	}
	return words
}()

// A shortWord is a word of up to maxShortWord letters from a to z. A longer one has
// lost its beginning.
type shortWord uint32

// maxShortWord is the length of the longest short word, in letters.
const maxShortWord = 4

// with returns the word with one more letter.
func (w shortWord) with(letter rune) shortWord { return w<<8 | shortWord(letter) }

// countWords returns how many words a text has, and of these how many are
// everyday English, and how many have Latin letters that English has not.
func countWords(text string) (words, known, accented int) {
	var word shortWord
	letters, isAccented := 0, false
	end := func() {
		if letters > 0 {
			words++
			if letters <= maxShortWord && everydayEnglish[word] {
				known++
			}
			if isAccented {
				accented++
			}
		}
		word, letters, isAccented = 0, 0, false
	}
	for _, r := range text {
		if r = lower(r); 'a' <= r && r <= 'z' {
			word, letters = word.with(r), letters+1
		} else if r >= 0x80 && unicode.IsLetter(r) {
			letters += maxShortWord + 1 // so that it is none
			isAccented = isAccented || unicode.Is(unicode.Latin, r)
		} else {
			end()
		}
	}
	end()
	return words, known, accented
}

// lower returns the small letter for a capital one.
func lower(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r | 0x20
	case r < 0x80:
		return r
	}
	return unicode.ToLower(r)
}
