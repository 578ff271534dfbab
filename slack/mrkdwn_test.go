package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"bureau/chat"
)

func TestMarkdownIsWrittenAsSlackReadsIt(t *testing.T) {
	const z = gap
	for _, test := range []struct{ name, in, mrkdwn, streamed string }{
		{"Emphasis", "**Bold**, *thin* and ~~gone~~.", "*Bold*" + z + ", _thin_" + z + " and ~gone~" + z + ".", "**Bold**, *thin* and ~~gone~~."},
		{"ChineseEmphasis", "**注意：**请看*这里*。", "*注意*：请看" + z + "_这里_" + z + "。", "**注意**：请看*这里*。"},
		{"Heading", "## Annual leave\n\nText.", "*Annual leave*\n\nText.", "**Annual leave**\n\nText."},
		{"List", "- one\n- two\n  1. three\n  2. four\n", "• one\n• two\n    1. three\n    2. four", "- one\n- two\n    1. three\n    2. four"},
		{"Quote", "> one\n> two\n\nend", "> one two\n\nend", "> one two\n\nend"},
		{"ChineseLines", "第一行\n第二行", "第一行第二行", "第一行第二行"},
		{"Code", "a `b*c` d\n\n```\nx < y\n```\n", "a `b*c`" + z + " d\n\n```\nx &lt; y\n```", "a `b*c` d\n\n```\nx < y\n```"},
		{"Table", "| 地点 | Days |\n|---|---|\n| Leeds | 26 |\n| 苏州工厂 | 12 |\n",
			"```\n地点     | Days\n-------- | ----\nLeeds    | 26\n苏州工厂 | 12\n```", "```\n地点     | Days\n-------- | ----\nLeeds    | 26\n苏州工厂 | 12\n```"},
		{"LinksAreTheirWords", "see [the page](https://evil.example/x) ![p](http://evil.example/y)", "see the page p", "see the page p"},
		{"Addresses", "https://evil.example and www.evil.example", "https:" + z + "//evil.example and www" + z + ".evil.example", "https:" + z + "//evil.example and www" + z + ".evil.example"},
		{"Calls", "<!here> @channel <@U1>", "&lt;!here&gt; @" + z + "channel &lt;" + z + "@U1&gt;", "&lt;!here&gt; @" + z + "channel &lt;" + z + "@U1&gt;"},
		{"Signs", `5 \* 3 \_ 2`, "5 *" + z + " 3 _" + z + " 2", `5 \* 3 \_ 2`},
		{"Entities", "&#64;here &lt;!here&gt; &amp; &copy;", "@" + z + "here &lt;!here&gt; &amp; ©", "@" + z + "here &lt;!here&gt; &amp; ©"},
		{"HTMLIsText", "<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y", "&lt;b&gt;x&lt;/b&gt; &amp; y"},
		{"HiddenCharacters", "a\u202eb\u2066c\u200bd", "abcd", "abcd"},
		{"AddressesOfMail", "write to hr@larkfield.example.", "write to hr@larkfield.example.", "write to hr@larkfield.example."},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := mrkdwn.render(test.in, nil); got != test.mrkdwn {
				t.Errorf("mrkdwn\n%q, want\n%q", got, test.mrkdwn)
			}
			if got := streamed.render(test.in, nil); got != test.streamed {
				t.Errorf("streamed\n%q, want\n%q", got, test.streamed)
			}
		})
	}
}

func TestMarksStandBehindTheirSentences(t *testing.T) {
	const answer = "Leave is 25 days. It **ends in March.** See:\n\n- one.\n- two\n\n| a | b |\n|---|---|\n| c | d |\n\nDone."
	behind := func(text, words string) mark {
		begin := strings.Index(answer, text)
		return mark{begin, begin + len(text), words}
	}
	got := streamed.render(answer, []mark{
		behind("Leave is 25 days.", " [1]"), behind("It **ends in March.**", " [2]"), behind("- one.", " [3]"), behind("| a | b |\n|---|---|\n| c | d |", " [4]"), behind("Done.", " (no source)"),
	})
	want := "Leave is 25 days. [1] It **ends in March.** [2] See:\n\n- one. [3]\n- two\n\n```\na | b\n- | -\nc | d\n```\n[4]\n\nDone. (no source)"
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
}

