package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What a person does on one device is there on the other at once, without a
// look at the clock; nobody else is told anything.
func TestBrowserAnotherDeviceFollowsAtOnce(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	origin := served(t, model.flags()...)
	one := openTab(t, origin)
	one.signIn("hanna")
	one.send(aboutLeave)
	model.say("Ask your manager. ")
	model.end()
	one.await(`one(".votes")`)
	place := js[string](one, "location.hash")

	other := one.device(origin)
	other.signIn("hanna")
	other.open("/" + place)
	other.await(`one(".votes") && ` + titles(aboutLeave))
	feng := one.device(origin)
	feng.signIn("feng")
	feng.await(`one(".conversations .note").textContent !== ""`)
	feng.received()
	js[bool](other, `(one("textarea").focus(), true)`)
	other.enter("typed here")

	// Asked there, read here, in an open conversation and in the list.
	one.send(aboutTravel)
	model.say("Second class, ")
	other.await(shows(aboutLeave, aboutTravel) + ` && one(".send.stop") && ` + has("Second class"))
	model.say("always.")
	model.end()
	other.await(`all(".votes").length === 2 && ` + has("Second class, always.") + ` && !one(".send.stop") && !one(".running")`)
	if typed := js[string](other, `one("textarea").value`); typed != "typed here" {
		t.Errorf("of what was typed there is %q", typed)
	}

	// A branch there is a branch here, and what is read stays.
	one.click(`all(".tools")[0].querySelectorAll(".tool")[1]`) // ask again
	model.say("Ask her.")
	model.end()
	one.await(`one(".branches")`)
	other.await(`one(".branches span")?.textContent === "1 / 2" && ` + shows(aboutLeave, aboutTravel))

	// Renamed, begun anew and deleted there.
	one.click(`all(".dots")[0]`)
	one.click(`all(".menu .do")[0]`)
	one.await(`tree.activeElement === one(".rename")`)
	one.enter("Rules")
	one.press(kb.Enter)
	other.await(titles("Rules") + ` && one(".bar h1").textContent === "Rules"`)
	one.begin()
	one.send("Who pays for the hotel?")
	other.await(titles("Who pays for the hotel?", "Rules") + ` && one(".entry .running")`)
	model.say("The company.")
	model.end()
	other.await(`!one(".entry .running") && ` + shows(aboutLeave, aboutTravel))
	one.click(`all(".dots")[1]`)
	one.click(`all(".menu .do")[3]`)
	one.click(`one(".asking .danger")`)
	other.await(titles("Who pays for the hotel?") + ` && !one(".exchange") && one(".state:not(.health)").textContent === "This conversation was deleted."`)
	if typed := js[string](other, `one("textarea").value`); typed != "typed here" {
		t.Errorf("after the conversation was deleted, of what was typed there is %q", typed)
	}
	if said := feng.received() + feng.text(); strings.Contains(said, "changed") || strings.Contains(said, "Rules") {
		t.Errorf("somebody else is told: %s", said)
	}
	for _, device := range []*tab{one, other, feng} {
		device.wantNoFaults()
	}
}

func TestBrowserSaysWhatIsAwayBeforeOneAsks(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	tb := openTab(t, served(t, append(model.flags(), "--embedder", scribeEmbedder)...))
	tb.signIn("hanna")
	line := func(words string) {
		t.Helper()
		tb.await(fmt.Sprintf(`one(".health").textContent.includes(%q) === %t`, words, words != "") + fmt.Sprintf(` && (one(".health").checkVisibility() === %t)`, words != ""))
	}
	tb.await(`one(".health").textContent === ""`)
	model.away.Store("scribe", true)
	line("quotes from the documents")
	tb.picture("away-model")
	tb.wantNoWordsOfTheInside()
	tb.ask(aboutLeave) // is answered nevertheless
	model.away.Store(scribeEmbedder, true)
	line("found by their exact words")
	feng := tb.device(tb.origin) // comes later, and is told in his own language
	feng.signIn("feng")
	feng.await(`one(".health").textContent.includes("目前的回答只引用文件原文")`)
	feng.picture("away-both-zh")
	model.away.Delete("scribe")
	line("exact words are searched for")
	model.away.Delete(scribeEmbedder)
	for _, device := range []*tab{tb, feng} {
		device.await(`one(".health").textContent === "" && !one(".health").checkVisibility()`)
		device.wantNoFaults()
	}
}

// wantNoWordsOfTheInside fails where the frame about the health names a machine
// or a model, which would have a figure or its name.
func (tb *tab) wantNoWordsOfTheInside() {
	tb.t.Helper()
	_, said, found := strings.Cut(tb.received(), `{"type":"health"`)
	news, _, _ := strings.Cut(said, "\n")
	if !found || strings.ContainsFunc(news, func(r rune) bool { return r >= '0' && r <= '9' }) || strings.Contains(news, "scribe") {
		tb.t.Errorf("what is told of the health: %q", news)
	}
}

// Under an answer are questions to go on with, from documents that the person
// reads; they are asked by keyboard, and gone when something is asked.
func TestBrowserSuggestsWhatToGoOnWith(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	tb := openTab(t, served(t, model.flags()...))
	tb.signIn("hanna")
	tb.send("How many days of annual leave can I carry over?")
	model.say("Carry up to 5 days of unused annual leave into the next year.")
	model.end()
	tb.await(`one(".next .suggestion")`)
	tb.picture("go-on-en", `one(".view").scrollTop = one(".view").scrollHeight`)
	suggested := js[[]string](tb, `all(".next .suggestion").map((e) => e.textContent)`)
	used := js[[]string](tb, `[...all(".group")[0].querySelectorAll(".card")].map((e) => "“" + e.querySelector(".title a").textContent + "” say about “" + e.querySelector(".place").textContent.split(" · ")[0])`)
	if len(suggested) > 3 {
		t.Errorf("%d are suggested", len(suggested))
	}
	for _, question := range suggested {
		for _, place := range used {
			if strings.Contains(question, place) {
				t.Errorf("%q asks about what was just answered", question)
			}
		}
	}
	t.Logf("used %q, suggested %q", used, suggested)
	if name := js[string](tb, `one(".next").ariaLabel`); name != "Related questions" {
		t.Errorf("they are called %q", name)
	}
	tb.reload() // they are there when one comes back
	tb.await(fmt.Sprintf(`all(".next .suggestion").map((e) => e.textContent).join("|") === %q`, strings.Join(suggested, "|")))

	js[bool](tb, `(one(".send").focus(), one("textarea").focus(), true)`)
	for range 40 {
		if js[bool](tb, `tree.activeElement?.matches(".next .suggestion")`) {
			break
		}
		tb.press(kb.Tab, chromedp.ModifierShift)
	}
	question := js[string](tb, `tree.activeElement.textContent`)
	tb.press(kb.Enter)
	tb.await(fmt.Sprintf(`one(".question p").textContent === %q && tree.activeElement === one("textarea")`, question))
	if js[bool](tb, `all(".next").some((e) => e.checkVisibility())`) {
		t.Error("what was suggested is still there")
	}
	model.say("So it is.")
	model.end()
	tb.await(`all(".votes").length === 2`)
	tb.wantNoFaults()
}
