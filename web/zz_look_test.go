package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"bureau/access"
	"bureau/chat"
)

func lookScript(h *house) func(context.Context, access.Scope, chat.Question, func(chat.Event) bool) {
	leave, _ := os.ReadFile("../examples/company/documents/everyone/leave-policy.md")
	zh, _ := os.ReadFile("../examples/company/documents/everyone/leave-policy.zh-hans.md")
	return func(ctx context.Context, scope access.Scope, q chat.Question, yield func(chat.Event) bool) {
		nap := func(d time.Duration) { select { case <-time.After(d): case <-ctx.Done(): } }
		yield(chat.Stage{Name: chat.Searching})
		nap(300 * time.Millisecond)
		doc := string(leave)
		q1 := "For more than five days in a row, ask at least 10 working days ahead. For anything shorter, two working days will do."
		text := "In Leeds you get **26 days** of annual leave a year, and 29 days after five years of service. Up to 5 days may be carried into the next year; they lapse on 31 March. Most people take their leave in August.\n\nTo ask for leave:\n\n1. Enter the dates in the leave calendar.\n2. For more than five days in a row, ask at least 10 working days ahead.\n\n| Office | Days |\n|---|---:|\n| Leeds | 26 |\n| Suzhou | 12 |\n"
		title, path := "Leave policy", []string{"Annual leave", "Asking for leave"}
		if strings.ContainsAny(q.Text, "年假天") {
			doc = string(zh)
			title, path = "休假制度", []string{"年假", "怎样申请"}
			text = "苏州员工每年有 **12 天**年假，工作满 5 年后为 17 天。**注意：**请至少提前 10 个工作日申请。多数人在八月休假。"
			q1 = "年假按自然年计算，自 1 月 1 日至 12 月 31 日。非全日制员工按合同工时比例折算，不足半天的按半天计。"
		}
		if strings.Contains(q.Text, "refuse") {
			yield(chat.Refusal{Text: "I could not find this in what you may read.", Nearest: []chat.Source{{N: 1, Title: title, Headings: path, Document: "leave", Quote: q1, Updated: "2026-02-10", Language: q.Language, Departments: []access.Department{access.Everyone}}}, Ask: []chat.Contact{{Department: "hr", Address: "hr@larkfield.example"}}})
			yield(chat.Done{Mode: chat.Refused, Text: "no"})
			return
		}
		start := strings.Index(doc, "| Office")
		if start < 0 { start = strings.Index(doc, "| 办公室") }
		end := start + strings.Index(doc[start:], "\n\n")
		s := []chat.Source{
			{N: 1, Document: "leave", Title: title, Headings: path[:1], Updated: "2026-02-10", Departments: []access.Department{access.Everyone}, Quote: doc[start:end], Marks: []chat.Span{{2, 8}}, Language: q.Language, Start: start, End: end},
			{N: 2, Document: "leave", Title: title, Headings: path, Updated: "2026-02-10", Departments: []access.Department{access.Everyone}, Quote: q1, Marks: []chat.Span{{0, 3}, {14, 18}}, Language: q.Language},
			{N: 3, Document: "bands", Title: "Pay bands and what belongs to them, a long title", Headings: []string{"Bands"}, Updated: "2026-01-02", Departments: []access.Department{"hr"}, Quote: "Band C begins at 41,000 and ends at 52,000 pounds a year, before allowances.", Language: "en"},
			{N: 4, Document: "bands", Title: "Remote work", Headings: []string{"Abroad", "Days"}, Departments: []access.Department{"everyone"}, Quote: "Up to 20 days a year may be worked from abroad.", Language: "en"},
		}
		yield(chat.Sources{Sources: s})
		if strings.Contains(q.Text, "quotes") {
			yield(chat.Done{Mode: chat.ByQuotes})
			return
		}
		yield(chat.Stage{Name: chat.Writing})
		nap(600 * time.Millisecond)
		at := 0
		n := 0
		for i, r := range text {
			_ = r
			if i-at > 12 && !yield(chat.Delta{Text: text[at:i]}) { return } else if i-at > 12 { at = i; nap(10*time.Millisecond) }
		}
		yield(chat.Delta{Text: text[at:]})
		from := 0
		for _, sep := range []string{"。", ". ", ".\n"} {
			for {
				i := strings.Index(text[from:], sep)
				if i < 0 || n > 5 { break }
				e := chat.Sentence{Index: n, Start: from, End: from + i + len(sep), Source: 1 + n%2, Support: chat.Supported}
				if n == 2 { e.Source, e.Support = 0, chat.None }
				if n == 1 { e.Support = chat.Weak; e.Unverified = []string{"31"} }
				yield(e)
				from = e.End
				n++
			}
		}
		yield(chat.Done{Mode: chat.ByModel, Text: text, Cited: []int{1, 2}, Model: "m"})
	}
}

