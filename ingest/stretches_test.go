package ingest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bureau/retrieval"
)

// whole lays out a text as one stretch, by the parser alone.
func whole(source string) layout {
	var anchors retrieval.Anchors
	return layOutStretch(source, &anchors)
}

func wantSameLayout(t *testing.T, source string) {
	t.Helper()
	got, want := layOut(source), whole(source)
	if len(got.blocks)+len(want.blocks) > 0 && !reflect.DeepEqual(got.blocks, want.blocks) {
		t.Errorf("blocks of %q\n%+v, want\n%+v", source, got.blocks, want.blocks)
	}
	for name, pair := range map[string][2][]int{"parts": {got.parts, want.parts}, "inner": {got.inner, want.inner}} {
		if len(pair[0])+len(pair[1]) > 0 && !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s of %q: %v, want %v", name, source, pair[0], pair[1])
		}
	}
	if len(got.tables) != len(want.tables) || len(got.tables) > 0 && !reflect.DeepEqual(got.tables, want.tables) || len(got.code) != len(want.code) || len(got.code) > 0 && !reflect.DeepEqual(got.code, want.code) {
		t.Errorf("tables and code of %q: %v %v, want %v %v", source, got.tables, got.code, want.tables, want.code)
	}
}

// wantSameTidy fails the test unless a text is tidied as if it was parsed whole.
func wantSameTidy(t *testing.T, source string) {
	t.Helper()
	if got, want := tidy(source), strings.Trim(apply(source, tidyParsed(source)), "\n"); got != want {
		t.Errorf("%q is tidied to\n%q, want\n%q", source, got, want)
	}
}

// wantSameCode fails the test unless shortcodes stand in code where they do in a
// text that is parsed whole.
func wantSameCode(t *testing.T, source string) {
	t.Helper()
	got, want := codeRanges(source), codeParsed(source)
	for at := range source {
		if strings.HasPrefix(source[at:], "{{") && got.contains(at) != want.contains(at) {
			t.Errorf("%q has code at %d: %v, want %v", source, at, got.contains(at), want.contains(at))
		}
	}
}

// kindsOfLines are of all kinds that Markdown has, and of some that only look so.
var kindsOfLines = []string{
	"", "", "", "Prose of a rule.", "第一条 适用于全体员工。", "　　缩进的正文。", "more <b>prose</b> with a [link](a.md)", "![picture](b.png) in front", "# Heading", "## Ünter 标题  ", "#no", "#no ", "# #", "## Two ##", "# C# and F#", "####### seven", "# ", "#\tTab", "Title", "=====", "-----",
	"- item", "  of the item", "* other", "1. first", "2) second", "    code", "\tcode", "> quoted", "lazy", "```", "```go", "~~~", "| a | b |", "|---|---|", "| 1 | 2 |", "a | b", "--|--", ":-:",
	"<div>", "</div>", "<!-- no", "-->", "***", "_ _ _", "[ref]: http://a.example", "see [ref] and [other][ref]", "<http://a.example>", "`code` span", "\\# no heading", "## Two *of* `it` ##", "end  ", "+ plus", "+++", ": colon", "&amp; so", "javascript: [x](javascript:x)",
	"**bold** text", "*em* and", "__so__", "** no", "**", "2026 年目标", "10.5 percent", "1.x", "7.", "12", "- **bold** item", "- [ ] task", "- 1. nested", "- | a |", "* * *", "- - -", "-", "1. ", "-\ttab", "-  two", "-     code",
	"| a |", "|---|", "||", "| a || b |", "|:-:|--:| ", "|-:-|---|", "| `a|b` | c |", "| a \\| b | c |", "  indented", "   three", "<script>", "<pre>", "</pre>", "<?php", "a <!-- b", "``` ```", "  ```", "````", "~~~ ~", "- x  ", "+ x", "1. a", "3. b", "2) c", "{{< x >}}", "`{{< y >}} of`", "    {{< z >}}",
}

func TestStretchesAreLaidOutAsTheWholeText(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 30_000 {
		var text []string
		for range 1 + random.IntN(9) {
			text = append(text, kindsOfLines[random.IntN(len(kindsOfLines))])
		}
		source := strings.Join(text, "\n")
		wantSameLayout(t, source)
		wantSameTidy(t, source)
		wantSameCode(t, source)
		if t.Failed() {
			return
		}
	}
	paths, err := filepath.Glob("../examples/company/documents/*/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d documents, error %v", len(paths), err)
	}
	known := map[stretchKind]int{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		wantSameLayout(t, string(data))
		wantSameTidy(t, string(data))
		for s := range stretchesOf(string(data)) {
			known[s.kind] += s.end - s.start
		}
	}
	for kind := plainProse; kind <= plainTable; kind++ {
		if known[kind] == 0 {
			t.Errorf("nothing of kind %d was found", kind)
		}
	}
}

func FuzzStretches(f *testing.F) {
	for _, line := range kindsOfLines {
		f.Add("Prose.\n\n" + line + "\n\nProse.\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := clean(strings.ToValidUTF8(text, ""))
		wantSameLayout(t, source)
		wantSameTidy(t, source)
		wantSameCode(t, source)
	})
}
