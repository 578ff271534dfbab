package leaktest

import (
	"math/rand/v2"
	"strings"
)

// A Part is where in a document a canary stands.
type Part string

// The parts. Text and Table answer a question; the others must not be told
// either.
const (
	Text    Part = "text"
	Table   Part = "table"
	Title   Part = "title"
	Heading Part = "heading"
	File    Part = "file name"
)

// parts are all there are.
var parts = []Part{Text, Table, Title, Heading, File}

// canary returns a word that stands nowhere else: letters alone, so that no
// rendering, quoting or folding changes it, and pronounceable, so that no
// tokenizer takes it apart into nothing.
func canary(random *rand.Rand, part Part) string {
	if part == Table {
		return digits(random)
	}
	var b strings.Builder
	for range 6 {
		b.WriteByte("bdfgklmnprstvz"[random.IntN(14)])
		b.WriteByte("aeiou"[random.IntN(5)])
	}
	return b.String()
}

// digits is a number that no identifier holds by chance.
func digits(random *rand.Rand) string {
	b := []byte{"123456789"[random.IntN(9)]}
	for range 12 {
		b = append(b, "0123456789"[random.IntN(10)])
	}
	return string(b)
}

// A subject is what one document is about, in the languages that are asked in.
type subject struct{ en, hans, hant string }

// things are what documents are about. Each has words of its own in every
// language, so that a search by words alone can tell them apart.
var things = []subject{
	{"lighthouse", "灯塔", "燈塔"}, {"orchard", "果园", "果園"}, {"windmill", "风车", "風車"}, {"harbour", "港口", "港口"},
	{"monastery", "寺院", "寺院"}, {"volcano", "火山", "火山"}, {"glacier", "冰川", "冰川"}, {"carousel", "木马", "木馬"},
	{"telescope", "望远镜", "望遠鏡"}, {"submarine", "潜艇", "潛艇"}, {"beehive", "蜂箱", "蜂箱"}, {"vineyard", "葡萄园", "葡萄園"},
	{"observatory", "天文台", "天文臺"}, {"waterfall", "瀑布", "瀑布"}, {"quarry", "采石场", "採石場"}, {"greenhouse", "温室", "溫室"},
	{"aqueduct", "渡槽", "渡槽"}, {"labyrinth", "迷宫", "迷宮"}, {"drawbridge", "吊桥", "吊橋"}, {"planetarium", "星象馆", "星象館"},
	{"sawmill", "锯木厂", "鋸木廠"}, {"lagoon", "泻湖", "潟湖"}, {"pagoda", "宝塔", "寶塔"}, {"tannery", "制革厂", "製革廠"},
	{"foundry", "铸造厂", "鑄造廠"}, {"aviary", "鸟舍", "鳥舍"}, {"bakery", "面包房", "麵包房"}, {"catacomb", "墓窟", "墓窟"},
	{"dovecote", "鸽房", "鴿房"}, {"fountain", "喷泉", "噴泉"}, {"gondola", "缆车", "纜車"}, {"icebreaker", "破冰船", "破冰船"},
}

// places make as many subjects of each thing.
var places = []subject{{"cabinet", "柜", "櫃"}, {"vault", "金库", "金庫"}, {"ledger", "账册", "帳冊"}, {"workshop", "工坊", "工坊"}}

// subjectOf returns the n-th subject. There are more than documents are planted.
func subjectOf(n int) subject {
	thing, place := things[n%len(things)], places[n/len(things)%len(places)]
	return subject{thing.en + " " + place.en, thing.hans + place.hans, thing.hant + place.hant}
}
