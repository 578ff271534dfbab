package ingest

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// The languages that Bureau tells apart. Any other is "".
const (
	english     = "en"
	simplified  = "zh-Hans"
	traditional = "zh-Hant"
)

// addresses are of no language, and outweigh what a short mail says.
var addresses = regexp.MustCompile(`[\w.+-]+@[\w.-]+|https?://[^\s)>]+`)

// languageOf returns the language of text, and other where text is too short
// or too mixed to tell.
func languageOf(text, other string) string {
	if len(text) < 2000 && (strings.Contains(text, "@") || strings.Contains(text, "://")) { // in a longer one they do not count
		text = addresses.ReplaceAllString(text, "")
	}
	n := countWritings(text)
	han := n[chineseWriting] + n[simplifiedWriting] + n[traditionalWriting]
	switch {
	case n[foreignWriting]*5 > han+n[latinWriting]/3:
		return ""
	case han*3 <= n[latinWriting]: // a Chinese character says about as much as three letters
		return latinLanguage(text, other)
	case n[simplifiedWriting] > n[traditionalWriting]:
		return simplified
	case n[traditionalWriting] > n[simplifiedWriting]:
		return traditional
	}
	return other
}

// latinLanguage returns "en" for English, "" for another language, and other
// for less than a sentence.
func latinLanguage(text, other string) string {
	const sentence = 8 // words
	words, known, accented := countWords(text)
	switch {
	case words == 0:
		return other
	case known*10 >= words && accented*10 <= words:
		return english
	case words < sentence && other != "", accented == 0 && other == english:
		return other
	case accented == 0 && (words < sentence || known*25 >= words):
		return english // headings, tables and lists of terms have few small words
	}
	return ""
}

// canonicalLanguage returns "en", "zh-Hans" or "zh-Hant" for a language tag
// such as en-GB, zh-CN or zh_TW, and "" for any other.
func canonicalLanguage(tag string) string {
	parsed, err := language.Parse(strings.TrimSpace(tag))
	if err != nil {
		return ""
	}
	base, _ := parsed.Base()
	script, _ := parsed.Script()
	switch {
	case base.String() == english:
		return english
	case base.String() == "zh" && script.String() == "Hant":
		return traditional
	case base.String() == "zh":
		return simplified
	}
	return ""
}
