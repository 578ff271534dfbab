package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/websocket"

	"bureau/chat"
	"bureau/chat/history"
	"bureau/identity"
	"bureau/retrieval"
	"bureau/store"
)

// What can be wrong with a request or a frame, and why an answer ends early.
var (
	errBadFrame    = errors.New("not a frame of the protocol")
	errUnknownType = errors.New("unknown type of frame")
	errHelloFirst  = errors.New("the first frame is not hello")
	errHelloTwice  = errors.New("a second hello")
	errVersion     = errors.New("another version of the protocol")
	errEmpty       = errors.New("an empty question")
	errTooLong     = errors.New("a question over the limit")
	errNarrow      = errors.New("narrowed to nothing the person reads")
	errTooMany     = errors.New("too many answers are followed at once")
	errPanic       = errors.New("taking a frame panicked")
	errCrowded     = errors.New("too many sockets of one person")
	errTooSoon     = errors.New("too many frames at once")
	errBinary      = errors.New("a frame that is not text")
	errSignedOut   = errors.New("signed out")
	errShutdown    = errors.New("the server is shutting down")
	errBadHost     = errors.New("a host name that is not of this machine")
	errOtherHost   = errors.New("a host name that is not the configured one")
	errNoSignIn    = errors.New("no way to sign in is set up")
	errOrigin      = errors.New("a socket from another site")
	errNoPage      = errors.New("no such page")
	errNotMadeFor  = errors.New("a token that is not made for this")
	errMediaType   = errors.New("a body that is not JSON")
	errTooOften    = errors.New("over a limit")
	errTooLarge    = errors.New("a body over the limit")
	errTooSlow     = errors.New("a body that does not come")
	errNoRole      = errors.New("for a role that the caller does not have")
)

// Close codes of our own. Those from 4500 on say that coming back by itself
// does not help; after all others a client reconnects.
const (
	closeSignedOut = 4501 // sign in again
	closeVersion   = 4502 // load the page again
	closeNoAccess  = 4503 // ask for rights
)

// A failure is how an error looks to people and to clients.
type failure struct {
	err    error
	code   string // of the failed frame
	status int    // of the page
	close  int    // of the socket, when the error ends it
	retry  bool   // whether the same thing again may succeed
	words  phrase
}

