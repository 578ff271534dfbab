package retrieval

// offTopic are questions that no company's documents answer, by script. How
// near the nearest passage comes to them is the zero of the evidence gate.
// They are plain and far apart from each other on purpose.
var offTopic = map[script][]string{
	latin: {
		"How long should I boil a soft egg?",
		"What is the capital of Mongolia?",
		"Who scored in the last football world cup final?",
		"Why do volcanoes erupt?",
		"How do I tune a guitar by ear?",
		"Which planets have rings?",
		"What do hedgehogs eat in winter?",
		"How is blue cheese made?",
		"When did the Roman Empire fall?",
		"How do you prune a rose bush?",
		"What is the plot of Hamlet?",
		"How deep is the Mariana Trench?",
		"How do I get a kite to fly?",
		"Why is the sky red at sunset?",
		"Which chess opening suits a beginner?",
		"How do bees find their way home?",
		"What is the tallest waterfall on earth?",
		"How do I knit a scarf?",
		"Who painted the Mona Lisa?",
		"How do dinosaurs become fossils?",
	},
	han: {
		"溏心蛋要煮几分钟？",
		"蒙古国的首都是哪里？",
		"上一届世界杯决赛谁进了球？",
		"火山为什么会喷发？",
		"吉他怎么调音？",
		"哪些行星有光环？",
		"刺猬冬天吃什么？",
		"蓝纹奶酪是怎么做出来的？",
		"罗马帝国是什么时候灭亡的？",
		"月季花怎么修剪？",
		"《哈姆雷特》讲了什么故事？",
		"马里亚纳海沟有多深？",
		"风筝怎样才能放起来？",
		"日落时天空为什么是红色的？",
		"新手下象棋用什么开局好？",
		"蜜蜂怎么找到回家的路？",
		"世界上最高的瀑布在哪里？",
		"围巾怎么织？",
		"《蒙娜丽莎》是谁画的？",
		"恐龙是怎么变成化石的？",
	},
}

// A script is the writing of a text, as far as the gate tells them apart.
type script bool

const (
	latin script = false // and every other alphabet
	han   script = true
)

// scriptOf returns the writing that most of text's words are in. A Chinese
// character carries about what four letters do, so that a Chinese question
// about a VPN is Chinese.
func scriptOf(text string) script {
	characters, letters := 0, 0
	for _, r := range text {
		switch {
		case isIdeograph(r):
			characters++
		case isAlphanumeric(r):
			letters++
		}
	}
	return script(characters > 0 && 4*characters >= letters)
}
