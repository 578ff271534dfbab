package web

import (
	"fmt"

	"golang.org/x/text/language"
)

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

// phrases are the texts of the pages and of the marks in answers, by the names
// that the templates use. The widget has its own.
var phrases = map[string]phrase{
	"no source":  {"no source", "无来源", "無來源"},
	"unverified": {"not in the sources: ", "来源中没有：", "來源中沒有："},
	"sources":    {"Sources", "来源", "來源"},
	"sign in":    {"Sign in", "登录", "登入"},
	"who":        {"Who is asking?", "请选择您的身份", "請選擇您的身分"},
	"with":       {"Sign in with", "登录方式：", "登入方式："},
	"name":       {"Name or e-mail address", "用户名或邮箱", "使用者名稱或電子郵件"},
	"password":   {"Password", "密码", "密碼"},
	"demo": {
		"A demonstration on this computer. Choose a person: answers come only from what that person may read.",
		"本演示在这台电脑上运行。请选择一位员工，回答只来自该员工有权阅读的文档。",
		"本示範在這台電腦上執行。請選擇一位員工，回答只來自該員工有權閱讀的文件。",
	},
	"hidden": {
		"This answer is left out: it rests on a document that you cannot read any more.",
		"此回答未列出：它依据的文档您已无权阅读。", "此回答未列出：它依據的文件您已無權閱讀。",
	},
	"still written": {"This answer is still being written.", "此回答仍在生成中。", "此回答仍在產生中。"},
	"branch":        {"Asked anew, following %d.", "重新提问，接在第 %d 条之后。", "重新提問，接在第 %d 則之後。"},
	"branch at top": {"Asked anew, from the beginning.", "重新提问，从头开始。", "重新提問，從頭開始。"},
	"sign out":      {"Sign out", "退出登录", "登出"},
	"ask":           {"Ask", "提问", "提問"},
	"no script":     {"The chat needs JavaScript.", "聊天功能需要启用 JavaScript。", "聊天功能需要啟用 JavaScript。"},
	"updated":       {"Updated", "更新于", "更新於"},
	"read by":       {"You may read this as", "您的阅读权限来自", "您的閱讀權限來自"},
	"passage":       {"To the marked passage", "跳到标出的段落", "跳到標出的段落"},
	"back":          {"Back to the chat", "返回聊天", "返回聊天"},
	"language":      {"Language", "语言", "語言"},
	"en":            {"English", "英文", "英文"},
	"zh-Hans":       {"Simplified Chinese", "简体中文", "簡體中文"},
	"zh-Hant":       {"Traditional Chinese", "繁体中文", "繁體中文"},
}

// say returns a phrase of the pages in one of the languages. A name without a
// phrase is an error, which a test of the templates finds.
func say(language, name string) (string, error) {
	p, ok := phrases[name]
	if !ok {
		return "", fmt.Errorf("no phrase %q", name)
	}
	return p.in(language), nil
}
