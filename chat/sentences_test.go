package chat

import (
	"slices"
	"strings"
	"testing"
)

func TestSentencesEndWhereAReaderWouldSay(t *testing.T) {
	tests := []struct {
		name string
		want []string // joined together they are the text
	}{
		{"English", []string{"One. ", "Two! ", "Three? ", "Four"}},
		{"Chinese", []string{"年假五天。", "病假十天！", "事假呢？", "没有；", "完"}},
		{"MixedScripts", []string{"Use VPN!", "然后登录。", "Done."}},
		{"Decimals", []string{"It is 3.5 days. ", "Not 4."}},
		{"Versions", []string{"Install v1.2.3 first. ", "Then go."}},
		{"Abbreviations", []string{"Bring documents, e.g. a passport, etc. to Dr. Wu. ", "Ask."}},
		{"AnInitial", []string{"Ask J. Smith. ", "Now."}},
		{"ListMarkers", []string{"Steps:\n", "1. Fill in the form.\n", "2. Send it. ", "Wait.\n", "- Done"}},
		{"URL", []string{"See https://example.com/a.b?c=d!e for more. ", "Ask."}},
		{"Newlines", []string{"No full stop\n\n", "Next line\n", "Last"}},
		{"ClosingQuotes", []string{"他说：“五天。”", "她说（十天。）", "完"}},
		{"ClosingEmphasis", []string{"**Note.** ", "Five days."}},
		{"Runs", []string{"等等……", "真的？！", "是。"}},
		{"Ellipsis", []string{"Well... ", "Yes."}},
		{"File", []string{"Open form.pdf now. ", "Print."}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := split(strings.Join(test.want, "")); !slices.Equal(got, test.want) {
				t.Errorf("got %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestSentenceIsFinishedByTheNextWord(t *testing.T) {
	var s splitter
	if got := s.write("Five days."); got != nil {
		t.Errorf("%q before it is certain", got)
	}
	if got := s.write(" A"); !slices.Equal(got, []string{"Five days. "}) {
		t.Errorf("got %q", got)
	}
}

// Sentences joined together are the text, however it is cut into chunks.
func FuzzSentencesAreLossless(f *testing.F) {
	f.Add("One. 二。“三！” 3.5 e.g. 4\n\n1. x?!", uint64(0xaaaa))
	f.Fuzz(func(t *testing.T, text string, cuts uint64) {
		whole := split(text)
		if strings.Join(whole, "") != text {
			t.Errorf("%q became %q", text, whole)
		}
		var s splitter
		var got []string
		for _, chunk := range chunked(text, cuts) {
			got = append(got, s.write(chunk)...)
		}
		if got = append(got, s.close()...); !slices.Equal(got, whole) {
			t.Errorf("whole %q, in chunks %q", whole, got)
		}
	})
}
