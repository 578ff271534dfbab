package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	aboutLeave  = "How do I request annual leave?"
	aboutTravel = "May I travel first class?"
)

// titles holds when the list shows these conversations, newest first.
func titles(want ...string) string {
	return fmt.Sprintf(`all(".entry .name").map((e) => e.textContent).join("|") === %q`, strings.Join(want, "|"))
}

// shows holds when these questions are shown.
func shows(want ...string) string {
	return fmt.Sprintf(`all(".question p").map((e) => e.textContent).join("|") === %q`, strings.Join(want, "|"))
}

func TestBrowserConversationsAreFoundRenamedAndDeleted(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	tb.begin()
	tb.ask(aboutTravel)
	tb.await(titles(aboutTravel, aboutLeave))
	if asked := js[float64](tb, `Date.now() - Date.parse(one(".about time").dateTime)`); asked < 0 || asked > 1e6 || !js[bool](tb, `/^\d\d:\d\d$/.test(one(".about time").textContent)`) {
		t.Errorf("a question says that it was asked %v ms ago, at %s", asked, js[string](tb, `one(".about time").textContent`))
	}

	// The address is the conversation: back, forward and reload lead there.
	second := js[string](tb, "location.hash")
	tb.click(`all(".entry a")[1]`)
	tb.await(shows(aboutLeave) + ` && one(".entry a[aria-current]").textContent.includes("annual leave")`)
	js[bool](tb, `(history.back(), true)`)
	tb.await(shows(aboutTravel) + ` && location.hash === ` + fmt.Sprintf("%q", second))
	js[bool](tb, `(history.forward(), true)`)
	tb.await(shows(aboutLeave))
	tb.reload()
	tb.await(shows(aboutLeave) + ` && one(".votes")`)

	// By keyboard: find, rename, and ask before deleting.
	tb.press("k", chromedp.ModifierCtrl)
	tb.await(`tree.activeElement === one(".search")`)
	tb.enter("first class")
	tb.await(titles(aboutTravel) + ` && one(".entries h3").textContent === "Found"`)
	js[bool](tb, `(one(".search").value = "", one(".search").dispatchEvent(new Event("input")), true)`)
	tb.await(titles(aboutTravel, aboutLeave))
	js[bool](tb, `(all(".dots")[0].focus(), true)`)
	tb.press(kb.Enter)
	tb.await(`tree.activeElement === one(".menu .do") || tree.activeElement === all(".menu .do")[0]`)
	tb.press(kb.Enter)
	tb.await(`tree.activeElement === one(".rename")`)
	tb.enter("Travel rules")
	tb.press(kb.Enter)
	tb.await(titles("Travel rules", aboutLeave) + ` && tree.activeElement.matches(".dots")`)

	file := js[string](tb, `(all(".dots")[0].click(), all(".menu a")[0].href)`)
	js[bool](tb, fmt.Sprintf(`(fetch(%q).then((r) => r.text()).then((text) => { window.file = text; }), true)`, file))
	tb.await(`window.file?.includes("# Travel rules") && window.file.includes("first class")`)
	tb.press(kb.Escape)
	tb.await(`!one(".menu") && tree.activeElement.matches(".dots")`)

	tb.click(`all(".entry a")[0]`)
	tb.await(shows(aboutTravel))
	tb.click(`all(".dots")[0]`)
	tb.click(`all(".menu .do")[3]`)
	tb.await(`tree.activeElement?.textContent === "Keep" && one(".asking").textContent.includes("Travel rules")`)
	tb.click(`one(".asking .danger")`)
	tb.await(titles(aboutLeave) + ` && !one(".exchange") && !location.hash.includes("/c/")`)
	tb.open("/" + second)
	tb.await(`one(".state").textContent.includes("no such conversation")`)

	// Nobody else has any of it.
	tb.signOut()
	tb.signIn("feng")
	tb.await(`one(".conversations .note").textContent !== ""`)
	if text := tb.text(); strings.Contains(text, "annual leave") || strings.Contains(text, "Travel rules") {
		t.Error("Feng sees a conversation of Hanna's")
	}
	tb.wantNoFaults("404")
}

