package ingest

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
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

// The writings that characters belong to.
const (
	noWriting uint8 = iota // digits, marks
	latinWriting
	chineseWriting // both kinds of Chinese
	simplifiedWriting
	traditionalWriting
	foreignWriting // any other: kana, Hangul, Cyrillic, …
	writings       // how many there are
)

// writingOf has the writing of each character.
var writingOf = sync.OnceValue(func() *characterTable {
	var t characterTable
	t.set(unicode.Letter, foreignWriting)
	t.set(unicode.Common, noWriting)
	t.set(unicode.Latin, latinWriting)
	t.set(unicode.Han, chineseWriting)
	t.setRange(firstHan, lastHan, chineseWriting)
	for line := range strings.Lines(scriptTable) {
		pair := []rune(strings.TrimSpace(line))
		t[pair[0]], t[pair[1]] = simplifiedWriting, traditionalWriting
	}
	return &t
})

// writingOfRare returns the writing of a character that is not in the table.
func writingOfRare(r rune) uint8 {
	switch {
	case unicode.Is(unicode.Han, r):
		return chineseWriting
	case unicode.Is(unicode.Latin, r):
		return latinWriting
	case unicode.IsLetter(r) && !unicode.Is(unicode.Common, r):
		return foreignWriting
	}
	return noWriting
}

// countWritings returns how many characters of text each writing has.
func countWritings(text string) (n [writings]int) {
	of := writingOf()
	for _, r := range text {
		if int(r) < len(of) {
			n[of[r]]++
		} else {
			n[writingOfRare(r)]++
		}
	}
	return n
}

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
