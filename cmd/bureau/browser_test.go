package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// quotesOnly are the flags of a demonstration without a model.
var quotesOnly = []string{"--model", none, "--embedder", none}

// needBrowser skips the test where there is none.
func needBrowser(t *testing.T) {
	t.Helper()
	if os.Getenv("BUREAU_TEST_BROWSER") == "" {
		t.Skip("BUREAU_TEST_BROWSER is not set: \"make test\" finds a browser and names it")
	}
}

// browserDemo starts the demonstration and opens a tab at it.
func browserDemo(t *testing.T, flags ...string) *tab {
	t.Helper()
	needBrowser(t)
	return openTab(t, served(t, flags...))
}

// served starts the demonstration and returns its origin.
func served(t *testing.T, flags ...string) (origin string) {
	t.Helper()
	c := start(t, append(flags, "--data", t.TempDir(), "demo", "--listen", "127.0.0.1:0")...)
	origin = c.await(`http://127\.0\.0\.1:\d+`)
	const warmed = "the model answers|was not warmed"
	if !slices.Equal(flags, quotesOnly) && !regexp.MustCompile(warmed).MatchString(c.said.String()) { // it may say that first
		c.await(warmed)
	}
	return origin
}

func TestBrowserHannaReadsFengDoesNot(t *testing.T) {
	flags := quotesOnly
	if os.Getenv("BUREAU_TEST_CHAT_MODEL") != "" {
		flags = real(t)
	}
	tb := browserDemo(t, flags...)
	tb.open("/sign-in")
	tb.picture("sign-in")
	tb.signIn("hanna")
	tb.picture("first-screen-en")
	document := hannaAsks(tb)

	tb.signOut()
	tb.received()
	tb.signIn("feng")
	if language := js[string](tb, "document.documentElement.lang"); language != "zh-Hans" {
		t.Errorf("Feng's page is in %q", language)
	}
	tb.picture("first-screen-zh")
	fengAsks(tb, document)
	tb.picture("answer-zh", `one(".view").scrollTop = one(".exchange").offsetTop`)

	own := hrSecrets(t).except(aboutPay...)
	tb.open(document)
	if found := own.in(tb.text()); len(found) > 0 {
		t.Errorf("Hanna's document opens for Feng: %q", found)
	}
	tb.picture("not-found-zh")
	tb.wantNoFaults(document) // not found, which is what was promised
}

// hannaAsks asks about pay bands and returns the path of their document.
func hannaAsks(tb *tab) (document string) {
	tb.t.Helper()
	tb.send(aboutPay[0])
	tb.await(`one(".exchange .card")`)
	tb.picture("sources-en")
	tb.await(`!one(".exchange .status")`)
	words := js[string](tb, `one(".body").innerText`)
	tb.t.Logf("Hanna reads: %s", words)
	received := tb.received()
	if sources := strings.Index(received, `"type":"sources"`); words == "" || sources < 0 || sources > strings.Index(received, `"type":"delta"`) {
		tb.t.Errorf("sources come first, then words:\n%s", received)
	}
	if !strings.Contains(js[string](tb, `one(".exchange").textContent`), "£63,500") {
		tb.t.Error("the answer and its sources show no pay band")
	}
	tb.picture("answer-en", `one(".view").scrollTop = 0`)
	tb.picture("citation-en", `one(".cite")?.scrollIntoView({block: "center"})`, `(one(".cite")?.blur(), one(".cite")?.focus())`)
	return js[string](tb, `new URL(all(".card a")[0].href).pathname`)
}

