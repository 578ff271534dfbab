package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A tab is one page of a real browser, with everything that it said, asked for
// and received.
type tab struct {
	t      *testing.T
	ctx    context.Context
	origin string // of the server
	shots  string // folder for pictures, "" for none

	mu     sync.Mutex
	frames strings.Builder // that the socket received
	faults []string        // errors of the console, and requests to other origins
	left   bool            // somebody has signed out
}

// openTab starts the browser that BUREAU_TEST_BROWSER names, with a profile of
// its own and no traffic of its own.
func openTab(t *testing.T, origin string) *tab {
	t.Helper()
	needBrowser(t)
	browser := os.Getenv("BUREAU_TEST_BROWSER")
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browser), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "en-GB"), chromedp.Flag("lang", "en-GB"),
	)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	return newTab(ctx, t, origin)
}

// newTab opens a tab of the browser in ctx.
func newTab(ctx context.Context, t *testing.T, origin string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	tb := &tab{t: t, origin: origin, shots: os.Getenv("BUREAU_TEST_SCREENSHOTS")}
	var stop context.CancelFunc
	tb.ctx, stop = chromedp.NewContext(ctx, append(options, chromedp.WithListener(tb.hear))...)
	t.Cleanup(stop)
	tb.desk()
	return tb
}

// device opens a tab that shares nothing with this one, as on another device.
func (tb *tab) device(origin string) *tab {
	tb.t.Helper()
	return newTab(tb.ctx, tb.t, origin, chromedp.WithNewBrowserContext())
}

// desk and phone give the page its size.
func (tb *tab) desk()  { tb.t.Helper(); tb.size(1280, 900) }
func (tb *tab) phone() { tb.t.Helper(); tb.size(390, 844) }

func (tb *tab) size(width, height int64) {
	tb.t.Helper()
	tb.do(chromedp.EmulateViewport(width, height))
	tb.settle()
}

// scheme is "light" or "dark", with no movement.
func (tb *tab) scheme(scheme string) {
	tb.t.Helper()
	tb.emulate("", map[string]string{"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"})
}

// emulate shows the page on a medium, "" for a screen, with these features.
func (tb *tab) emulate(medium string, features map[string]string) {
	tb.t.Helper()
	tb.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		params := emulation.SetEmulatedMediaParams{Media: medium}
		for name, value := range features {
			params.Features = append(params.Features, &emulation.MediaFeature{Name: name, Value: value})
		}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, params)
		return err
	}))
}

// hear notes an event of the page.
func (tb *tab) hear(event any) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	fault := func(format string, args ...any) { tb.faults = append(tb.faults, fmt.Sprintf(format, args...)) }
	switch event := event.(type) {
	case *network.EventWebSocketFrameReceived:
		tb.frames.Write(event.Response.PayloadData)
		tb.frames.WriteByte('\n')
	case *network.EventRequestWillBeSent:
		if url := event.Request.URL; !strings.HasPrefix(url, tb.origin+"/") && !strings.HasPrefix(url, "about:") && !strings.HasPrefix(url, "data:") {
			fault("request to %s", url)
		}
	case *network.EventWebSocketCreated:
		if !strings.HasPrefix(event.URL, "ws"+strings.TrimPrefix(tb.origin, "http")+"/") {
			fault("socket to %s", event.URL)
		}
	case *log.EventEntryAdded: // violations of the content security policy are here too
		if event.Entry.Level == log.EntryLevelError {
			fault("%s: %s %s", event.Entry.Source, event.Entry.Text, event.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if event.Type == runtime.ConsoleAPICalledTypeError || event.Type == runtime.ConsoleAPICalledTypeAssert {
			fault("console: %v", event.Args)
		}
	case *runtime.EventExceptionThrown:
		fault("exception: %s", event.ExceptionDetails.Text)
	}
}

// received returns what the socket has brought, and forgets it.
func (tb *tab) received() string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	defer tb.frames.Reset()
	return tb.frames.String()
}

// wantNoFaults fails the test for every fault, but for those that have one of
// the words.
func (tb *tab) wantNoFaults(but ...string) {
	tb.t.Helper()
	tb.mu.Lock()
	defer tb.mu.Unlock()
	for _, fault := range tb.faults {
		if tb.left && strings.Contains(fault, "status of 401") { // it was asked for while they left
			continue
		}
		if !slices.ContainsFunc(but, func(word string) bool { return strings.Contains(fault, word) }) {
			tb.t.Error(fault)
		}
	}
}

// do runs actions in the page.
func (tb *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tb.t.Helper()
	if err := chromedp.Do(tb.ctx, steps...); err != nil {
		tb.t.Fatal(err)
	}
}

// page is what every script may use: the chat's shadow tree, and all elements
// of a kind in it or in the page.
const page = `
const chat = document.querySelector("bureau-chat"), tree = chat?.shadowRoot ?? document;
const all = (selector) => [...tree.querySelectorAll(selector)], one = (selector) => all(selector).at(-1);
`