func TestBrowserEditedQuestionIsABranch(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	tb.ask(aboutTravel)
	tb.press(kb.ArrowUp) // the input is empty: the last question is edited
	tb.await(`tree.activeElement === one(".editing textarea")`)
	tb.press(kb.Escape)
	tb.await(`!one(".editing") && tree.activeElement.ariaLabel === "Edit the question"`)

	tb.click(`all(".about .round")[0]`)
	tb.await(`tree.activeElement === one(".editing textarea")`)
	js[bool](tb, `(one(".editing textarea").value = "How many days of leave are there?", true)`)
	tb.press(kb.Enter)
	tb.await(shows("How many days of leave are there?") + ` && one(".votes") && !one(".send.stop")`)
	if at := js[string](tb, `one(".branches span").textContent`); at != "2 / 2" {
		t.Errorf("the branch is %q", at)
	}
	js[bool](tb, `(all(".branches .round")[0].focus(), true)`)
	tb.press(kb.Enter)
	tb.await(shows(aboutLeave, aboutTravel) + ` && tree.activeElement === all(".branches .round")[0]`)
	tb.press(kb.Enter) // there is none before it
	tb.await(shows(aboutLeave, aboutTravel))
	tb.reload()
	tb.await(shows("How many days of leave are there?")) // the newest
	tb.click(`all(".branches .round")[0]`)
	tb.await(shows(aboutLeave, aboutTravel) + ` && all(".branches").length === 1`)
	tb.click(`all(".exchange")[1].querySelector(".tools").querySelectorAll(".tool")[1]`) // ask again
	tb.await(`one(".branches span").textContent === "2 / 2" && all(".branches").length === 2 && !one(".send.stop")`)
	tb.wantNoFaults()
}

func TestBrowserFeedbackIsKept(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	tb.click(`one(".votes .round:last-child")`)
	tb.await(`tree.activeElement === all(".reasons input")[0]`)
	tb.press(" ")
	js[bool](tb, `(one(".reasons textarea").focus(), true)`)
	tb.enter("it is another year")
	js[bool](tb, `(one(".reasons").requestSubmit(), true)`)
	tb.await(`one(".why").textContent.includes("noted") && tree.activeElement === one(".votes .round:last-child")`)
	js[bool](tb, `(fetch("/api/conversations/" + location.hash.slice(4)).then((r) => r.json()).then((c) => { window.kept = c.turns[0].feedback; }), true)`)
	tb.await(`window.kept?.vote === "down" && window.kept.reason === "wrong" && window.kept.comment === "it is another year"`)
	tb.reload()
	tb.await(`one(".votes .round:last-child")?.ariaPressed === "true"`)
	tb.click(`one(".votes .round:last-child")`)
	tb.await(`one(".votes .round:last-child").ariaPressed === "false"`)
	tb.wantNoFaults()
}

func TestBrowserDraftsAreKeptAndEndAtSignOut(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	tb.enter("and if I am ill")
	tb.begin()
	js[bool](tb, `(one("textarea").focus(), true)`)
	tb.enter("something new")
	tb.click(`one(".entry a")`)
	tb.await(`one("textarea").value === "and if I am ill" && ` + shows(aboutLeave))
	tb.reload()
	tb.await(`one("textarea").value === "and if I am ill"`)
	tb.begin()
	tb.await(`one("textarea").value === "something new"`)
	tb.signOut()
	if kept := js[int](tb, `Object.keys(sessionStorage).length`); kept != 0 {
		t.Errorf("%d things are kept: %s", kept, js[string](tb, `JSON.stringify(sessionStorage)`))
	}
	tb.wantNoFaults()
}

func TestBrowserDocumentOpensBesideTheText(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	tb.ask(aboutLeave)
	const inView = `(() => { const p = one(".leaf .passage"), leaf = one(".leaf"); if (!p) return false; const a = all(".leaf .passage")[0].getBoundingClientRect(), b = leaf.getBoundingClientRect(); return a.top >= b.top && a.top < b.bottom; })()`
	js[bool](tb, `(all(".cite")[0].focus(), true)`)
	tb.press(kb.Enter)
	tb.await(inView + ` && tree.activeElement === one(".reader .bar h2")`)
	if js[bool](tb, `one(".column").inert`) {
		t.Error("a document beside the text keeps the text from being used")
	}
	tb.press(kb.Escape)
	tb.await(`one(".side.document").hidden && tree.activeElement === all(".cite")[0]`)
	tb.phone()
	tb.press(kb.Enter)
	tb.await(inView + ` && one(".side.document").getAttribute("aria-modal") === "true" && one(".column").inert`)
	tb.press(kb.Escape)
	tb.await(`one(".side.document").hidden && !one(".column").inert && tree.activeElement === all(".cite")[0]`)
	tb.click(`one(".lists")`)
	tb.await(`one(".side.list.sheet") && tree.activeElement === one(".search")`)
	tb.press(kb.Escape)
	tb.await(`one(".side.list").hidden && tree.activeElement === one(".lists")`)
	tb.wantNoFaults()
}
