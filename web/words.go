package web

import "golang.org/x/text/language"

// The languages that people read Bureau in.
const (
	english     = "en"
	simplified  = "zh-Hans"
	traditional = "zh-Hant"
)

// spoken chooses among the languages; the first is for everybody else.
var spoken = language.NewMatcher([]language.Tag{
	language.English, language.SimplifiedChinese, language.TraditionalChinese,
})

// speak returns the first of the wishes that is one of the languages, each a
// tag or the value of an Accept-Language header, or English.
func speak(wishes ...string) string {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := spoken.Match(tags...); confidence >= language.Low {
			return [...]string{english, simplified, traditional}[i]
		}
	}
	return english
}

// A phrase is a text in the three languages.
type phrase struct{ en, hans, hant string }

// in returns the phrase in one of the languages.
func (p phrase) in(language string) string {
	switch language {
	case simplified:
		return p.hans
	case traditional:
		return p.hant
	}
	return p.en
}

// A word names a phrase of the pages.
type word int

// The phrases of the pages and of the answers' marks. The widget has its own.
const (
	wordNoSource word = iota
	wordUnverified
	wordSources
	wordSignIn
	wordSignInAs
	wordSignInNote
	wordSignOut
	wordSkip
	wordAnswers
	wordNoScript
	wordUpdated
	wordReadBy
	wordPassage
	wordBack
	wordChat
	wordCount // how many there are
)

// phrases are the texts of the words.
var phrases = [wordCount]phrase{
	wordNoSource:   {"no source", "无来源", "無來源"},
	wordUnverified: {"not in the sources:", "来源中没有：", "來源中沒有："},
	wordSources:    {"Sources", "来源", "來源"},
	wordSignIn:     {"Sign in", "登录", "登入"},
	wordSignInAs:   {"Who is asking?", "请选择您的身份", "請選擇您的身分"},
	wordSignInNote: {
		"This is a demonstration on this computer. Choose a person; answers come only from what that person may read.",
		"这是在本机运行的演示。请选择一个人，回答只会来自此人可以阅读的文档。",
		"這是在本機執行的示範。請選擇一個人，回答只會來自此人可以閱讀的文件。",
	},
	wordSignOut:  {"Sign out", "退出登录", "登出"},
	wordSkip:     {"Skip to the question", "跳到提问框", "跳到提問框"},
	wordAnswers:  {"Answers from what you may read", "只根据您可以阅读的文档回答", "只根據您可以閱讀的文件回答"},
	wordNoScript: {"The chat needs JavaScript.", "聊天功能需要启用 JavaScript。", "聊天功能需要啟用 JavaScript。"},
	wordUpdated:  {"Updated", "更新于", "更新於"},
	wordReadBy:   {"You read this through", "您的阅读权限来自", "您的閱讀權限來自"},
	wordPassage:  {"The passage from your answer is marked.", "回答所引用的段落已标出。", "回答所引用的段落已標出。"},
	wordBack:     {"Back to the chat", "返回聊天", "返回聊天"},
	wordChat:     {"Ask", "提问", "提問"},
}

// say returns a phrase of the pages in one of the languages.
func say(language string, w word) string { return phrases[w].in(language) }
