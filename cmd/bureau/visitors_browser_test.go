package main

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// A hosted is an intranet under an origin of its own, with a Bureau under
// another, as the two would be run.
type hosted struct {
	t       *testing.T
	program string // the intranet's
	keys    string // folder of its key pair, and of Bureau's configuration
	bureau  string // origins
	origin  string
}

// newHosted starts the sample of examples/visitors: first the intranet, which
// makes its keys, then Bureau with the sample's configuration.
func newHosted(t *testing.T, flags ...string) *hosted {
	t.Helper()
	// Each must know the address of the other beforehand.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := listener.Addr().String()
	listener.Close()
	h := &hosted{t: t, program: filepath.Join(t.TempDir(), "visitors"), keys: t.TempDir(), bureau: "http://" + listen}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", h.program, "./examples/visitors")
	build.Dir = root
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the example: %v\n%s", err, said)
	}
	h.origin = h.site()
	documents, err := filepath.Abs(filepath.Join(root, "examples", "company"))
	if err != nil {
		t.Fatal(err)
	}
	config := strings.NewReplacer("http://127.0.0.1:8080", h.bureau, "http://127.0.0.1:8091", h.origin, "../company", documents).
		Replace(read(t, filepath.Join(root, "examples", "visitors", "bureau.yaml")))
	write(t, h.keys, map[string]string{"bureau.yaml": config})
	h.run("ingest")
	bureau := start(t, append(flags, "-c", h.config(), "serve", "--listen", listen)...)
	bureau.await(`http://127\.0\.0\.1:\d+`)
	return h
}

// site starts an intranet with the same keys and returns its origin.
func (h *hosted) site() string {
	h.t.Helper()
	return startProgram(h.t, h.program, "-listen", "127.0.0.1:0", "-bureau", h.bureau, "-keys", h.keys).await(`http://127\.0\.0\.1:\d+`)
}

func (h *hosted) config() string { return filepath.Join(h.keys, "bureau.yaml") }

// run runs a command of the shell, beside the server.
func (h *hosted) run(args ...string) string {
	h.t.Helper()
	got := program(h.t.Context(), nil, append([]string{"-c", h.config(), "--model", none, "--embedder", none}, args...)...)
	if got.status != exitDone {
		h.t.Fatalf("bureau %v: %d\n%s%s", args, got.status, got.stdout, got.stderr)
	}
	return got.stdout
}

// sessions are those that Bureau has.
func (h *hosted) sessions() (list []sessionReport) {
	h.t.Helper()
	if err := json.Unmarshal([]byte(h.run("session", "list", "--json")), &list); err != nil {
		h.t.Fatal(err)
	}
	return list
}

// enters chooses a colleague of the intranet and opens the chat.
func (tb *tab) enters(colleague string) {
	tb.t.Helper()
	tb.open("/")
	tb.do(chromedp.Click(chromedp.CSS("button[value=" + colleague + "]")))
	tb.await(`one(".launcher") && document.querySelector("#leave")`)
	tb.click(`one(".launcher")`)
	tb.await(`one(".panel").open && one(".chips .chip")`)
}

const aboutForecasts = "How is a forecast of the next quarters made?"

