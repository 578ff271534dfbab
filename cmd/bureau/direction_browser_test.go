package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const scriptsConfig = `
company: Larkfield Instruments
departments:
  - {id: hr, name: Human Resources}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
sources:
  - {id: all, path: documents, readers: [everyone]}
`

// The words of a document in Hebrew and one in Arabic, with what is asked.
const (
	hebrewTitle  = "נוהל חופשה שנתית"
	hebrewText   = "## ימי חופשה\n\nכל עובד זכאי ל-20 ימי חופשה בשנה. אפשר להעביר עד 5 ימים לשנה הבאה לפי ISO 8601.\n\n- יש לבקש מהמנהל.\n- יש לרשום ביומן."
	askHebrew    = "כמה ימי חופשה אפשר להעביר לשנה הבאה?"
	arabicTitle  = "سياسة السفر"
	arabicText   = "## الفنادق\n\nتدفع الشركة ثمن الفندق حتى 120 GBP في الليلة. يجب تقديم الفاتورة خلال 30 يوما من نهاية السفر."
	askArabic    = "كم تدفع الشركة ثمن الفندق في الليلة؟"
	askInEnglish = "Who opens the gate at night?"
)

// Words run in the direction of their own script, in a page that runs in
// another, and a page that runs from right to left is whole.
func TestBrowserTextRunsInItsOwnDirection(t *testing.T) {
	needBrowser(t)
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml":          scriptsConfig,
		"documents/leave.md":   "# " + hebrewTitle + "\n\n" + hebrewText + "\n",
		"documents/travel.md":  "# " + arabicTitle + "\n\n" + arabicText + "\n",
		"documents/english.md": "# The gate\n\n## Night\n\nThe guard opens the gate at night and writes down who comes in.\n",
		"documents/list.md":    "# The list\n\n## Lunch\n\nLunch is served in the yard; trays go to the window.\n",
	})
	h := newHouse(t, filepath.Join(folder, "bureau.yaml"))
	h.mustRun("ingest")
	c := start(t, "-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--demo-sign-in", "--listen", "127.0.0.1:0")
	tb := openTab(t, c.await(`http://127\.0\.0\.1:\d+`))
	tb.signIn("hanna")
	for _, asked := range []struct{ question, title, direction string }{
		{askHebrew, hebrewTitle, "rtl"}, {askArabic, arabicTitle, "rtl"}, {askInEnglish, "The gate", "ltr"},
	} {
		tb.begin()
		tb.ask(asked.question)
		tb.await(`one(".votes")`)
		tb.click(`all(".card a").find((a) => a.textContent === ` + strconv.Quote(asked.title) + `)`)
		tb.await(`one(".leaf .passage") && all(".reader h2")[0].textContent === ` + strconv.Quote(asked.title))
		for _, part := range []string{
			`one(".question p")`, `one(".bar h1")`, `all(".entry a")[0]`, `all(".reader h2")[0]`, `one(".leaf h1")`, `one(".leaf .prose")`,
			`all(".card a").find((a) => a.textContent === ` + strconv.Quote(asked.title) + `)`,
			`all(".card a").find((a) => a.textContent === ` + strconv.Quote(asked.title) + `).closest(".card").querySelector(".quote")`,
			`all(".block").find((b) => b.querySelector("blockquote"))`,
		} {
			if got := js[string](tb, `getComputedStyle(`+part+`).direction`); got != asked.direction {
				t.Errorf("%s: %s runs %s", asked.question, part, got)
			}
		}
		if got := js[string](tb, `getComputedStyle(one(".tools")).direction`); got != "ltr" {
			t.Errorf("the page's own words run %s", got)
		}
		tb.picture("direction-"+asked.direction+"-"+strings.Fields(asked.title)[0], `one(".view").scrollTop = 0`)
	}

	// The whole page from right to left.
	tb.click(`all(".entry a").find((a) => a.textContent.includes("חופשה"))`)
	tb.await(`one(".votes") && ` + shows(askHebrew))
	js[bool](tb, `(document.documentElement.dir = one(".shell").dir = "rtl", true)`)
	tb.settle()
	if !js[bool](tb, `(() => { const at = (e) => e.getBoundingClientRect(); return at(one(".side.list")).right > innerWidth - 5 && at(one(".send")).right < at(one("textarea")).left && at(one(".card")).right > at(one(".view")).left; })()`) {
		t.Error("the list is not on the right, or the button to send not on the left")
	}
	script := ""
	if file := os.Getenv("BUREAU_TEST_AXE"); file != "" {
		script = read(t, file)
	}
	for name, size := range map[string]func(){"desk": tb.desk, "phone": tb.phone} {
		size()
		faults := js[[]string](tb, ownChecks)
		if script != "" {
			faults = append(faults, tb.axe(script)...)
		}
		for _, fault := range faults {
			t.Errorf("right to left, %s: %s", name, fault)
		}
	}
	tb.picture("right-to-left", `one(".view").scrollTop = 0`)
	tb.wantNoFaults()
}

