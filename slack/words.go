package slack

import "bureau/chat"

// A phrase is a text in the three languages.
type phrase struct{ en, hans, hant string }

// say returns a phrase in a language, in English where that is none of ours.
func say(language string, p phrase) string {
	switch language {
	case chat.Simplified:
		return p.hans
	case chat.Traditional:
		return p.hant
	}
	return p.en
}

// The bot's own words.
var (
	searching     = phrase{"is searching the documents…", "正在检索文档…", "正在檢索文件…"}
	reading       = phrase{"is reading the passages…", "正在阅读相关段落…", "正在閱讀相關段落…"}
	inLine        = phrase{"is in line: %d before you…", "正在排队，前面还有 %d 个问题…", "正在排隊，前面還有 %d 個問題…"}
	oneMomentHere = phrase{"One moment…", "请稍候…", "請稍候…"}
	oneMoment     = phrase{"One moment, I am searching what you may read. Only you see this.",
		"请稍候，正在您有权阅读的文档中检索。此消息仅您可见。", "請稍候，正在您有權閱讀的文件中檢索。此訊息僅您可見。"}
	noSource   = phrase{"no source", "无来源", "無來源"}
	unverified = phrase{"not in the sources: ", "来源中没有：", "來源中沒有："}
	sources    = phrase{"Sources", "来源", "來源"}
	nearest    = phrase{"Closest", "最接近的文档", "最接近的文件"}
	contacts   = phrase{"You could ask", "可以咨询", "可以洽詢"}
	cut        = phrase{"The answer was cut short by its length limit.", "回答因长度限制被截断。", "回答因長度限制被截斷。"}
	partial    = phrase{"A part of the search was not available; the answer may be incomplete.",
		"部分检索功能暂不可用，回答可能不完整。", "部分檢索功能暫不可用，回答可能不完整。"}
	forChannel = phrase{"Answered from what everyone in this channel may read.", "此回答仅依据本频道所有成员都可阅读的文档。", "此回答僅依據本頻道所有成員都可閱讀的文件。"}
	readMore   = phrase{"You may read more than this channel does. Only you see this.", "您可阅读的文档多于本频道。此消息仅您可见。", "您可閱讀的文件多於本頻道。此訊息僅您可見。"}
	privately  = phrase{"Answer me privately", "私下回答我", "私下回答我"}
	onlyYou    = phrase{"Only you see this answer.", "此回答仅您可见。", "此回答僅您可見。"}
	publish    = phrase{"Publish to the channel", "发布到频道", "發布到頻道"}
	asked      = phrase{"asked", "提问", "提問"}
	removed    = phrase{
		"Not everyone in this channel may read these sources, so the published answer was made anew without them: ",
		"以下来源并非本频道所有成员都可阅读，因此发布的回答未使用它们，已重新生成：",
		"以下來源並非本頻道所有成員都可閱讀，因此發布的回答未使用它們，已重新產生："}
	helpful  = phrase{"Helpful", "有帮助", "有幫助"}
	wrong    = phrase{"Not helpful", "没有帮助", "沒有幫助"}
	thanks   = phrase{"Thank you for your feedback.", "感谢您的反馈。", "感謝您的回饋。"}
	prompts  = phrase{"You could ask, for example", "您可以这样问", "您可以這樣問"}
	whatToDo = phrase{
		"Write to me here, or mention me in a channel. In a channel I answer from what everyone in it may read; with `/ask` only you see the answer.",
		"您可以在这里直接提问，也可以在频道中提及我。在频道中，我只依据所有成员都可阅读的文档回答；使用 `/ask` 提问时，回答仅您可见。",
		"您可以在這裡直接提問，也可以在頻道中提及我。在頻道中，我只依據所有成員都可閱讀的文件回答；使用 `/ask` 提問時，回答僅您可見。"}
	youRead   = phrase{"You read the documents of", "您可以阅读以下部门的文档", "您可以閱讀以下部門的文件"}
	recently  = phrase{"Recently asked", "最近的提问", "最近的提問"}
	inBrowser = phrase{"Continue in the browser", "在浏览器中继续", "在瀏覽器中繼續"}
)
