package chat

// texts are the product's own words in an answer, in one language.
type texts struct {
	// refused opens a refusal.
	refused string
	// refusedNearest is added to it where there are titles to show.
	refusedNearest string
	// refusedAsk is added to it where there is somebody to ask.
	refusedAsk string
	// quotesOnly heads the quotes of a deployment without a model.
	quotesOnly string
	// quotesInstead heads the quotes that stand in for a model that is down.
	quotesInstead string
	// quotesBelow heads the quotes under an answer in which the model found
	// nothing.
	quotesBelow string
	// notInSources is what the model is told to write where the passages do
	// not answer.
	notInSources string
}

// words are the texts by language.
var words = map[string]texts{
	English: {
		refused:        "I found no answer to this in the documents you can read.",
		refusedNearest: "These come closest.",
		refusedAsk:     "You could ask the department itself.",
		quotesOnly:     "These passages come closest to your question, word for word:",
		quotesInstead:  "The language model is not available right now. These passages come closest to your question, word for word:",
		quotesBelow:    "These passages come closest, word for word:",
		notInSources:   "The documents do not say.",
	},
	Simplified: {
		refused:        "在您可以查阅的文档中，没有找到这个问题的答案。",
		refusedNearest: "以下文档与问题最接近。",
		refusedAsk:     "您也可以直接咨询相关部门。",
		quotesOnly:     "以下是与您的问题最相关的原文：",
		quotesInstead:  "语言模型暂时不可用。以下是与您的问题最相关的原文：",
		quotesBelow:    "以下原文最为接近：",
		notInSources:   "文档中没有说明。",
	},
	Traditional: {
		refused:        "在您可以查閱的文件中，沒有找到這個問題的答案。",
		refusedNearest: "以下文件與問題最接近。",
		refusedAsk:     "您也可以直接洽詢相關部門。",
		quotesOnly:     "以下是與您的問題最相關的原文：",
		quotesInstead:  "語言模型暫時無法使用。以下是與您的問題最相關的原文：",
		quotesBelow:    "以下原文最為接近：",
		notInSources:   "文件中沒有說明。",
	},
}

// join appends a sentence to text as its language does.
func join(language, text, sentence string) string {
	if language == English {
		return text + " " + sentence
	}
	return text + sentence
}
