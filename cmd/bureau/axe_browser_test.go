package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// ownChecks are what is asked of every state of the page beside axe: whatever
// can be pressed has a name and room for a finger, and whatever can be read has
// contrast. It returns what is wrong, in words.
const ownChecks = `(() => {
	const faults = [], roots = [document, tree];
	const within = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
	const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !e.closest("[inert]") && e.getBoundingClientRect().width > 1;
	const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.innerText.trim() || e.labels?.length || e.querySelector("img[alt]");
	for (const e of within("button, a[href], input, textarea, [role=dialog], dialog, [role=log], nav")) {
		if (shown(e) && !named(e)) faults.push("no name: " + e.outerHTML.slice(0, 120));
		const box = e.getBoundingClientRect();
		if (shown(e) && e.matches("button") && !e.matches(".cite, .doubt") && (box.height < 24 || box.width < 24)) faults.push("small: " + e.outerHTML.slice(0, 120));
	}
	const pen = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
	const rgba = (colour) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
	const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const under = (e) => { for (let n = e; n; n = n.assignedSlot || n.parentElement || n.getRootNode().host) { const c = rgba(getComputedStyle(n).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255, 255]; };
	for (const e of within("*")) {
		const says = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
		if (!says || !shown(e) || e.matches("style, script, noscript, title") || e.ariaDisabled === "true" || e.closest("[aria-disabled=true]")) continue;
		const style = getComputedStyle(e);
		if (style.clipPath !== "none" || e.closest(".unseen")) continue;
		const [a, b] = [light(rgba(style.color)), light(under(e))].sort((x, y) => y - x);
		const contrast = (a + 0.05) / (b + 0.05);
		if (contrast < 4.5) faults.push("contrast " + contrast.toFixed(2) + ": " + e.outerHTML.slice(0, 120));
	}
	for (const e of [document.documentElement, ...within(".column, .view, .bar, .foot, .leaf, .entries")]) {
		if (e.checkVisibility() && e.scrollWidth > e.clientWidth + 1) faults.push("sideways: " + e.outerHTML.slice(0, 60));
	}
	for (const e of within(".column > *, .exchange > *")) {
		const box = e.getBoundingClientRect();
		if (shown(e) && (box.right > innerWidth + 5 || box.left < -5)) faults.push("outside: " + e.outerHTML.slice(0, 60));
	}
	return faults;
})()`

// axe runs the checker in the page and returns what it finds. The page's policy
// forbids it nothing: the browser's own door brings it in.
func (tb *tab) axe(script string) []string {
	tb.t.Helper()
	if _, err := chromedp.Run(tb.ctx, chromedp.Evaluate[any](script+"; 0")); err != nil {
		tb.t.Fatal(err)
	}
	const run = `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) => v.id + " (" + v.impact + "): " + v.nodes.map((n) => n.target.flat().join(" ") + " " + n.html.slice(0, 100) + " " + (n.any[0]?.message || "")).join("; "))))`
	found, err := chromedp.Run(tb.ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		tb.t.Fatal(err)
	}
	var faults []string
	if err := json.Unmarshal([]byte(found), &faults); err != nil {
		tb.t.Fatal(err)
	}
	return faults
}

