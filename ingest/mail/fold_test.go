package mail

import (
	"strings"
	"testing"
)

func TestQuotedMailsAndSignaturesAreFolded(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"reply above":        {"Yes.\n\nOn Mon, Mar 1, 2026 at 10:00 AM Ann <a@x.com> wrote:\n\n> How many?\n> days", "Yes."},
		"reply above, bare":  {"Yes.\n\nOn 1 Mar 2026, at 10:00, Ann wrote:\n\nHow many?", "Yes."},
		"wrapped":            {"Yes.\n\nOn Mon, Mar 1, 2026 at 10:00 AM Ann Long Name\n<ann@example.com> wrote:\n> q", "Yes."},
		"reply between":      {"On 2026-03-01 Ann wrote:\n> How many?\nTwelve.\n\n> And more?\nNo.", "Twelve.\n\nNo."},
		"Outlook":            {"Agreed.\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nSubject: x\n\nold", "Agreed."},
		"Outlook's rule":     {"Agreed.\n\n________________________________\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nold", "Agreed."},
		"Outlook in HTML":    {"Agreed.\n\n* * *\n\n**From:** Ann  \n**Sent:** Monday  \n**Subject:** x\n\nold", "Agreed."},
		"Chinese":            {"同意。\n\n在 2026年3月1日，10:00，王芳 <w@x.com> 写道：\n\n> 可以吗？", "同意。"},
		"Chinese, bare":      {"同意。\n\n王芳 <w@x.com> 于2026年3月1日周日 10:00写道：\n可以吗？", "同意。"},
		"Traditional":        {"同意。\n\n王芳 <w@x.com> 於 2026年3月1日 週日 10:00 寫道：\n> 可以嗎？", "同意。"},
		"QQ":                 {"同意。\n\n------------------ 原始邮件 ------------------\n发件人: \"王芳\"\n\n可以吗？", "同意。"},
		"Foxmail":            {"同意。\n\n发件人： 王芳\n发送时间： 2026-03-01\n收件人： 李明\n主题： 请示\n\n可以吗？", "同意。"},
		"Taiwan":             {"同意。\n\n寄件者: 王芳\n寄件日期: 2026年3月1日\n收件者: 李明\n主旨: 請示\n\n可以嗎？", "同意。"},
		"signature":          {"Hello.\n\n-- \nAnn\nHR", "Hello."},
		"phone":              {"Hello.\n\nSent from my iPhone", "Hello."},
		"Chinese phone":      {"好的\n\n发自我的iPhone", "好的"},
		"only a quotation":   {"> all there is", "> all there is"},
		"nothing but quoted": {"On 1 Mar 2026, Ann wrote:\n\nHow many?", "On 1 Mar 2026, Ann wrote:\n\nHow many?"},
	} {
		if got := fold(c.in, false); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatOnlyLooksQuotedStays(t *testing.T) {
	for _, text := range []string{
		"The rule is as the board wrote:\nTwelve days.", "他在报告中写道：今年有 3 个月。\n其余照旧。", "他写道：\n今年照旧。", "From: the desk of Ann\nis a good start.\nSubject to change.",
		"a\n--\n" + strings.Repeat("a long text below a rule\n", 20) + "end", "Sent from my desk at the office, the parcel that you have been waiting for since last week.",
	} {
		if got := fold(text, false); got != text {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	passedOn := "FYI\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\n\nThe rule.\n> quoted"
	if got := fold(passedOn, header{subject: "转发: rule"}.isForward()); got != passedOn {
		t.Errorf("a mail passed on becomes %q", got)
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Yes.\n\nOn 1 Mar 2026, Ann wrote:\n> q\n-- \nx", false)
	f.Fuzz(func(t *testing.T, text string, isForward bool) {
		if got := fold(text, isForward); len(got) > len(text) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
