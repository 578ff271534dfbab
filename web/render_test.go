package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"bureau/chat"
)

func TestEmphasisKnowsChinese(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"PunctuationInside", "**注意：**请阅读", "<p><strong>注意：</strong>请阅读</p>"},
		{"BracketsInside", "这是**「重点」**的内容", "<p>这是<strong>「重点」</strong>的内容</p>"},
		{"ForeignBracketInside", "**价格(含税)**为", "<p><strong>价格(含税)</strong>为</p>"},
		{"CurlyQuotes", "他说**“好”**了", "<p>他说<strong>“好”</strong>了</p>"},
		{"One", "*重要。*下一句", "<p><em>重要。</em>下一句</p>"},
		{"Latin", "a **b** c", "<p>a <strong>b</strong> c</p>"},
		{"LatinStaysStrict", "a**(b)**c", "<p>a**(b)**c</p>"},
		{"NoUnderscoreInsideWords", "snake_case_name", "<p>snake_case_name</p>"},
		{"Hangul", "**패키지를(a)**하", "<p><strong>패키지를(a)</strong>하</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(blocks(c.in), ""); strings.TrimSpace(got) != c.want {
				t.Errorf("%s\n got %s\nwant %s", c.in, got, c.want)
			}
		})
	}
}

func TestMarksAreInvisibleToEmphasis(t *testing.T) {
	for _, text := range []string{"**Bold.** Next", "**注意：**请", "a *b* c", "**价格(含税)**为", "a **(x)** b"} {
		want := strings.Join(blocks(text), "")
		for at := range text {
			marked := strings.Join(blocks(insert(text, []insertion{{at, firstMark}})), "")
			if strings.Count(text[:at], "*")%2 == 1 {
				continue // inside a run of stars the mark is in its way, and no sentence ends there
			}
			if got := strings.ReplaceAll(marked, string(firstMark), ""); got != want {
				t.Errorf("mark at %d of %q: %s, want %s", at, text, got, want)
			}
		}
	}
}

