package web

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/renderer/html"

	"bureau/access"
	"bureau/chat"
)

// A file that is exported is opened by another program: it is a download with a
// plain name, and neither the model nor a question makes that program load or
// run anything.
func TestP8_L29_AnExportLoadsNothingAndHasAPlainName(t *testing.T) {
	const hostile = "See ![x](https://evil.example/?q=63) and <img src=https://evil.example/y> or [here](https://evil.example/z), <script>alert(1)</script> https://evil.example/bare ![r][ref]\n\n[ref]: https://evil.example/ref\n"
	h := newHouse(t)
	url := serve(t, h)
	h.answers.script = func(_ context.Context, _ access.Scope, _ chat.Question, yield func(chat.Event) bool) {
		yield(chat.Sources{Sources: []chat.Source{sourceOf(1, h.shelf.documents["leave"], "Suzhou has 12 days.")}})
		yield(chat.Delta{Text: hostile})
		yield(chat.Done{Mode: chat.ByModel, Text: hostile, Cited: []int{1}})
	}
	h.send(t, "POST", url+"/api/ask", "hanna", `{"text":"`+strings.ReplaceAll(strings.TrimSpace(hostile), "\n", `\n`)+`","conversation":"c"}`)
	title := `{"title":"../../x\"; filename=\"evil.html <img src=https://evil.example/t>"}`
	if got := h.send(t, "PATCH", url+"/api/conversations/c", "hanna", title); got.status != http.StatusOK {
		t.Fatalf("%+v", got)
	}
	plain := regexp.MustCompile(`^attachment; filename="conversation-\d{4}-\d\d-\d\d\.(md|json)"$`)
	for format, kind := range map[string]string{"md": "text/markdown; charset=utf-8", "json": "application/json; charset=utf-8"} {
		got := h.request(t, "GET", url+"/api/conversations/c/export?format="+format, "hanna", nil)
		if !plain.MatchString(got.header.Get("Content-Disposition")) || got.header.Get("Content-Type") != kind || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", format, got.header)
		}
		if format == "json" {
			if strings.Contains(got.body, "<script") || strings.Contains(got.body, "<img") {
				t.Errorf("json: %s", got.body)
			}
			continue
		}
		var b strings.Builder
		if err := goldmark.New(goldmark.WithRendererOptions(html.WithUnsafe())).Convert([]byte(got.body), &b); err != nil {
			t.Fatal(err)
		}
		if found := regexp.MustCompile(`<(?:img|script|a)\b[^>]*evil[^>]*>|<script`).FindString(b.String()); found != "" {
			t.Errorf("the export shows %s:\n%s", found, got.body)
		}
		if !strings.Contains(b.String(), "/documents/leave") || strings.Count(b.String(), "https://evil.example/z") != 2 {
			t.Errorf("what was said and its source are not in:\n%s", b.String())
		}
	}
}