// failures is the one table of the front door. The first whose error matches
// counts.
var failures = []failure{
	{errSignedOut, "signed_out", http.StatusUnauthorized, closeSignedOut, false, phrase{
		"You are signed out. Please sign in again.", "您已退出登录，请重新登录。", "您已登出，請重新登入。"}},
	{identity.ErrWrongPassword, "wrong_password", http.StatusUnauthorized, closeSignedOut, false, phrase{
		"That name and password do not belong together.", "用户名或密码不正确。", "使用者名稱或密碼不正確。"}},
	{identity.ErrTooManyTries, "too_many_tries", http.StatusTooManyRequests, closeSignedOut, true, phrase{
		"There were too many tries. Please wait a minute.", "尝试次数过多，请稍等一分钟。", "嘗試次數過多，請稍等一分鐘。"}},
	{identity.ErrDisabled, "disabled", http.StatusForbidden, closeSignedOut, false, accessEnded},
	{identity.ErrInactive, "disabled", http.StatusForbidden, closeSignedOut, false, accessEnded},
	{identity.ErrNotListed, "not_listed", http.StatusForbidden, closeNoAccess, false, phrase{
		"Your company's directory does not list you for Bureau. Please ask whoever looks after Bureau in your company.",
		"公司的目录没有将您列为 Bureau 的用户，请联系公司的管理员。", "公司的目錄沒有將您列為 Bureau 的使用者，請聯絡公司的管理員。"}},
	{identity.ErrTooManyGroups, "too_many_groups", http.StatusForbidden, closeNoAccess, false, phrase{
		"Your company's sign-in left out your groups because there are too many. Whoever looks after Bureau can have it send only the groups that Bureau needs.",
		"您所属的组过多，公司的登录系统没有提供这些组。管理员可以设置为只发送 Bureau 需要的组。",
		"您所屬的群組過多，公司的登入系統沒有提供這些群組。管理員可以設定為只傳送 Bureau 需要的群組。"}},
	{identity.ErrAway, "sign_in_away", http.StatusServiceUnavailable, websocket.CloseTryAgainLater, true, phrase{
		"Your company's sign-in does not answer at the moment. Please try again in a while.",
		"公司的登录系统暂时没有响应，请稍后再试。", "公司的登入系統暫時沒有回應，請稍後再試。"}},
	{identity.ErrUnproved, "sign_in_failed", http.StatusBadRequest, closeSignedOut, true, phrase{
		"The sign-in was not completed. Please try again.", "登录没有完成，请重试。", "登入沒有完成，請重試。"}},
	{errNotMadeFor, "not_made_for", http.StatusForbidden, closeNoAccess, false, phrase{
		"This token is not made for that.", "此令牌不能用于该操作。", "此權杖不能用於該操作。"}},
	{chat.ErrRevoked, "revoked", http.StatusForbidden, closeSignedOut, true, phrase{
		"What you may read has changed, so this answer was ended. Please ask again.",
		"您的阅读权限有变化，此回答已中止。请重新提问。", "您的閱讀權限有變化，此回答已中止。請重新提問。"}},
	{retrieval.ErrNoScope, "no_access", http.StatusNotFound, closeNoAccess, false, phrase{
		"There is nothing you may read here. Please ask whoever looks after Bureau in your company.",
		"这里没有您可以阅读的内容，请联系公司的管理员。", "這裡沒有您可以閱讀的內容，請聯絡公司的管理員。"}},
	{errNarrow, "no_access", http.StatusNotFound, websocket.ClosePolicyViolation, false, phrase{
		"You may not read any of the departments you chose.", "您选择的部门中没有您可以阅读的内容。", "您選擇的部門中沒有您可以閱讀的內容。"}},
	{retrieval.ErrNotFound, "not_found", http.StatusNotFound, websocket.ClosePolicyViolation, false, notFound},
	{errNoPage, "not_found", http.StatusNotFound, websocket.ClosePolicyViolation, false, notFound},
	{history.ErrNotFound, "not_found", http.StatusNotFound, websocket.ClosePolicyViolation, false, phrase{
		"There is no such conversation.", "没有这个对话。", "沒有這個對話。"}},
	{errVersion, "version", http.StatusBadRequest, closeVersion, false, phrase{
		"This page is out of date. Please load it again.", "此页面已过期，请重新加载。", "此頁面已過期，請重新載入。"}},
	{chat.ErrEmptyQuestion, "empty", http.StatusBadRequest, websocket.ClosePolicyViolation, false, noQuestion},
	{errEmpty, "empty", http.StatusBadRequest, websocket.ClosePolicyViolation, false, noQuestion},
	{chat.ErrQuestionTooLong, "too_long", http.StatusRequestEntityTooLarge, websocket.CloseMessageTooBig, false, longQuestion},
	{errTooLong, "too_long", http.StatusRequestEntityTooLarge, websocket.CloseMessageTooBig, false, longQuestion},
	{errTooOften, "too_often", http.StatusTooManyRequests, websocket.CloseTryAgainLater, true, phrase{
		"That was more than Bureau takes in a while. Please try again in a minute.", "操作过于频繁，请一分钟后再试。", "操作過於頻繁，請一分鐘後再試。"}},
	{errTooLarge, "too_large", http.StatusRequestEntityTooLarge, websocket.CloseMessageTooBig, false, phrase{
		"That is more than Bureau takes at once. Please shorten it.", "内容过大，请精简后再试。", "內容過大，請精簡後再試。"}},
	{errTooSlow, "too_slow", http.StatusRequestTimeout, websocket.CloseTryAgainLater, true, tooSlow},
	{errNoRole, "no_role", http.StatusForbidden, closeNoAccess, false, phrase{
		"This is for those who look after Bureau in your company.", "此功能仅供公司的管理人员使用。", "此功能僅供公司的管理人員使用。"}},
	{chat.ErrTooManyQuestions, "busy", http.StatusTooManyRequests, websocket.CloseTryAgainLater, true, busy},
	{errTooMany, "busy", http.StatusTooManyRequests, websocket.CloseTryAgainLater, true, busy},
	{errCrowded, "crowded", http.StatusTooManyRequests, websocket.CloseTryAgainLater, true, phrase{
		"You have Bureau open in too many places at once. Please close some of them.", "您同时打开的页面过多，请关闭其中一些。", "您同時開啟的頁面過多，請關閉其中一些。"}},
	{errTooSoon, "too_fast", http.StatusTooManyRequests, websocket.CloseTryAgainLater, true, phrase{
		"That was a little fast. Please wait a moment.", "操作太快了，请稍等片刻。", "操作太快了，請稍等片刻。"}},
	{chat.ErrNoAnswer, "no_answer", http.StatusNotFound, websocket.ClosePolicyViolation, false, phrase{
		"There is no such answer, or it has ended.", "没有这个回答，或者它已经结束。", "沒有這個回答，或者它已經結束。"}},
	{errBadFrame, "bad_frame", http.StatusBadRequest, websocket.CloseInvalidFramePayloadData, false, misunderstood},
	{errUnknownType, "unknown_type", http.StatusBadRequest, websocket.ClosePolicyViolation, false, misunderstood},
	{errHelloFirst, "hello_first", http.StatusBadRequest, websocket.ClosePolicyViolation, false, misunderstood},
	{errHelloTwice, "hello_twice", http.StatusBadRequest, websocket.ClosePolicyViolation, false, misunderstood},
	{errMediaType, "media_type", http.StatusUnsupportedMediaType, websocket.ClosePolicyViolation, false, misunderstood},
	{errBinary, "binary", http.StatusBadRequest, websocket.CloseUnsupportedData, false, misunderstood},
	{errOrigin, "origin", http.StatusForbidden, websocket.ClosePolicyViolation, false, phrase{
		"This page may not use the chat.", "此页面不能使用聊天。", "此頁面不能使用聊天。"}},
	{errBadHost, "host", http.StatusMisdirectedRequest, websocket.ClosePolicyViolation, false, phrase{
		"This demonstration answers only under the name localhost.", "此演示只能通过 localhost 访问。", "此示範只能透過 localhost 存取。"}},
	{errOtherHost, "host", http.StatusMisdirectedRequest, websocket.ClosePolicyViolation, false, phrase{
		"Bureau does not answer under this name. Please use the address that your company gave you.",
		"Bureau 不通过此地址提供服务，请使用公司提供的地址。", "Bureau 不透過此位址提供服務，請使用公司提供的位址。"}},
	{errNoSignIn, "no_sign_in", http.StatusForbidden, closeNoAccess, false, phrase{
		"Signing in is not set up here. Please ask whoever looks after Bureau in your company.",
		"这里还没有设置登录方式，请联系公司的管理员。", "這裡還沒有設定登入方式，請聯絡公司的管理員。"}},
	{errShutdown, "restarting", http.StatusServiceUnavailable, websocket.CloseGoingAway, true, restarting},
	{chat.ErrClosed, "restarting", http.StatusServiceUnavailable, websocket.CloseGoingAway, true, restarting},
	{chat.ErrInterrupted, "interrupted", http.StatusServiceUnavailable, websocket.CloseGoingAway, true, phrase{
		"Bureau was restarted while this answer was written. Please ask again.",
		"生成此回答时系统重启了，请重新提问。", "產生此回答時系統重新啟動了，請重新提問。"}},
	{store.ErrFull, "store_full", http.StatusInsufficientStorage, websocket.CloseTryAgainLater, true, phrase{
		"Bureau has no room left to write this down, so it was not done. Please tell whoever looks after Bureau, and try again when there is room.",
		"系统存储空间已满，无法保存，因此未能完成此操作。请通知公司的管理员，腾出空间后再试。", "系統儲存空間已滿，無法儲存，因此未能完成此操作。請通知公司的管理員，騰出空間後再試。"}},
	{store.ErrBusy, "store_busy", http.StatusServiceUnavailable, websocket.CloseTryAgainLater, true, phrase{
		"Bureau could not write this down at the moment, so it was not done. Please try again in a while.",
		"系统暂时无法保存，因此未能完成此操作，请稍后再试。", "系統暫時無法儲存，因此未能完成此操作，請稍後再試。"}},
	{retrieval.ErrUnavailable, "search_away", http.StatusServiceUnavailable, websocket.CloseTryAgainLater, true, phrase{
		"The search is not available at the moment. Please try again in a while.", "检索暂时不可用，请稍后再试。", "檢索暫時無法使用，請稍後再試。"}},
	{chat.ErrUnaudited, "unaudited", http.StatusServiceUnavailable, websocket.CloseTryAgainLater, true, phrase{
		"Your company keeps a record of every answer, and it cannot be written at the moment. Please try again in a while, or tell whoever looks after Bureau.",
		"公司要求记录每次回答，但目前无法写入记录。请稍后再试，或告知公司的管理员。",
		"公司要求記錄每次回答，但目前無法寫入紀錄。請稍後再試，或告知公司的管理員。"}},
	{chat.ErrAnswerCut, "answer_cut", http.StatusInternalServerError, websocket.CloseInternalServerErr, true, phrase{
		"The answer broke off before its end. Please ask again.", "回答中途中断，请重新提问。", "回答中途中斷，請重新提問。"}},
	{context.DeadlineExceeded, "too_slow", http.StatusGatewayTimeout, websocket.CloseTryAgainLater, true, tooSlow},
}

