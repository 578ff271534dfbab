package ingest

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
)

// The languages that Bureau tells apart. Any other is "".
const (
	english     = "en"
	simplified  = "zh-Hans"
	traditional = "zh-Hant"
)

// scriptTable has on each line a character that only Simplified Chinese writes
// and the one that only Traditional Chinese writes for it: the former is in the
// first level of GB 2312 and not in Big5, the latter in the first level of Big5
// and not in GB 2312.
//
//go:embed scripts.txt
var scriptTable string

// The Chinese characters of the table lie between these two.
const firstHan, lastHan = 0x4E00, 0x9FFF

// A script is what a character of the table is written in.
type script uint8

const (
	bothScripts script = iota
	simplifiedScript
	traditionalScript
)

// scriptOf has the script of each character from firstHan on.
var scriptOf = sync.OnceValue(func() *[lastHan - firstHan + 1]script {
	var scripts [lastHan - firstHan + 1]script
	for line := range strings.Lines(scriptTable) {
		pair := []rune(strings.TrimSpace(line))
		scripts[pair[0]-firstHan], scripts[pair[1]-firstHan] = simplifiedScript, traditionalScript
	}
	return &scripts
})

// everydayHan are the most frequent characters of running Chinese, in both
// scripts. They make up a third to a half of any text.
const everydayHan = "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過" +
	"发發后後作里裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想实實" +
	"日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并並物手应應战戰向头頭文体體政美相见見" +
	"被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比员員解水名真论論处處走义義各入几幾口" +
	"认認条條平系气氣题題活尔爾更别別打女变變四神总總何电電数數安少报報才结結反受目太量再感建务務做接必场場件计計管期市直德资資命山金指克许許统統区區" +
	"保至队隊形社便空决決治展马馬科司五基眼书書非则則听聽白却卻界达達光放强強即像难難且权權思王象完设設式色路记記南品住告类類求据據程北边邊死张張该該交" +
	"规規万萬取拉格望觉覺术術领領共确確传傳师師观觀清今切院让讓识識候带帶导導争爭运運请請假费費薪职職项項须須日每天休申办辦公司单單位填写寫" +
	"需用户戶客服务務收付款额額准準备備考核级級以下元周週工作部门門同仁主管加班出差报報销銷"

// commonHan is the set of everydayHan.
var commonHan = sync.OnceValue(func() map[rune]bool {
	set := make(map[rune]bool)
	for _, r := range everydayHan {
		set[r] = true
	}
	return set
})

// isCommonHan reports whether r is one of the most frequent Chinese characters.
func isCommonHan(r rune) bool { return commonHan()[r] }

// everydayEnglish are words that no page of English is without and that other
// languages of the Latin script hardly use.
var everydayEnglish = map[string]bool{
	"the": true, "of": true, "and": true, "to": true, "is": true, "for": true, "that": true, "with": true,
	"are": true, "be": true, "by": true, "or": true, "from": true, "you": true, "your": true, "we": true,
	"it": true, "this": true, "not": true, "on": true, "as": true, "at": true, "our": true, "can": true,
	"will": true, "have": true, "if": true, "a": true, "an": true, "in": true,
}

// addresses are of no language, and outweigh what a short mail says.
var addresses = regexp.MustCompile(`[\w.+-]+@[\w.-]+|https?://[^\s)>]+`)

// languageOf returns the language of text, and other where text is too short
// or too mixed to tell.
func languageOf(text, other string) string {
	if len(text) < 2000 { // in a longer one they do not count
		text = addresses.ReplaceAllString(text, "")
	}
	han, foreign, latin := 0, 0, 0
	var scripts [traditionalScript + 1]int
	written := scriptOf()
	for _, r := range text {
		switch {
		case r <= unicode.MaxASCII:
			if r |= 0x20; 'a' <= r && r <= 'z' {
				latin++
			}
		case firstHan <= r && r <= lastHan:
			han++
			scripts[written[r-firstHan]]++
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r) && !unicode.Is(unicode.Common, r):
			foreign++
		}
	}
	switch {
	case foreign*5 > han+latin/3: // kana, Hangul, Cyrillic, …
		return ""
	case han*3 <= latin: // a Chinese character says about as much as three letters
		return latinLanguage(text, other)
	case scripts[simplifiedScript] > scripts[traditionalScript]:
		return simplified
	case scripts[traditionalScript] > scripts[simplifiedScript]:
		return traditional
	}
	return other
}

// latinLanguage returns "en" for English, "" for another language, and other
// for less than a sentence.
func latinLanguage(text, other string) string {
	const sentence = 8 // words
	words, known, accented := 0, 0, 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		words++
		if everydayEnglish[word] {
			known++
		}
		if strings.ContainsFunc(word, func(r rune) bool { return r >= 0x80 && unicode.Is(unicode.Latin, r) }) {
			accented++
		}
	}
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