func TestLook(t *testing.T) {
	h := newHouse(t)
	h.config.Suggest = func(_ context.Context, _ access.Scope, l string, _ int) ([]string, error) {
		if l == simplified { return []string{"年假可以结转到明年吗？", "加班费怎么计算？", "怎样报销差旅费？"}, nil }
		return []string{"Can annual leave be carried into the next year?", "How much notice does a long leave need?", "What does the travel policy pay for a hotel?"}, nil
	}
	leave, _ := os.ReadFile("../examples/company/documents/everyone/leave-policy.md")
	d := h.shelf.documents["leave"]; d.Markdown = string(leave); h.shelf.documents["leave"] = d
	h.answers.script = lookScript(h)
	srv := httptest.NewServer(h.Handler())
	defer srv.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	actx, acancel := chromedp.NewExecAllocator(context.Background(), opts...)
	defer acancel()
	ctx, cancel := chromedp.NewContext(actx)
	defer cancel()
	ctx, c2 := context.WithTimeout(ctx, 150*time.Second)
	defer c2()
	shot := func(name string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tt *chromedp.Target) error {
			b, err := chromedp.CaptureScreenshot()(ctx, tt)
			if err != nil { return err }
			return os.WriteFile("/tmp/look/"+name+".png", b, 0o644)
		})
	}
	js := func(code string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tt *chromedp.Target) error {
			_, err := chromedp.Evaluate[bool]("(() => {" + code + "; return true})()")(ctx, tt)
			return err
		})
	}
	os.MkdirAll("/tmp/look", 0o755)
	only := os.Getenv("LOOK")
	for _, v := range []struct{ name, person, q string; w, hh int64; dark bool }{
		{"en-wide-light", "hanna", "How many days of leave do I get?", 1280, 900, false},
		{"en-narrow-dark", "hanna", "How many days of leave do I get?", 390, 844, true},
		{"zh-wide-dark", "mei", "苏州有多少天年假？", 1280, 900, true},
		{"zh-narrow-light", "mei", "苏州有多少天年假？", 390, 844, false},
	} {
		if only != "" && !strings.Contains(v.name, only) { continue }
		scheme := "light"
		if v.dark { scheme = "dark" }
		ask := func(q string) chromedp.Action[chromedp.Void] {
			return js(fmt.Sprintf(`document.querySelector("bureau-chat").ask(%q)`, q))
		}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil { t.Fatal(err) }
		sr := `document.querySelector("bureau-chat").shadowRoot`
		err := chromedp.Do(ctx,
			chromedp.EmulateViewport(v.w, v.hh),
			chromedp.Navigate(srv.URL+"/sign-in"), shot(v.name+"-0signin"),
			chromedp.Click(`button[value=`+v.person+`]`), chromedp.WaitVisible("bureau-chat"), chromedp.Sleep(500*time.Millisecond), shot(v.name+"-1start"),
			ask(v.q), chromedp.Sleep(700*time.Millisecond), shot(v.name+"-2sources"),
			chromedp.Sleep(3000*time.Millisecond), shot(v.name+"-3done"),
			js(sr+`.querySelector(".cite")?.focus()`), chromedp.Sleep(200*time.Millisecond), shot(v.name+"-4peek"),
			ask("refuse me"), chromedp.Sleep(900*time.Millisecond), shot(v.name+"-5refuse"),
			ask("quotes 年假"), chromedp.Sleep(900*time.Millisecond), shot(v.name+"-6quotes"),
		)
		if err != nil { t.Fatal(v.name, err) }
		overflow, _ := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > innerWidth || `+sr+`.querySelector(".view").scrollWidth > `+sr+`.querySelector(".view").clientWidth`))
		chromedp.Do(ctx, js(`location.href = `+sr+`.querySelector(".card a").href`), chromedp.Sleep(700*time.Millisecond), shot(v.name+"-7doc"), js("scrollTo(0,0)"), chromedp.Sleep(200*time.Millisecond), shot(v.name+"-8top"))
		t.Log(v.name, "sideways:", overflow)
	}
}