// TestWhatIsSettledIsTheBeginningOfTheWhole holds for answers as models write
// them: a stream only grows.
func TestWhatIsSettledIsTheBeginningOfTheWhole(t *testing.T) {
	pieces := []string{
		"Leave is 25 days. ", "It **ends** in March. ", "**注意：**请提前申请。", "\n\n- one item.\n- two *items*.\n", "\n\n## Heading\n\n", "See `code x`. ",
		"\n\n| a | b |\n|---|---|\n| c | d. |\n\n", "\n\n```\ncode. more\n\nlines.\n```\n\n", "\n\n> quoted. text\n\n", "A **bold sentence.** ", "第二句。", "\n\n1. first.\n2. second.\n\n", "a https://x.example/y. ",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 8).Draw(t, "pieces"), "")
		d := &draft{text: text, language: chat.English}
		for at, r := range text { // a sentence ends behind each full stop
			if r == '.' || r == '。' {
				end := at + utf8.RuneLen(r)
				begin := 0
				if n := len(d.sentences); n > 0 {
					begin = d.sentences[n-1].End
				}
				d.sentences = append(d.sentences, chat.Sentence{Start: begin, End: end, Source: 1, Support: chat.Supported})
			}
		}
		whole := d.whole(streamed)
		all := d.sentences
		for n := range all {
			d.sentences = all[:n+1]
			if ready := d.settled(streamed); !strings.HasPrefix(whole, ready) {
				t.Fatalf("after %d sentences\n%q\nis not the beginning of\n%q", n+1, ready, whole)
			}
		}
	})
}

func FuzzNeutral(f *testing.F) {
	for _, seed := range []string{"https://a.example/b", "<!here>", "[a](b)", "@everyone", "www.x.y", "a.b/c", "x://y", "\u200b<\u200b!"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for name, out := range map[string]string{"mrkdwn": mrkdwn.render(in, nil), "streamed": streamed.render(in, nil), "line": line(in, 100)} {
			for _, bad := range []string{"<!", "<@", "<#", "<http", "://", "](", "@here", "@channel", "@everyone", "www."} {
				if strings.Contains(strings.ToLower(out), bad) {
					t.Errorf("%s of %q has %q: %q", name, in, bad, out)
				}
			}
			if !utf8.ValidString(out) {
				t.Errorf("%s of %q is no text: %q", name, in, out)
			}
		}
	})
}

func TestSectionsHoldAllOfATextWithinSlacksLimits(t *testing.T) {
	text := strings.Repeat("一行文字，约二十个字符，写得很长。\n", 300) + "```\n" + strings.Repeat("code\n", 800) + "```\n" + strings.Repeat("x", 7000)
	blocks := sections(text)
	joined := ""
	for _, b := range blocks {
		part := textOfSection(t, b)
		if n := utf8.RuneCountInString(part); n > mostSection {
			t.Errorf("a section of %d characters", n)
		}
		if strings.Count(part, "```")%2 != 0 {
			t.Errorf("code that is not closed in its section:\n%s", part)
		}
		joined += part
	}
	for _, count := range []struct {
		of   string
		want int
	}{{"一行文字", 300}, {"code", 800}, {"x", 7000}} {
		if got := strings.Count(joined, count.of); got != count.want {
			t.Errorf("%d times %q, want %d", got, count.of, count.want)
		}
	}
}

func TestWhatPeopleWriteIsReadAsTheyWroteIt(t *testing.T) {
	for in, want := range map[string]string{
		"<@UBOT> how many days &lt; 3 &amp; why?":                   "how many days < 3 & why?",
		"what says <https://intra.example/x|the page> in <#C1|hr>?": "what says the page in #hr?",
		"ask <@U1|hanna> or <mailto:a@b.example|a@b.example>":       "ask @hanna or a@b.example",
		"  <@UBOT>  ": "",
	} {
		if got := plainText(in, "UBOT"); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}