// The quotes of an answer without a model are cited for certain; a model's
// words may be anything, and may have no source.
func TestBrowserCitationLeadsToItsPassage(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask("How do I request annual leave?")
	js[bool](tb, `(chat.addEventListener("bureau-citation", (event) => { window.cited = event.detail.url; event.preventDefault(); }), true)`)
	const chip = `one(".exchange:last-child").querySelector(".cite")`
	tb.await(chip)
	js[bool](tb, `(`+chip+`.scrollIntoView({block: "center"}), true)`)
	tb.await(`(one(".peek").hidden && (` + chip + `.blur(), ` + chip + `.focus()), one(".peek:not([hidden]) blockquote")?.textContent.length > 0)`)
	quote := js[string](tb, `one(".peek blockquote").textContent`)
	js[bool](tb, chip+`.click() ?? true`)
	tb.await(`window.cited`)
	tb.open(strings.TrimPrefix(js[string](tb, `window.cited`), tb.origin))
	tb.await(`document.querySelector(".passage")`)
	marked := js[string](tb, `all(".passage").map((e) => e.textContent).join(" ")`)
	if first := strings.Fields(marked)[0]; !strings.Contains(quote, first) {
		t.Errorf("the passage marked is %q, the citation says %q", marked, quote)
	}
	if !js[bool](tb, `(() => { const box = all(".passage")[0].getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight; })()`) {
		t.Error("the passage is not in view")
	}
	tb.picture("document-en", `location.hash && (location.href = location.href)`)
	tb.wantNoFaults()
}

// fengAsks asks the same in two languages and sees nothing of Human Resources.
func fengAsks(tb *tab, document string) {
	tb.t.Helper()
	own := hrSecrets(tb.t).figures().except(aboutPay...)
	for _, question := range []string{aboutPay[1], aboutPay[0]} {
		tb.ask(question)
		if question == aboutPay[1] {
			tb.picture("refusal-zh", `one(".view").scrollTop = 0`)
		}
		tb.t.Logf("Feng reads: %s", js[string](tb, `one(".exchange").innerText`))
		for place, text := range map[string]string{"page": tb.text(), "socket": tb.received()} {
			if found := own.in(text); len(found) > 0 {
				tb.t.Errorf("%s: %q", place, found)
			}
			if strings.Contains(text, document) || strings.Contains(text, "Pay bands 2026") {
				tb.t.Errorf("%s names the document of the pay bands", place)
			}
		}
	}
	tb.begin()
	tb.ask("年假最多可以结转几天？")
}

func TestBrowserByKeyboardAlone(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.open("/sign-in")
	for range 40 {
		if js[bool](tb, `document.activeElement.value === "hanna"`) {
			break
		}
		tb.press(kb.Tab)
	}
	tb.press(kb.Enter)
	tb.await(`one(".suggestion") && tree.activeElement === one("textarea")`)
	tb.enter("How many days of leave can I carry over?")
	tb.press(kb.Enter)
	tb.await(`one(".exchange") && !one(".exchange .status")`)
	if draft := js[string](tb, `one("textarea").value`); draft != "" {
		t.Errorf("the question stays in the input: %q", draft)
	}
	for range 60 {
		if js[bool](tb, `tree.activeElement?.classList.contains("cite") ?? false`) {
			break
		}
		tb.press(kb.Tab, chromedp.ModifierShift)
	}
	tb.await(`one(".peek:not([hidden])")`)
	if !js[bool](tb, `tree.activeElement.matches(":focus-visible")`) {
		t.Error("the focus is not seen")
	}
	tb.press(kb.Escape)
	tb.await(`one(".peek").hidden`)
	tb.press(kb.Escape)
	tb.await(`tree.activeElement === one("textarea")`)
	tb.wantNoFaults()
}

func TestBrowserStopEndsTheAnswer(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	tb := openTab(t, served(t, model.flags()...))
	tb.signIn("hanna")
	tb.send("How many days of annual leave can I carry over?")
	model.say("Carry up to 5 days ")
	tb.await(`one(".send.stop") && ` + has("Carry up to 5 days"))
	tb.press(kb.Escape) // the same as the button, which the pointer takes next
	tb.await(`one(".exchange .notice") && ` + has("Carry up to 5 days"))
	tb.send("How do I request annual leave?")
	tb.await(`one(".send.stop") && one(".exchange:last-child .card")`)
	js[bool](tb, `one(".send.stop").click() ?? true`)
	tb.await(`!one(".send.stop")`)
	if received := tb.received(); !strings.Contains(received, `"stopped":true`) {
		t.Errorf("the server was not told:\n%s", received)
	}
	tb.wantNoFaults()
}