// With colours of the reader's own, what is chosen, what can be pressed and what
// has the focus is still told apart: by lines, since there is no other colour.
func TestBrowserForcedColoursTellStatesApart(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.emulate("", map[string]string{"forced-colors": "active", "prefers-color-scheme": "dark"})
	tb.ask(aboutLeave)
	tb.click(`all(".chip")[0]`) // is taken away
	tb.click(`one(".votes .round:last-child")`)
	tb.await(`one(".reasons")`)
	js[bool](tb, `(all(".pick input")[0].click(), one("textarea").focus(), true)`)
	tb.settle()
	const border = `((e) => { const s = getComputedStyle(e); return [s.borderTopWidth, s.borderTopColor, s.outlineStyle, s.textDecorationLine].join(" "); })`
	for what, pair := range map[string][2]string{
		"a department that is left out": {`all(".chip")[0]`, `all(".chip")[1]`},
		"a reason that is chosen":       {`all(".pick span")[0]`, `all(".pick span")[1]`},
		"a vote":                        {`all(".votes .round").at(-1)`, `all(".votes .round").at(-2)`},
	} {
		if a, b := js[string](tb, border+`(`+pair[0]+`)`), js[string](tb, border+`(`+pair[1]+`)`); a == b {
			t.Errorf("%s looks like the others: %s", what, a)
		}
	}
	unseen := js[[]string](tb, `all("button, .card, .question, .box, .suggestion").filter((e) => e.checkVisibility() && !e.matches(".more, .do") && !e.closest(".menu")).filter((e) => { const s = getComputedStyle(e); return parseFloat(s.borderTopWidth) === 0; }).map((e) => e.outerHTML.slice(0, 80))`)
	if len(unseen) > 0 {
		t.Errorf("without a line around: %s", strings.Join(unseen, "; "))
	}
	if outline := js[string](tb, `getComputedStyle(one(".box")).outlineStyle`); outline != "solid" {
		t.Errorf("the input that has the focus has the outline %q", outline)
	}
	for _, fault := range js[[]string](tb, ownChecks) {
		t.Error(fault)
	}
	tb.shoot("forced-colours")
	tb.wantNoFaults()
}

// A reader who wants no movement sees none, and another one sees that it works.
func TestBrowserMovesNothingForWhoWantsNone(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	tb := openTab(t, served(t, model.flags()...))
	tb.signIn("hanna")
	tb.send(aboutLeave)
	tb.await(`one(".status.busy") && one(".entry .running")`)
	for wish, want := range map[string]bool{"reduce": false, "no-preference": true} {
		tb.emulate("", map[string]string{"prefers-reduced-motion": wish})
		tb.settle()
		moving := js[[]string](tb, `tree.getAnimations().map((a) => a.effect.target.className + " " + a.animationName)`)
		still := js[[]string](tb, `all("button, a, .sheet, .peek, .view").filter((e) => getComputedStyle(e).transitionDuration.split(", ").some((d) => parseFloat(d) > 0) || getComputedStyle(e).scrollBehavior === "smooth").map((e) => e.className)`)
		if got := len(moving) > 0; got != want || len(still) > 0 != want {
			t.Errorf("prefers-reduced-motion %s: moving %q, would move %q", wish, moving, still)
		}
	}
	model.say("Ask her.")
	model.end()
	tb.await(`one(".votes")`)
	tb.wantNoFaults()
}

// Somebody in Taipei reads all of the page in Traditional Chinese.
func TestBrowserSpeaksTraditionalChinese(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.open("/sign-in")
	tb.signIn("yating")
	if language := js[string](tb, `document.documentElement.lang + " " + one(".shell").lang`); language != "zh-Hant zh-Hant" {
		t.Errorf("the page is in %q", language)
	}
	look := func(state string) {
		t.Helper()
		// What is of documents is in the script of the document.
		words := js[string](tb, `(() => { const copy = one(".shell").cloneNode(true); copy.querySelectorAll(".suggestion, .more .unseen, .card .title, .place, .quote, .copies, .block, .where, .leaf, .reader h2").forEach((e) => e.remove()); const names = all("[aria-label], [title], [placeholder]").map((e) => e.closest(".card, .block, .leaf") ? "" : [e.ariaLabel, e.title, e.placeholder].join(" ")); return document.body.innerText + copy.textContent + names.join(" "); })()`)
		if at := strings.IndexAny(words, simplifiedAlone); at >= 0 {
			t.Errorf("%s: %.30q is of Simplified Chinese", state, words[at:])
		}
		tb.picture("zh-hant-" + state)
	}
	look("first")
	tb.ask("出差住宿一晚可以報支多少？")
	tb.await(`one(".votes")`)
	look("answer")
	tb.click(`one(".votes .round:last-child")`)
	tb.await(`one(".reasons")`)
	look("feedback")
	tb.click(`all(".card a")[0]`)
	tb.await(`one(".leaf .passage")`)
	look("document")
	tb.click(`one(".help-button")`)
	tb.await(`one(".help[open]")`)
	look("help")
	tb.click(`one(".help button")`)
	tb.begin()
	tb.ask("鎢的沸點是多少？")
	tb.await(`one(".refusal")`)
	look("refused")
	tb.click(`all(".dots")[0]`)
	tb.await(`one(".menu")`)
	look("menu")
	tb.wantNoFaults()
}

// simplifiedAlone are characters of our words that nobody writes in Traditional
// Chinese.
const simplifiedAlone = "对话请问题发开关编辑复删结仅应机构类库门档说显该认记录务报转图标错误实时间还无现选择员给让过这个会来经网络键盘读写阅览隐两为从与时页长处"