// TestBrowserVisitorsAskUnderTheSitesOwnOrigin is the widget where there is no
// proxy: a page of one origin, Bureau at another, and the page's server signs.
func TestBrowserVisitorsAskUnderTheSitesOwnOrigin(t *testing.T) {
	needBrowser(t)
	model := newScribe(t)
	h := newHosted(t, model.flags()...)
	tb := openTab(t, h.origin)

	// Nobody has signed in to the intranet, so that it vouches for nobody.
	tb.open("/")
	tb.click(`one(".launcher")`)
	tb.await(`one(".state").textContent.includes("has not said who you are")`)
	if n := len(h.sessions()); n != 0 {
		t.Errorf("%d sessions of nobody", n)
	}

	tb.enters("u-1002")
	if got := js[string](tb, `all(".chips .chip").map((chip) => chip.textContent).join()`); got != "Everyone,Finance" {
		t.Errorf("Feng reads %s", got)
	}
	tb.send(aboutForecasts)
	model.say("The language model never produces a figure. ")
	tb.await(has("never produces a figure") + ` && one(".send.stop") && one(".card")`)
	model.say("The assistant drafts half a page.")
	model.end()
	tb.await(`one(".votes") && one(".cite")`)
	tb.picture("visitor-answer")

	// A citation opens its document in the page, through the door of the chat.
	tb.click(`one(".card a")`)
	tb.await(`one(".leaf article")?.textContent.includes("rolling") && one(".leaf .passage")`)
	if js[bool](tb, `Boolean(one(".reader .bar a"))`) {
		t.Error("a link leads to Bureau's own page, where a visitor is nobody")
	}
	tb.click(`all(".reader .round").at(-1)`)

	// The conversation is kept at Bureau, with all that can be done with it.
	tb.click(`one(".lists")`)
	tb.await(`one(".entry a")?.textContent.includes("forecast")`)
	tb.click(`one(".dots")`)
	js[bool](tb, `(addEventListener("click", (event) => {
		const link = event.target.closest("a[download]");
		if (link) { event.preventDefault(); fetch(link.href).then((r) => r.text()).then((text) => { window.file = text; }).catch((failed) => { window.file = String(failed); }); window.link = link.href; }
	}, true), HTMLAnchorElement.prototype.click = function () { window.link = this.href; window.named = this.download; }, true)`)
	tb.click(`all(".menu .do")[1]`)
	tb.await(`window.link?.startsWith("blob:") && window.named?.endsWith(".md")`)
	tb.click(`one(".side.list .shut")`)

	// What is typed and what opens the door are in the page's memory alone.
	js[bool](tb, `one("textarea").focus() ?? true`)
	tb.enter("typed and not sent")
	kept := js[string](tb, `JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + document.cookie`)
	if strings.Contains(kept, "typed") || strings.Contains(kept, "forecast") || strings.Contains(kept, js[string](tb, `chat.visit.secret`)) {
		t.Errorf("the page's storage has %s", kept)
	}
	asked := js[string](tb, `performance.getEntriesByType("resource").map((entry) => entry.name).join("\n")`)
	if strings.Contains(asked, js[string](tb, `chat.visit.secret`)) || strings.Contains(asked, "eyJ") || !strings.Contains(asked, h.bureau+"/api/visitor") {
		t.Errorf("addresses that were asked for:\n%s", asked)
	}
	js[bool](tb, `(one("textarea").value = "", one("textarea").dispatchEvent(new Event("input")), true)`)

	// Revoked in the middle of an answer: it stops, and nothing comes back by itself.
	tb.send("And how good is it?")
	model.say("Each claim names the table it comes from. ")
	tb.await(has("Each claim names"))
	person := h.sessions()[0].Person
	h.run("session", "revoke", person)
	tb.await(`one(".state").textContent.includes("signed out") && one(".state button")`)
	model.say("Sales settle on one number.")
	model.end()
	if strings.Contains(tb.text(), "Sales settle") {
		t.Error("what was written later is shown to somebody who was signed out")
	}
	tb.click(`one(".state button")`) // the intranet vouches anew
	tb.await(`one(".state").textContent === ""`)

	h.run("user", "disable", person)
	tb.await(`one(".state").textContent.includes("signed out")`)
	tb.click(`one(".state button")`)
	tb.await(`one(".state").textContent.includes("access has been ended")`)
	h.run("user", "enable", person)
	tb.click(`one(".state button")`)
	tb.await(`one(".state").textContent === ""`)

	// Signing out leaves nothing in the page, also not for those who hear it.
	const shown = `tree.textContent.includes("Each claim names")`
	if !js[bool](tb, shown) {
		t.Fatal("nothing is shown that could be left")
	}
	js[bool](tb, `(chat.signOut(), true)`)
	tb.await(`!chat.visit.secret && !one(".exchange")`)
	if js[bool](tb, shown) || js[bool](tb, `tree.textContent.includes("never produces a figure")`) {
		t.Error("after signing out the page has what was answered")
	}

	// Who leaves the intranet leaves the chat, and the next one finds nothing of it.
	tb.do(chromedp.Click(chromedp.CSS("#leave button")))
	tb.await(`document.querySelector("button[value=u-1001]")`)
	if left := h.sessions(); len(left) != 0 {
		t.Errorf("sessions after leaving: %+v", left)
	}
	tb.received()
	tb.enters("u-1001")
	if got := js[string](tb, `all(".chips .chip").map((chip) => chip.textContent).join()`); got != "Everyone,Human Resources" {
		t.Errorf("Hanna reads %s", got)
	}
	tb.send(aboutForecasts)
	tb.await(`one(".exchange") && (one(".votes") || one(".refusal") || one(".card"))`)
	tb.click(`one(".lists")`)
	tb.await(`one(".entry")`)
	if seen := tb.text() + tb.received(); strings.Contains(seen, "override log") || strings.Contains(seen, "forecasting.md") || strings.Contains(seen, "never produces a figure") || strings.Contains(seen, "And how good") {
		t.Error("Hanna sees what is Finance's, or Feng's")
	}
	// The browser notes each refusal, and all that goes to Bureau is another origin.
	tb.wantNoFaults("request to "+h.bureau, "socket to ws"+strings.TrimPrefix(h.bureau, "http"), "request to blob:", "status of 401", "status of 403")
}