// js evaluates an expression in the page.
func js[T any](tb *tab, expression string) T {
	tb.t.Helper()
	value, err := chromedp.Run(tb.ctx, chromedp.Evaluate[T](fmt.Sprintf("(() => { %s return (%s); })()", page, expression)))
	if err != nil {
		tb.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression holds in the page.
func (tb *tab) await(expression string) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	script := fmt.Sprintf(`new Promise((done) => { const look = () => { %s if (%s) done(true); else setTimeout(look, 30); }; look(); })`, page, expression)
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise))
		if err == nil {
			return
		}
		if ctx.Err() != nil { // anything else is a page that gives way to the next one
			tb.t.Fatalf("wait for %s: %v\nthe page says: %s", expression, err, js[string](tb, "document.body?.innerText + tree.textContent"))
		}
	}
}

// enter puts text into what has the focus, as an input method does.
func (tb *tab) enter(text string) {
	tb.t.Helper()
	tb.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// press presses a key of package kb. Its character belongs to the press, so
// that a page which takes the key keeps the character away, as with a real
// keyboard.
func (tb *tab) press(key string, modifiers ...chromedp.Modifier) {
	tb.t.Helper()
	tb.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		events := kb.Encode([]rune(key)[0])
		down, up := events[0], events[len(events)-1]
		if len(events) == 3 {
			down.Text = events[1].Text
		}
		for _, event := range []*input.DispatchKeyEventParams{down, up} {
			chromedp.KeyModifiers(modifiers...)(event)
			if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, *event); err != nil {
				return err
			}
		}
		return nil
	}))
}

// text is all that stands in the page: what is shown and what is not.
func (tb *tab) text() string {
	tb.t.Helper()
	return js[string](tb, `document.documentElement.outerHTML + "\n" + (chat?.shadowRoot.innerHTML ?? "") + "\n" + document.title`)
}

// open goes to a path of the server.
func (tb *tab) open(path string) {
	tb.t.Helper()
	tb.do(chromedp.Navigate(tb.origin + path))
}

// signIn chooses a person and waits for the chat.
func (tb *tab) signIn(person string) {
	tb.t.Helper()
	tb.open("/sign-in")
	tb.do(chromedp.Click(chromedp.CSS("button[value=" + person + "]")))
	tb.await(`chat && one(".suggestion") && one("textarea")`)
}

// signOut leaves, as the button at the top does.
func (tb *tab) signOut() {
	tb.t.Helper()
	tb.mu.Lock()
	tb.left = true
	tb.mu.Unlock()
	tb.do(chromedp.Click(chromedp.CSS(".who button")))
	tb.await(`document.querySelector(".people")`)
}

// reload loads the page again and waits for the chat.
func (tb *tab) reload() {
	tb.t.Helper()
	tb.do(chromedp.Reload())
	tb.await(`chat?.shadowRoot && one(".chips .chip")`)
}

// click clicks what an expression finds.
func (tb *tab) click(expression string) {
	tb.t.Helper()
	tb.await(expression)
	js[bool](tb, `((`+expression+`).click(), true)`)
}

// send types a question and sends it with Enter.
func (tb *tab) send(question string) {
	tb.t.Helper()
	js[bool](tb, `one("textarea").focus() ?? true`)
	tb.enter(question)
	tb.press(kb.Enter)
	tb.await(`one(".question")?.innerText.includes(` + strconv.Quote(question) + `)`)
}

// ask asks and waits for the end of the answer.
func (tb *tab) ask(question string) {
	tb.t.Helper()
	before := js[int](tb, `all(".exchange").length`)
	tb.send(question)
	tb.await(fmt.Sprintf(`all(".exchange").length > %d && !one(".exchange .status") && !one(".send.stop")`, before))
}

// begin begins a new conversation.
func (tb *tab) begin() {
	tb.t.Helper()
	js[bool](tb, `one("[part=new]").click() ?? true`)
	tb.await(`!one(".exchange") && one(".suggestion")`)
}

// picture saves the page at the sizes of a phone and of a desk, light and
// dark, if pictures are wanted. What prepare says is done in the page before
// each, with time to draw after every step.
func (tb *tab) picture(name string, prepare ...string) {
	tb.t.Helper()
	if tb.shots == "" {
		return
	}
	for _, size := range []struct {
		name string
		set  func()
	}{{"phone", tb.phone}, {"desktop", tb.desk}} {
		for _, scheme := range []string{"light", "dark"} {
			size.set()
			tb.scheme(scheme)
			tb.settle()
			for _, step := range prepare {
				js[bool](tb, "("+step+", true)")
				tb.settle()
			}
			tb.shoot(strings.Join([]string{name, size.name, scheme}, "-"))
		}
	}
	tb.desk()
}

// shoot saves the page as it is, if pictures are wanted.
func (tb *tab) shoot(name string) {
	tb.t.Helper()
	if tb.shots == "" {
		return
	}
	image, err := chromedp.Run(tb.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		tb.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tb.shots, name+".png"), image, 0o644); err != nil {
		tb.t.Fatal(err)
	}
}

// settle waits until the page has been drawn twice, so that what follows from
// a change has happened too.
func (tb *tab) settle() {
	tb.t.Helper()
	const drawn = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`
	if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[bool](drawn, chromedp.EvalAwaitPromise)); err != nil {
		tb.t.Fatal(err)
	}
}
