package retrieval

import "strings"

// stopWords are English words that say nothing about what a text is about.
// They are dropped from passages and questions alike, as they stand after
// folding and without apostrophes.
var stopWords = set(`a am an and any are as at be because been but by can cant could couldnt did didnt do does doesnt doing dont
for from had has have he her here hes his how i im in is isnt it its ive lets me my of on or please she
shes should so some such tell than that thats the their them then there these they theyre this those to us was
wasnt we were weve what whats when where which who whom why will with wont would wouldnt you your youre youve`)

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