// TestBrowserAsksThePagesServerAgain is a session that ends by its time, which
// nobody is to notice, and a page that says by a function who sees it.
func TestBrowserAsksThePagesServerAgain(t *testing.T) {
	needBrowser(t)
	h := newHosted(t, quotesOnly...)
	tb := openTab(t, h.origin)
	tb.enters("u-1001")
	person := h.sessions()[0].Person
	js[bool](tb, `(window.before = chat.visit.secret, window.then = Date.now, Date.now = () => window.then() + 36e5, true)`)
	h.run("session", "revoke", person) // as its time would
	tb.await(`chat.visit.secret && chat.visit.secret !== window.before && one(".state").textContent === ""`)
	js[bool](tb, `(Date.now = window.then, true)`)
	tb.ask(aboutForecasts)

	// A panel that stays closed has no socket, and has one again when it is opened.
	js[bool](tb, `(window.wait = setTimeout, window.setTimeout = (act, ms, ...more) => ms > 3e5 ? window.wait(() => { act(); window.rested = true; }, 1) : window.wait(act, ms, ...more), true)`)
	tb.received()
	js[bool](tb, `(chat.close(), true)`)
	tb.await(`window.rested`)
	js[bool](tb, `(window.setTimeout = window.wait, chat.open(), true)`)
	tb.await(`one(".panel").open && one(".state").textContent === ""`)
	for late := time.Now().Add(patience); !strings.Contains(tb.received(), `"type":"ready"`); tb.settle() {
		if time.Now().After(late) {
			t.Fatal("it is opened and has no socket")
		}
	}

	// A page may hold the element by itself, with its own words.
	js[bool](tb, `(() => {
		const own = document.createElement("bureau-chat");
		own.setAttribute("mode", "inline");
		own.setAttribute("src", "`+h.bureau+`");
		own.token = async () => (await (await fetch("/bureau-token")).json()).token;
		own.words = { hello: "How can we help?" };
		chat.replaceWith(own);
		return true;
	})()`)
	tb.await(`tree.querySelector(".exchange")`) // what was open in this tab
	js[bool](tb, `(chat.reset(), true)`)
	tb.await(`one(".start h2")?.textContent === "How can we help?" && one(".chips .chip")`)

	// What it throws is the page's mistake, and told.
	js[bool](tb, `(chat.token = async () => { throw new Error("the page's server is away"); }, true)`)
	h.run("session", "revoke", person)
	tb.click(`one(".state button")`)
	tb.await(`one(".state").textContent.includes("has not said who you are")`)
	tb.wantNoFaults("request to "+h.bureau, "socket to ws"+strings.TrimPrefix(h.bureau, "http"), "console")
}

func TestBrowserPagesOfOtherOriginsGetNothing(t *testing.T) {
	needBrowser(t)
	h := newHosted(t, quotesOnly...)
	other := h.site() // signs with the right key, and is on no list
	tb := openTab(t, other)
	tb.open("/")
	tb.do(chromedp.Click(chromedp.CSS("button[value=u-1001]")))
	tb.await(`one(".launcher") && document.querySelector("#leave")`)
	tb.click(`one(".launcher")`)
	tb.await(`one(".state").textContent.includes("may not use the chat")`)
	tb.picture("visitor-refused")
	if js[bool](tb, `Boolean(one(".chips .chip"))`) || len(h.sessions()) != 0 {
		t.Error("it has a session")
	}
	js[string](tb, `(window.got = "", Promise.allSettled(["/api/conversations", "/api/documents/x", "/documents/x", "/", "/healthz"].map((path) => fetch("`+h.bureau+`" + path, { credentials: "include" }))).then((all) => { window.got = all.map((one) => one.status).join(); }), "")`)
	tb.await(`window.got !== ""`)
	if got := js[string](tb, `window.got`); strings.Contains(got, "fulfilled") {
		t.Errorf("it reads replies of Bureau: %s", got)
	}
	js[bool](tb, `(window.socket = new WebSocket("ws`+strings.TrimPrefix(h.bureau, "http")+`/socket"), window.socket.onclose = (event) => { window.ended = event.code; }, true)`)
	tb.await(`window.ended === 1006`)
}

func TestTheSampleOfVisitorsIsComplete(t *testing.T) {
	folder := filepath.Join(root, "examples", "visitors")
	for _, name := range []string{"README.md", "bureau.yaml", "page/index.html"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
	page := read(t, filepath.Join(folder, "page", "index.html"))
	if !strings.Contains(page, `/static/widget.js" defer></script>`) || !strings.Contains(page, `token-src="/bureau-token"`) {
		t.Error("the page does not have its two lines")
	}
}
