package pdf

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bureau/ingest/format"
)

// chromium is the program that prints HTML to PDF.
const chromium = "/usr/bin/chromium"

// printed returns an HTML file as Chromium prints it.
func printed(t testing.TB, html string, options ...string) []byte {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		t.Skipf("no Chromium to print with: %v", err)
	}
	html, err := filepath.Abs(html)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.pdf")
	options = append(options, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--print-to-pdf="+out, "file://"+html)
	if said, err := exec.CommandContext(t.Context(), chromium, options...).CombinedOutput(); err != nil {
		t.Fatalf("print %s: %v\n%s", html, err, said)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The text of the handbooks in testdata: all of it, in order, and nothing else.
const (
	handbookEn = `# Travel handbook

This handbook says what the company pays for when you travel, and what you have to hand in. It applies to everybody who is employed here, from the first day on and until the last expense claim is settled.

## Before you travel

Ask your manager before you book anything. A journey that nobody agreed to is a private one, however useful it turns out to be, and the company cannot insure you on it. Agreement by mail is enough.

Trains are the rule for journeys of up to six hours. Flights are booked by the travel desk only, which knows the contracts and the baggage rules and answers within a working day.

## While you travel

Keep every receipt, including those from ticket machines. Without a receipt the tax office does not accept an expense, and neither does the finance department, whatever the amount may be.

The company pays for breakfast unless the hotel includes it. Alcohol is never paid for, and neither are films, parking fines and souvenirs of any kind.

## Rates

The following rates hold until they are replaced. Amounts are per day.

| City | Hotel up to | Meals |
| --- | --- | --- |
| Berlin | 120 EUR | 28 EUR |
| New York City | 310 USD | 69 USD |
| Shanghai | 800 CNY | 150 CNY |

Rates for other cities come from the travel desk. Text such as \*this\*, #that and a|b is text and nothing else.

## Claims

Hand in your claim within thirty days. Later claims need the signature of the head of finance, who signs on Fridays.`

	handbookZh = `# 差旅管理制度

为规范差旅管理，明确报销标准，根据公司实际情况，制定本制度。本制度适用于公司全体员工，自入职之日起至最后一笔费用结清之日止。

## 第一章 出差审批

员工出差应当事先取得部门负责人批准。未经批准的行程视为私人行程，公司不承担费用，也不提供保险。邮件批准与书面批准具有同等效力。

单程六小时以内的行程原则上乘坐火车。机票由差旅组统一预订，差旅组在一个工作日内答复。

## 第二章 费用报销

员工应当保存全部票据，包括自动售票机打印的票据。没有票据的费用，税务机关不予认可，财务部门也不予报销，与金额大小无关。

使用 PDF 格式的电子发票，须同时提交 XML 文件。

## 第三章 报销标准

下列标准自发布之日起执行，金额按天计算。

| 城市 | 住宿上限 | 餐补 |
| --- | --- | --- |
| 北京 | 650 元 | 120 元 |
| 呼和浩特 | 400 元 | 90 元 |

## 第四章 附则

员工应当在返回后三十日内提交报销申请。`
)

func TestHandbooksAreReadAsTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ name, title, language, want, second, third string }{
		{"handbook-en", "Travel handbook", "en", handbookEn, "## Rates", "## Claims"},
		{"handbook-zh", "差旅管理制度", "zh-Hans", handbookZh, "## 第三章 报销标准", "## 第四章 附则"},
	} {
		check := func(t *testing.T, data []byte) {
			t.Helper()
			text := read(t, data)
			if got := unspaced(text.Markdown); got != unspaced(c.want) {
				t.Errorf("got:\n%s\nwant:\n%s", text.Markdown, c.want)
			}
			if text.Title != c.title || text.Language != c.language || text.Updated == "" || len(text.Warnings) > 0 {
				t.Errorf("title %q, language %q, updated %q, warnings %q", text.Title, text.Language, text.Updated, text.Warnings)
			}
			checkText(t, text)
			if len(text.Places) != 3 || text.Places[0] != (format.Place{Kind: format.Page, Number: 1}) ||
				!strings.HasPrefix(text.Markdown[text.Places[1].Start:], c.second) || !strings.HasPrefix(text.Markdown[text.Places[2].Start:], c.third) {
				t.Errorf("places %+v", text.Places)
			}
		}
		t.Run(c.name+"/Committed", func(t *testing.T) {
			data, err := os.ReadFile("testdata/" + c.name + ".pdf")
			if err != nil {
				t.Fatal(err)
			}
			check(t, data)
		})
		t.Run(c.name+"/PrintedNow", func(t *testing.T) {
			check(t, printed(t, "testdata/"+c.name+".html", "--no-pdf-header-footer", "--generate-pdf-document-outline"))
		})
		t.Run(c.name+"/WithoutOutline", func(t *testing.T) {
			check(t, printed(t, "testdata/"+c.name+".html", "--no-pdf-header-footer"))
		})
	}
}

var latin = regexp.MustCompile(`(\p{Han}) ([A-Z])`)

// unspaced returns text without the spaces before Latin words in Chinese, which
// are lost where a line ends at one: the page does not show them.
func unspaced(text string) string { return latin.ReplaceAllString(text, "$1$2") }

// BenchmarkRead reads a document of many dense pages.
func BenchmarkRead(b *testing.B) {
	var html strings.Builder
	html.WriteString("<!doctype html><meta charset=utf-8><title>Pages</title>")
	for range 40 {
		html.WriteString("<h2>Section of the handbook</h2>")
		for range 6 {
			html.WriteString("<p>Ask your manager before you book anything. A journey that nobody agreed to is a private one, however useful it turns out to be, and the company cannot insure you on it, nor does it pay for what you have lost on the way.</p>")
		}
	}
	name := filepath.Join(b.TempDir(), "pages.html")
	if err := os.WriteFile(name, []byte(html.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	data := printed(b, name)
	pages := len(read(b, data).Places)
	for b.Loop() {
		read(b, data)
	}
	b.ReportMetric(float64(pages*b.N)/b.Elapsed().Seconds(), "pages/s")
}