// TestBrowserPageIsAccessible looks at every state of the page, on a phone and
// a desk, in light and dark, in both languages.
func TestBrowserPageIsAccessible(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	script := ""
	if file := os.Getenv("BUREAU_TEST_AXE"); file != "" {
		script = read(t, file)
	} else {
		t.Log("BUREAU_TEST_AXE is not set, so axe-core does not look, only the project's own checks: \"make test\" fetches it")
	}
	looks := 0
	look := func(state string) {
		t.Helper()
		for _, size := range []struct {
			name string
			set  func()
		}{{"desk", tb.desk}, {"phone", tb.phone}} {
			for _, scheme := range []string{"light", "dark"} {
				size.set()
				tb.scheme(scheme)
				tb.settle()
				faults := js[[]string](tb, ownChecks)
				if script != "" {
					faults = append(faults, tb.axe(script)...)
				}
				looks++
				for _, fault := range faults {
					t.Errorf("%s, %s, %s: %s", state, size.name, scheme, fault)
				}
			}
		}
		tb.desk()
	}
	for _, who := range []struct{ person, language, answered, refused string }{
		{"hanna", "en", aboutLeave, "What is the boiling point of tungsten?"}, {"feng", "zh", "年假最多可以结转几天？", "钨的沸点是多少？"},
	} {
		tb.signIn(who.person)
		tb.await(`one(".conversations .note")?.textContent`)
		look("first screen " + who.language)
		tb.ask(who.answered)
		look("answer " + who.language)
		js[bool](tb, `(all(".cite")[0].scrollIntoView({block: "center"}), true)`)
		tb.settle()
		js[bool](tb, `(all(".cite")[0].blur(), all(".cite")[0].focus(), true)`)
		tb.await(`!one(".peek").hidden`)
		if script != "" {
			for _, fault := range tb.axe(script) {
				t.Errorf("citation %s: %s", who.language, fault)
			}
		}
		tb.click(`one(".card .more")`)
		tb.click(`all(".card a")[0]`)
		tb.await(`one(".leaf .passage")`)
		look("document " + who.language)
		js[bool](tb, `(one(".reader .bar button")?.click(), true)`)
		tb.click(`one(".votes .round:last-child")`)
		tb.await(`one(".reasons")`)
		look("feedback " + who.language)
		tb.click(`all(".about .round").at(-1)`)
		tb.await(`one(".editing")`)
		look("editing " + who.language)
		tb.begin()
		tb.ask(who.refused)
		tb.await(`one(".refusal")`)
		look("refused " + who.language)
		tb.click(`one(".help-button")`)
		tb.await(`one(".help[open]")`)
		look("help " + who.language)
		tb.click(`one(".help button")`)
		tb.phone()
		tb.await(`one(".side.list").hidden`)
		tb.click(`one(".lists")`)
		tb.await(`one(".side.list.sheet .entry")`)
		tb.click(`all(".dots")[0]`)
		tb.await(`one(".menu")`)
		for _, scheme := range []string{"light", "dark"} {
			tb.scheme(scheme)
			tb.settle()
			faults := js[[]string](tb, ownChecks)
			if script != "" {
				faults = append(faults, tb.axe(script)...)
			}
			for _, fault := range faults {
				t.Errorf("history %s, phone, %s: %s", who.language, scheme, fault)
			}
		}
		tb.desk()
		tb.signOut()
		look("sign-in " + who.language)
	}
	tb.t.Logf("%d looks, with axe-core: %v", looks, script != "")
	if script == "" {
		t.Skip("axe-core did not look: BUREAU_TEST_AXE is not set; the project's own checks did, and passed")
	}
}

func TestOwnChecksFindWhatIsWrong(t *testing.T) {
	tb := browserDemo(t, quotesOnly...)
	tb.signIn("hanna")
	if faults := js[[]string](tb, ownChecks); len(faults) > 0 {
		t.Fatalf("%q", faults)
	}
	for fault, spoil := range map[string]string{
		"no name":  `one(".lists").removeAttribute("aria-label")`,
		"small":    `one(".send").style.cssText = "inline-size: 20px; block-size: 20px"`,
		"contrast": `one(".start p").style.color = "#999"`,
		"sideways": `one(".start").style.minWidth = "3000px"`,
		"outside":  `one(".foot").style.width = "3000px"`,
	} {
		js[bool](tb, `(`+spoil+`, true)`)
		if faults := fmt.Sprint(js[[]string](tb, ownChecks)); !strings.Contains(faults, fault) {
			t.Errorf("%s is not found: %s", fault, faults)
		}
	}
}
