package chat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// filtered runs chunks through a filter and returns the text and the hints,
// each as "number@offset".
func filtered(chunks ...string) (string, []string) {
	var f markFilter
	var fragments []fragment
	for _, chunk := range chunks {
		fragments = append(fragments, f.write(chunk)...)
	}
	var text string
	var hints []string
	for _, fragment := range append(fragments, f.close()...) {
		text += fragment.text
		for _, n := range fragment.hints {
			hints = append(hints, fmt.Sprintf("%d@%d", n, len(text)))
		}
	}
	return text, hints
}

func TestMarksAreTakenOutAndKeptAsHints(t *testing.T) {
	tests := []struct {
		name, in, want string
		hints          []string
	}{
		{"Plain", "Five days [1].", "Five days.", []string{"1@9"}},
		{"BehindTheSentence", "五天。[2]下一句", "五天。下一句", []string{"2@9"}},
		{"Chinese", "五天【1】。", "五天。", []string{"1@6"}},
		{"FullWidth", "五天［２］。", "五天。", []string{"2@6"}},
		{"Footnote", "a[^3]", "a", []string{"3@1"}},
		{"Several", "a [1, 2][3]", "a", []string{"1@1", "2@1", "3@1"}},
		{"Doubled", "a [[1]]", "a", []string{"1@1"}},
		{"Word", "a (source 1) b", "a b", []string{"1@1"}},
		{"WordInChinese", "a（来源：1）b", "ab", []string{"1@1"}},
		{"WordInBrackets", "a [Passage 12]", "a", []string{"12@1"}},
		{"YearIsText", "in [2024]", "in [2024]", nil},
		{"RoundNumberIsText", "step (1)", "step (1)", nil},
		{"LinkTextIsText", "[home](/x)", "[home](/x)", nil},
		{"TaskIsText", "- [ ] do", "- [ ] do", nil},
		{"Unfinished", "a [1", "a [1", nil},
		{"Broken", "a [1\n]", "a [1\n]", nil},
		{"PrivateUse", "a\ue000b\uf8ffc\U000f0000d", "abcd", nil},
		{"ControlsAndDirections", "a\x00\x1b\u202eb\n\tc", "ab\n\tc", nil},
		{"HiddenInsideAMark", "a [\ue0001]", "a", []string{"1@1"}},
		{"InvalidUTF8", "a\xffb", "a\ufffdb", nil},
		{"TornAtTheEnd", "a\xe4", "a\ufffd", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, hints := filtered(test.in)
			if text != test.want || !slices.Equal(hints, test.hints) {
				t.Errorf("%q gives %q %v, want %q %v", test.in, text, hints, test.want, test.hints)
			}
		})
	}
}

func TestTextIsNotHeldBackWithoutNeed(t *testing.T) {
	var f markFilter
	for _, chunk := range []string{"Five", " days (at", "五", "[no"} {
		got := f.write(chunk)
		if len(got) == 0 || f.held != "" {
			t.Errorf("%q is held back as %q", chunk, f.held)
		}
	}
}

// However a text is cut, the same comes out, and nothing hidden with it.
func FuzzMarksDoNotDependOnChunks(f *testing.F) {
	f.Add("Five days [1]. 年假【2】（来源 3） [[4]] [^5] \ue000", uint64(0x5a5a))
	f.Add("[1, 2] [ [1] [source", uint64(7))
	f.Add("(来源(source 1))"+strings.Repeat("1", 60)+"]", uint64(1<<40|3))
	f.Fuzz(func(t *testing.T, text string, cuts uint64) {
		whole, hints := filtered(text)
		got, gotHints := filtered(chunked(text, cuts)...)
		if got != whole || !slices.Equal(gotHints, hints) {
			t.Errorf("whole %q %v, in chunks %q %v", whole, hints, got, gotHints)
		}
		if !utf8.ValidString(whole) || strings.ContainsFunc(whole, hidden) {
			t.Errorf("%q is shown", whole)
		}
	})
}

// chunked cuts text behind each byte whose bit is set, over and over.
func chunked(text string, cuts uint64) []string {
	var chunks []string
	start := 0
	for i := range len(text) {
		if cuts>>(i%64)&1 == 1 {
			chunks = append(chunks, text[start:i])
			start = i
		}
	}
	return append(chunks, text[start:])
}
