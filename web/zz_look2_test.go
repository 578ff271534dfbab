package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

func TestLook2(t *testing.T) {
	h := newHouse(t)
	leave, _ := os.ReadFile("../examples/company/documents/everyone/leave-policy.md")
	d := h.shelf.documents["leave"]; d.Markdown = string(leave); h.shelf.documents["leave"] = d
	h.answers.script = lookScript(h)
	mux := http.NewServeMux()
	mux.Handle("/", h.Handler())
	mux.HandleFunc("/host", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte(`<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width"><body style="font-family:serif"><h1>Intranet</h1><p>Some page of the company.<bureau-chat mode="launcher"></bureau-chat><script type="module" src="/static/widget.js"></script>`))
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	actx, acancel := chromedp.NewExecAllocator(context.Background(), opts...)
	defer acancel()
	ctx, cancel := chromedp.NewContext(actx)
	defer cancel()
	ctx, c2 := context.WithTimeout(ctx, 40*time.Second)
	defer c2()
	go func() { for m := range chromedp.Console(ctx) { t.Log("console:", m.Text) } }()
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
	C := `const c = document.querySelector("bureau-chat"), s = c.shadowRoot;`
	chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "light"}}})
	err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(srv.URL+"/sign-in"), chromedp.Click(`button[value=hanna]`), chromedp.WaitVisible("bureau-chat"),
		chromedp.Sleep(300*time.Millisecond),
		js(C+`c.ask("How many days?")`), chromedp.Sleep(400*time.Millisecond), js(C+`s.querySelector(".send").click()`), chromedp.Sleep(300*time.Millisecond), shot("x-stopped"),
		js(C+`s.querySelector(".more").click(); s.querySelector(".chip").click(); s.querySelector(".keys summary").click(); s.querySelector("textarea").value="x".repeat(2100); s.querySelector("textarea").dispatchEvent(new Event("input"))`),
		chromedp.Sleep(200*time.Millisecond), shot("x-wide"),
		js(C+`s.querySelector("textarea").value="My draft"; s.querySelector("textarea").dispatchEvent(new Event("input"))`),
	)
	if err != nil { t.Fatal(err) }
	err = chromedp.Do(ctx, chromedp.Navigate(srv.URL+"/host"), chromedp.Sleep(500*time.Millisecond), shot("x-host"), js(C+`s.querySelector(".launcher").click()`), chromedp.Sleep(500*time.Millisecond), js(C+`c.ask("How many days of leave?")`), chromedp.Sleep(3000*time.Millisecond), shot("x-panel"),
		js(C+`c.close()`), chromedp.Sleep(100*time.Millisecond), js(C+`if (s.activeElement !== s.querySelector(".launcher")) throw new Error("focus not back")`),
		chromedp.EmulateViewport(390, 844), js(C+`c.open()`), chromedp.Sleep(300*time.Millisecond), shot("x-full"))
	if err != nil { t.Fatal(err) }
	go h.Shutdown(context.Background())
	err = chromedp.Do(ctx, chromedp.Sleep(600*time.Millisecond), shot("x-offline"))
	if err != nil { t.Fatal(err) }
}