// Words that more than one failure has.
var (
	accessEnded = phrase{
		"Your access has been ended. Please ask whoever looks after Bureau in your company.",
		"您的访问权限已被停用，请联系公司的管理员。", "您的存取權限已被停用，請聯絡公司的管理員。"}
	notFound = phrase{
		"There is no such page, or it is not among those you may read.",
		"页面不存在，或不在您的阅读权限范围内。", "頁面不存在，或不在您的閱讀權限範圍內。"}
	noQuestion = phrase{
		"Please write a question first.", "请先输入问题。", "請先輸入問題。"}
	longQuestion = phrase{
		"This question is too long. Please shorten it.", "问题太长，请缩短后再试。", "問題太長，請縮短後再試。"}
	busy = phrase{
		"You already have questions waiting. Please try again when one is answered.",
		"您还有问题在等待回答，请稍后再试。", "您還有問題在等待回答，請稍後再試。"}
	tooSlow = phrase{
		"This took too long. Please try again.", "处理时间过长，请重试。", "處理時間過長，請重試。"}
	restarting = phrase{
		"Bureau is being restarted. Please ask again in a moment.", "系统正在重启，请稍后重新提问。", "系統正在重新啟動，請稍後重新提問。"}
	misunderstood = phrase{
		"The page and the server misunderstood each other. Please load the page again.",
		"页面与服务器通信异常，请重新加载页面。", "頁面與伺服器通訊異常，請重新載入頁面。"}
)

// ours is the failure of every error that the table does not have. Its text
// stays in the log.
var ours = failure{nil, "internal", http.StatusInternalServerError, websocket.CloseInternalServerErr, true, phrase{
	"Something went wrong on our side. Please try again.", "系统出了点问题，请重试。", "系統出了點問題，請重試。"}}

// explain returns the failure for err.
func explain(err error) failure {
	for _, f := range failures {
		if errors.Is(err, f.err) {
			return f
		}
	}
	return ours
}

// failureOf returns the failure for the reason that an answer ended for.
func failureOf(reason chat.Reason) failure {
	for _, f := range failures {
		if f.code == string(reason) {
			return f
		}
	}
	return ours
}

// unexpected reports whether err belongs in the log: it is ours to mend.
func unexpected(err error) bool {
	return explain(err).status == http.StatusInternalServerError || errors.Is(err, retrieval.ErrUnavailable) || errors.Is(err, chat.ErrUnaudited) ||
		errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrBusy) ||
		errors.Is(err, identity.ErrAway) || errors.Is(err, identity.ErrUnproved) || errors.Is(err, identity.ErrTooManyGroups) ||
		errors.Is(err, identity.ErrNotListed)
}