func TestP8_L29_OnlyOwnDocumentsAreLinkedAndNothingIsLoaded(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"OwnDocument", "[policy](/documents/abc-1?passage=3-9#Passage)", `<p><a href="/documents/abc-1?passage=3-9#Passage">policy</a></p>`},
		{"Elsewhere", "[click](https://evil.example/?q=secret)", "<p>click</p>"},
		{"SchemeRelative", "[click](//evil.example/documents/a)", "<p>click</p>"},
		{"Script", "[click](javascript:alert(1))", "<p>click</p>"},
		{"Image", "![secret](https://evil.example/x.png)", "<p>secret</p>"},
		{"LinkedImage", "[![a](https://evil.example/x.png)](https://evil.example)", "<p>a</p>"},
		{"Reference", "[a][b]\n\n[b]: https://evil.example", "<p>a</p>"},
		{"BareAddress", "见 https://evil.example。完", "<p>见 https://evil.example。完</p>"},
		{"AngleAddress", "<https://evil.example>", "<p>&lt;https://evil.example&gt;</p>"},
		{"RawHTML", "<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"},
		{"RawBlock", "<script>\nalert(1)\n</script>", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>"},
		{"UpOutOfDocuments", "[a](/documents/../sign-out)", "<p>a</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.TrimSpace(strings.Join(blocks(c.in), "")); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestQuoteMarksWordsAcrossMarkup(t *testing.T) {
	for _, c := range []struct {
		name, quote string
		words       []chat.Span
		want        string
	}{
		{"Plain", "Up to 5 days", []chat.Span{{Start: 8, End: 12}}, "<p>Up to 5 <mark>days</mark></p>"},
		{"InsideBold", "**加班**费", []chat.Span{{Start: 2, End: 8}}, "<p><strong><mark>加班</mark></strong>费</p>"},
		{"AcrossBold", "**加班**费", []chat.Span{{Start: 2, End: 13}}, "<p><strong><mark>加班</mark></strong><mark>费</mark></p>"},
		{"ListStaysAList", "1. one\n2. two", []chat.Span{{Start: 0, End: 1}}, "<ol>\n<li>one</li>\n<li>two</li>\n</ol>"},
		{"OutOfRange", "ab", []chat.Span{{Start: -1, End: 1}, {Start: 1, End: 9}, {Start: 2, End: 1}}, "<p>ab</p>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.TrimSpace(quoteHTML(c.quote, c.words)); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
}

// allowed are the elements and attributes that may leave this package inside
// an answer or a quote.
var allowed = map[string][]string{
	"a": {"href"}, "button": {"type", "class", "data-n", "data-support", "data-sentence"}, "span": {"class"}, "mark": nil,
	"th": {"align"}, "td": {"align"}, "ol": {"start"},
}

// mustBeSafe fails unless html holds only what is allowed, and no mark.
func mustBeSafe(t *testing.T, source, out string) {
	t.Helper()
	if strings.ContainsFunc(out, isMark) {
		t.Fatalf("a mark is left: %q -> %q", source, out)
	}
	tokens := html.NewTokenizer(strings.NewReader(out))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		if kind == html.TextToken || kind == html.EndTagToken {
			continue
		}
		token := tokens.Token()
		attributes, ok := allowed[token.Data]
		if kind == html.CommentToken || kind == html.DoctypeToken || (!ok && !slices.Contains(rendered, token.Data)) {
			t.Fatalf("%v %q is not allowed: %q -> %q", kind, token.Data, source, out)
		}
		for _, a := range token.Attr {
			if !slices.Contains(attributes, a.Key) {
				t.Fatalf("attribute %s of %s is not allowed: %q -> %q", a.Key, token.Data, source, out)
			}
			if a.Key == "href" && !regexp.MustCompile(`^/documents/[A-Za-z0-9_-]+(\?passage=\d+-\d+)?(#.*)?$`).MatchString(a.Val) {
				t.Fatalf("address %q: %q -> %q", a.Val, source, out)
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"**注意：**请", "[x](javascript:a)", "![i](http://e.example)", "<script>", "| a | b |\n|--|--|\n| 1 | 2 |", "```html\n<b>\n```",
		"[a](/documents/x \"t\")", "> - 1. ~~x~~ `y`", "[b]: /documents/q\n\n[b]", "&lt;img&gt; &#60;b&#62;", "a\ue000b", "x\n===\n\n---",
	} {
		f.Add(seed, 0, 3, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, start, end int, support uint8) {
		text = unmarked(text)
		sentences := []chat.Sentence{{
			Start: start, End: end, Source: int(support % 3), Unverified: []string{"<b>1</b>\ue001"},
			Support: []chat.Support{chat.Supported, chat.Weak, chat.None, chat.Neutral}[support%4],
		}}
		marked := cited(text, sentences)
		if strings.Map(func(r rune) rune {
			if isMark(r) {
				return -1
			}
			return r
		}, marked) != text {
			t.Fatalf("marks changed the text: %q -> %q", text, marked)
		}
		for _, block := range blocks(marked) {
			mustBeSafe(t, text, chips(block, sentences, english))
		}
		mustBeSafe(t, text, quoteHTML(text, []chat.Span{{Start: start, End: end}}))
	})
}

func TestSentencesShowWhatCarriesThem(t *testing.T) {
	text := "You get 26 days. It may be 30. Nobody **knows** more. Everybody leaves."
	sentence := func(n int, words string) chat.Sentence {
		start := strings.Index(text, words)
		return chat.Sentence{Index: n, Start: start, End: start + len(words)}
	}
	first, second, third, fourth := sentence(0, "You get 26 days."), sentence(1, "It may be 30."), sentence(2, "Nobody **knows** more."), sentence(3, "Everybody leaves.")
	first.Source, first.Support = 2, chat.Supported
	second.Source, second.Support, second.Unverified = 1, chat.Weak, []string{"30"}
	third.Support, fourth.Support = chat.None, chat.None
	sentences := []chat.Sentence{first, second, third, fourth}
	got := chips(strings.Join(blocks(cited(text, sentences)), ""), sentences, english)
	want := `<p>You get 26 days.<button type="button" class="cite" data-n="2" data-support="supported">2</button> ` +
		`It may be 30.<button type="button" class="cite" data-n="1" data-support="weak">1</button>` +
		`<button type="button" class="doubt" data-sentence="1">not in the sources: 30</button> ` +
		`Nobody <strong>knows</strong> more.<button type="button" class="doubt" data-sentence="2">no source</button> ` +
		`<span class="unsupported">Everybody leaves.</span><button type="button" class="doubt" data-sentence="3">no source</button></p>`
	if strings.TrimSpace(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestMarksBreakNoBlock(t *testing.T) {
	for _, text := range []string{
		"To ask:\n\n1. Write.\n2. Wait.\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "```\ncode.\n```\n\nAfter.", "Heading\n---\n\nText.", "- one\n- two\n", "# Title\n\n> Quote.\n",
	} {
		want := strings.Join(blocks(text), "")
		for start := range text {
			for end := start + 1; end <= len(text); end++ {
				s := []chat.Sentence{{Start: start, End: end, Support: chat.Supported, Source: 1}}
				if next := text[:end]; !strings.HasSuffix(next, ".") && !strings.HasSuffix(next, "\n") && !strings.HasSuffix(next, "|") {
					continue // no sentence ends here
				}
				html := strings.Join(blocks(cited(text, s)), "")
				if got := strings.Map(func(r rune) rune {
					if isMark(r) {
						return -1
					}
					return r
				}, html); got != want {
					t.Fatalf("%q with a mark for [%d,%d): %s\nwant %s", text, start, end, got, want)
				}
			}
		}
	}
}

func TestDeltasAddUpToTheWholeAnswer(t *testing.T) {
	text := "**注意：**请看。\n\n1. One.\n2. Two.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[x]: /documents/a\n\nEnd of [x].\n"
	tr := transcript{language: english}
	var shown []string
	words := ""
	flush := func() {
		for _, d := range tr.changes() {
			if d.Block > len(shown) {
				t.Fatalf("block %d after %d", d.Block, len(shown))
			}
			if d.Block == len(shown) {
				shown = append(shown, "")
			}
			shown[d.Block] = d.HTML
			words += d.Text
		}
	}
	for _, r := range text {
		tr.take(chat.Delta{Text: string(r)})
		flush()
	}
	tr.take(chat.Sentence{Start: 0, End: strings.Index(text, "。") + 3, Source: 1, Support: chat.Supported})
	flush()
	if got := strings.Join(shown, ""); !strings.Contains(got, `data-n="1"`) || !strings.Contains(got, `href="/documents/a"`) || !strings.Contains(got, "<strong>注意：</strong>") {
		t.Errorf("shown: %s", got)
	}
	if words != text {
		t.Errorf("text %q, want %q", words, text)
	}
	want := chips(strings.Join(blocks(cited(tr.text, tr.sentences)), ""), tr.sentences, english)
	if got := strings.Join(shown, ""); got != want {
		t.Errorf("shown %s\nwant %s", got, want)
	}
}

// What is copied is Markdown again: a title must not become a link of its own.
func TestP8_L29_TitlesAreTextInWhatIsCopied(t *testing.T) {
	text := transcript{language: english, text: "Yes.", sources: []chat.Source{{N: 1, Document: "a", Title: "Pay](https://evil.example/?q=) ![x", Headings: []string{"A_b\nc"}}}}
	shown := strings.Join(blocks(text.markdown("")), "")
	if !strings.Contains(shown, `<a href="/documents/a">Pay](https://evil.example/?q=) ![x › A_b c</a>`) {
		t.Errorf("%s", shown)
	}
}
