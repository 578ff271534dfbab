package retrieval

import "strings"

// stopWords are English words that say nothing about what a text is about.
// They are dropped from passages and questions alike, as they stand after
// folding and without apostrophes.
var stopWords = set(`a about after all am an and any are as at be because been before being both but by can
could did do does doing dont for from get had has have having he her here his how i if in into is it its
just me more most my no not of on only or other our out over she should so some such than that the their
them then there these they this those through to too up us very was we were what when where which while
who whom why will with would you your`)

// questionWords are the Chinese words that make a sentence a question and the
// commonest particles, as they stand after folding, longer ones first.
const questionWords = `可不可以 什么时候 请问一下 有没有 能不能 是不是 会不会 要不要 为什么 什么样 怎么样 怎么办 多长时间
多少钱 请问 什么 怎么 怎样 如何 哪些 哪个 哪里 哪儿 哪种 哪位 哪一 多少 多久 几个 是否 可以 可否 能否 我们
谁 吗 呢 吧 的 了 是 在 和 与 或 被`

// questionFrame replaces questionWords by a space.
var questionFrame = spaces(questionWords)

func set(words string) map[string]bool {
	members := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		members[w] = true
	}
	return members
}

func spaces(words string) *strings.Replacer {
	var pairs []string
	for _, w := range strings.Fields(words) {
		pairs = append(pairs, w, " ")
	}
	return strings.NewReplacer(pairs...)
}
