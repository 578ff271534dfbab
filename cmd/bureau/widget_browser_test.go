package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// intranet starts the example intranet in front of a bureau, and returns its
// origin.
func intranet(t *testing.T, bureau string) (origin string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "widget")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./examples/widget")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v\n%s", err, said)
	}
	c := startProgram(t, program, "-listen", "127.0.0.1:0", "-bureau", bureau)
	return c.await(`http://127\.0\.0\.1:\d+`)
}

// TestBrowserWidgetLivesInAPageOfItsOwn is the widget as two lines in somebody
// else's page, under that page's policy.
func TestBrowserWidgetLivesInAPageOfItsOwn(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	tb := openTab(t, intranet(t, served(t, model.flags()...)))
	tb.open("/sign-in")
	tb.do(chromedp.Click(chromedp.CSS("button[value=hanna]")))
	tb.await(`one(".launcher") && document.querySelector("h1").textContent === "Good morning"`)
	if js[bool](tb, `one(".panel").open`) || tb.received() != "" {
		t.Error("it opens, or connects, by itself")
	}
	tb.picture("widget-closed")

	// By keyboard: open, ask, close; the answer comes while it is closed.
	js[bool](tb, `(one(".launcher").focus(), true)`)
	tb.press(kb.Enter)
	tb.await(`one(".panel").open && tree.activeElement === one("textarea") && one(".suggestion")`)
	if js[bool](tb, `one(".panel").matches(":modal") || one(".panel").ariaModal === "true"`) {
		t.Error("beside a page the panel keeps the page from being used")
	}
	tb.picture("widget-open")
	tb.send("How many days of leave can I carry over?")
	tb.await(`one(".card")`)
	js[bool](tb, `(one("textarea").focus(), chat.addEventListener("bureau-unread", (event) => { window.unread = event.detail.count; }), true)`)
	tb.click(`all(".bar .round").at(-1)`)
	tb.await(`!one(".panel").open && tree.activeElement === one(".launcher")`)
	model.say("Carry up to 5 days into the next year.")
	model.end()
	tb.await(`window.unread === 1 && one(".badge").textContent === "1" && one(".launcher").ariaLabel.includes("1 new answer")`)
	if !js[bool](tb, `tree.activeElement === one(".launcher")`) {
		t.Error("an answer takes the focus")
	}
	tb.press(kb.Enter)
	tb.await(`one(".panel").open && !one(".badge") && one(".votes")`)
	tb.picture("widget-answer")

	// Another page of the intranet: the conversation is there.
	tb.do(chromedp.Reload())
	tb.await(`one(".launcher")`)
	js[bool](tb, `(chat.open(), true)`)
	tb.await(`one(".votes") && ` + has("Carry up to 5 days"))

	// Escape closes the innermost, then leads to the question, then closes.
	tb.click(`one(".lists")`)
	tb.await(`one(".side.list.sheet .entry")`)
	tb.press(kb.Escape)
	tb.await(`one(".side.list").hidden`)
	js[bool](tb, `(one(".log").focus(), true)`)
	tb.press(kb.Escape)
	tb.await(`tree.activeElement === one("textarea") && one(".panel").open`)
	tb.press(kb.Escape)
	tb.await(`!one(".panel").open`)

	// A page with a button of its own, which gets the focus back.
	js[bool](tb, `(window.own = document.body.appendChild(document.createElement("button")), own.textContent = "Ask HR", own.onclick = () => chat.open(), one(".launcher").style.display = "none", own.focus(), own.click(), true)`)
	tb.await(`one(".panel").open && tree.activeElement === one("textarea")`)
	tb.press(kb.Escape)
	tb.await(`!one(".panel").open && document.activeElement === own`)
	js[bool](tb, `(one(".launcher").style.display = "", true)`)

	tb.phone()
	tb.click(`one(".launcher")`)
	tb.await(`one(".panel").matches(":modal") && one(".panel").clientWidth === innerWidth`)
	tb.wantNoFaults()
}

func TestBrowserWidgetIsAccessible(t *testing.T) {
	needBrowser(t)
	tb := openTab(t, intranet(t, served(t, quotesOnly...)))
	script := ""
	if file := os.Getenv("BUREAU_TEST_AXE"); file != "" {
		script = read(t, file)
	}
	tb.open("/sign-in")
	tb.do(chromedp.Click(chromedp.CSS("button[value=hanna]")))
	tb.await(`one(".launcher")`)
	for _, state := range []string{"closed", "open", "answer", "right to left"} {
		switch state {
		case "open":
			tb.click(`one(".launcher")`)
			tb.await(`one(".suggestion")`)
		case "answer":
			tb.ask(aboutLeave)
		case "right to left":
			js[bool](tb, `(one(".shell").dir = "rtl", true)`)
			if box := js[float64](tb, `one(".panel").getBoundingClientRect().left`); box > 100 {
				t.Errorf("right to left, the panel stands %v px from the left", box)
			}
		}
		for _, scheme := range []string{"light", "dark"} {
			tb.scheme(scheme)
			tb.settle()
			faults := js[[]string](tb, ownChecks)
			if script != "" {
				faults = append(faults, tb.axe(script)...)
			}
			for _, fault := range faults {
				t.Errorf("%s, %s: %s", state, scheme, fault)
			}
		}
	}
	if script == "" {
		t.Skip("axe-core did not look: BUREAU_TEST_AXE is not set; the project's own checks did, and passed")
	}
}

// TestBrowserPrintsWhatWasAnswered holds the paper: all of the conversation and
// nothing to press.
func TestBrowserPrintsWhatWasAnswered(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	tb.emulate("print", map[string]string{"prefers-color-scheme": "dark"})
	tb.settle()
	tb.shoot("print")
	seen := js[[]string](tb, `[...all("button, textarea, input"), ...document.querySelectorAll("button")].filter((e) => !e.matches(".cite, .doubt") && e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))`)
	if len(seen) > 0 {
		t.Errorf("on paper there is %s", strings.Join(seen, "; "))
	}
	if !js[bool](tb, `one(".exchange").getBoundingClientRect().height > 0 && one(".view").scrollHeight <= one(".view").clientHeight + 1`) {
		t.Error("a part of the conversation is not on the paper")
	}
	if cut := js[int](tb, `all(".quote").filter((e) => e.scrollHeight > e.clientHeight + 1 || getComputedStyle(e).maskImage !== "none").length`); cut > 0 {
		t.Errorf("%d quotes are cut on paper, which has no button for the rest", cut)
	}
	if ink := js[string](tb, `getComputedStyle(one(".shell")).color + " " + getComputedStyle(document.body).color`); ink != "rgb(30, 29, 26) rgb(30, 29, 26)" {
		t.Errorf("who reads in the dark prints with the ink %s", ink)
	}
	if !js[bool](tb, `one(".shelf").getBoundingClientRect().top > one(".body").getBoundingClientRect().bottom`) {
		t.Error("the sources do not follow the answer")
	}
}
