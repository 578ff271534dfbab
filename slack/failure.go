package slack

import (
	"context"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

// Why a question is not answered.
var (
	errUnknown     = errors.New("the account is nobody's that the configuration knows")
	errGuest       = errors.New("the account is a guest's")
	errOutside     = errors.New("the account is of another company")
	errBot         = errors.New("the account is a bot's")
	errBotAgain    = fmt.Errorf("%w, which was told so", errBot)
	errLeft        = errors.New("the account is deactivated")
	errStranger    = errors.New("somebody in the channel may read nothing")
	errShared      = errors.New("the channel is shared with another company")
	errTooMany     = errors.New("the channel has more members than can be looked at")
	errAbsent      = errors.New("the bot is not in the channel")
	errUnsettled   = errors.New("the members of the channel changed while they were read")
	errTooSlow     = errors.New("the answer took too long")
	errShutdown    = errors.New("bureau is stopping")
	errForgotten   = errors.New("the answer is not kept any more")
	errUnfinished  = errors.New("the answer ended without being done")
	errUndelivered = errors.New("slack did not take the answer")
	errPanic       = errors.New("answering panicked")
	errCrowded     = errors.New("too many questions wait in this thread")
)

// A failure is how an error looks to the asker.
type failure struct {
	err     error
	refused bool // the question was refused, and not failed
	private bool // the asker alone is told
	words   phrase
}

// failures is the one table of the front door. The first whose error matches
// counts.
var failures = []failure{
	{errUnknown, true, true, phrase{
		"I do not know your account, so I cannot tell what you may read. Please ask whoever looks after Bureau in your company to add you.",
		"我无法识别您的账号，因此不知道您可以阅读哪些文档。请联系公司的管理员添加您。",
		"我無法識別您的帳號，因此不知道您可以閱讀哪些文件。請聯絡公司的管理員新增您。"}},
	{errGuest, true, true, phrase{
		"I answer members of the company only, and your account is a guest's.", "我只回答公司成员的问题，您的账号是访客账号。", "我只回答公司成員的問題，您的帳號是訪客帳號。"}},
	{errOutside, true, true, phrase{
		"I answer members of the company only, and your account is of another one.", "我只回答本公司成员的问题，您的账号属于其他公司。", "我只回答本公司成員的問題，您的帳號屬於其他公司。"}},
	{errBot, true, false, phrase{"I do not answer other bots.", "我不回答其他机器人的问题。", "我不回答其他機器人的問題。"}},
	{errLeft, true, true, phrase{"This account is deactivated.", "此账号已停用。", "此帳號已停用。"}},
	{errStranger, true, false, phrase{
		"I cannot answer here: not everyone in this channel may read the company's documents. Please ask me in a direct message.",
		"我无法在此回答：本频道中并非所有成员都可阅读公司文档。请私信向我提问。",
		"我無法在此回答：本頻道中並非所有成員都可閱讀公司文件。請私訊向我提問。"}},
	{errShared, true, false, phrase{
		"I cannot answer here: this channel is shared with another company. Please ask me in a direct message.",
		"我无法在此回答：本频道与其他公司共享。请私信向我提问。", "我無法在此回答：本頻道與其他公司共用。請私訊向我提問。"}},
	{errTooMany, true, false, phrase{
		"I cannot answer here: this channel has too many members. Please ask me in a direct message.",
		"我无法在此回答：本频道成员过多。请私信向我提问。", "我無法在此回答：本頻道成員過多。請私訊向我提問。"}},
	{errAbsent, true, true, phrase{
		"I am not in this channel, so I cannot tell who reads it. Please invite me first.", "我不在本频道中，无法确认谁会阅读。请先邀请我加入。", "我不在本頻道中，無法確認誰會閱讀。請先邀請我加入。"}},
	{chat.ErrNoAnswer, true, true, forgotten},
	{access.ErrUnknownPerson, true, true, nothingToRead},
	{access.ErrNotInEffect, true, true, nothingToRead},
	{access.ErrNoAudience, true, true, nothingToRead},
	{retrieval.ErrNoScope, true, true, nothingToRead},
	{chat.ErrEmptyQuestion, true, false, phrase{"Please write a question with it.", "请写下您的问题。", "請寫下您的問題。"}},
	{chat.ErrQuestionTooLong, true, false, phrase{"This question is too long. Please shorten it.", "问题太长，请缩短后再试。", "問題太長，請縮短後再試。"}},
	{chat.ErrTooManyQuestions, true, false, busy},
	{errCrowded, true, false, busy},
	{errForgotten, true, true, forgotten},
	{chat.ErrRevoked, false, false, phrase{
		"Who reads this has changed while I was writing, so I took the answer back. Please ask again.",
		"回答过程中阅读者的权限有变化，因此我撤回了此回答。请重新提问。", "回答過程中閱讀者的權限有變化，因此我撤回了此回答。請重新提問。"}},
	{errUnsettled, false, false, phrase{
		"The members of this channel are changing right now. Please ask again in a moment.", "本频道成员正在变动，请稍后重新提问。", "本頻道成員正在變動，請稍後重新提問。"}},
	{errTooSlow, false, false, phrase{"This took too long. Please try again.", "处理时间过长，请重试。", "處理時間過長，請重試。"}},
	{context.DeadlineExceeded, false, false, phrase{"This took too long. Please try again.", "处理时间过长，请重试。", "處理時間過長，請重試。"}},
	{errShutdown, false, false, restarting},
	{chat.ErrInterrupted, false, false, restarting},
	{chat.ErrClosed, false, false, restarting},
	{retrieval.ErrUnavailable, false, false, phrase{
		"The search is not available at the moment. Please try again in a while.", "检索暂时不可用，请稍后再试。", "檢索暫時無法使用，請稍後再試。"}},
	{chat.ErrUnaudited, false, false, phrase{
		"Your company keeps a record of every answer, and it cannot be written at the moment. Please try again in a while, or tell whoever looks after Bureau.",
		"公司要求记录每次回答，但目前无法写入记录。请稍后再试，或告知公司的管理员。",
		"公司要求記錄每次回答，但目前無法寫入紀錄。請稍後再試，或告知公司的管理員。"}},
	{chat.ErrAnswerCut, false, false, phrase{
		"The answer broke off before its end. Please ask again.", "回答中途中断，请重新提问。", "回答中途中斷，請重新提問。"}},
}

// Words that more than one failure has.
var (
	nothingToRead = phrase{
		"There is nothing you may read here. Please ask whoever looks after Bureau in your company.",
		"这里没有您可以阅读的内容，请联系公司的管理员。", "這裡沒有您可以閱讀的內容，請聯絡公司的管理員。"}
	forgotten = phrase{
		"I no longer have this answer, or it is not yours. Please ask again.", "此回答已不存在，或不属于您。请重新提问。", "此回答已不存在，或不屬於您。請重新提問。"}
	restarting = phrase{
		"Bureau is being restarted. Please ask again in a moment.", "系统正在重启，请稍后重新提问。", "系統正在重新啟動，請稍後重新提問。"}
	busy = phrase{
		"You already have questions waiting. Please ask again when one is answered.",
		"您还有问题在等待回答，请稍后再提问。", "您還有問題在等待回答，請稍後再提問。"}
)

// A reasonError is why the desk ended an answer without its being done.
type reasonError struct{ reason chat.Reason }

func (e reasonError) Error() string { return "the answer ended: " + string(e.reason) }

// Unwrap returns the error that stands for the reason. A fault of ours has none:
// the desk has written it in the log.
func (e reasonError) Unwrap() error { return reasons[e.reason] }

var reasons = map[chat.Reason]error{
	chat.Revoked: chat.ErrRevoked, chat.NoAccess: retrieval.ErrNoScope, chat.Interrupted: chat.ErrInterrupted,
	chat.Busy: chat.ErrTooManyQuestions, chat.BrokenOff: chat.ErrAnswerCut, chat.TooSlow: context.DeadlineExceeded,
	chat.SearchAway: retrieval.ErrUnavailable, chat.Unaudited: chat.ErrUnaudited,
}

// ours is the failure of every error that the table does not have. Its text
// stays in the log.
var ours = failure{words: phrase{
	"Something went wrong on our side. Please try again.", "系统出了点问题，请重试。", "系統出了點問題，請重試。"}}

// explain returns the failure for err, and whether the table has it.
func explain(err error) (failure, bool) {
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f, true
		}
	}
	return ours, false
}
