package retrieval

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestAnalyze(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"EnglishWordsAreStemmedAndCounted", "Leave and leaves of the policies", "leav:2 polici:1"},
		{"PossessivesAreTheirWord", "the company's companies’ employee's", "compani:2 employe:1"},
		{"HyphenatedWordsAreTwo", "part-time work", "part:1 time:1 work:1"},
		{"AChineseRunGivesItsPairs", "年假申请", "假申:1 年假:1 申请:1"},
		{"ALoneCharacterGivesItself", "5 天", "5:1 天:1"},
		{"TraditionalIsFound", "請假規則", "假规:1 规则:1 请假:1"},
		{"TaiwanVariantsAreFound", "裡面", "里面:1"},
		{"WidthIsFolded", "ＩＳＯ９００１ ﾃﾞｰﾀ", "9001:1 iso:1 iso9001:1 デー:1 ータ:1"},
		{"CodesStayWholeWithTheirParts", "ISO-9001", "9001:1 iso:1 iso9001:1"},
		{"ACodeIsTheSameHoweverItIsJoined", "ISO9001 iso_9001", "9001:2 iso:2 iso9001:2"},
		{"VersionsKeepTheirPoint", "v2.3", "2:1 3:1 v2p3:1"},
		{"DatesKeepTheirParts", "2026-03-05", "2026:1 2026p03p05:1 3:1 5:1"},
		{"DecimalsAreNotTheirDigits", "3.5 35", "3:1 35:1 3p5:1 5:1"},
		{"ThousandsAreOneNumber", "1,200 1200 1,2", "1:1 1200:2 2:1"},
		{"AFullStopEndsAWord", "Ask HR. Then wait.", "ask:1 hr:1 wait:1"},
		{"CircleZeroIsZero", "二〇二六 二零二六", "二六:2 二零:2 零二:2"},
		{"MixedScriptsComeApart", "用VPN连接2台", "2:1 vpn:1 台:1 用:1 连接:1"},
		{"NothingGivesNothing", " 。，!? ", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format(Analyze(tt.in)); got != tt.want {
				t.Errorf("Analyze(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestAnalyzeQuery(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"TheFrameIsCutOut", "请问年假是多少天？", "天:1 年假:1"},
		{"InTraditionalToo", "請問為什麼沒有年假？", "年假:1 有年:1 没有:1"},
		{"AQuestionOfNothingElseStays", "为什么呢", "为什:1 么呢:1 什么:1"},
		{"EnglishQuestionWordsAreStopWords", "What is the notice period?", "notic:1 period:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := format(AnalyzeQuery(tt.in)); got != tt.want {
				t.Errorf("AnalyzeQuery(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

// TestQuestionFrameIsFolded holds that each word of the frame can be found in
// a folded text.
func TestQuestionFrameIsFolded(t *testing.T) {
	for _, w := range strings.Fields(questionWords) {
		if Fold(w) != w {
			t.Errorf("%s folds to %s", w, Fold(w))
		}
	}
}

// FuzzAnalyze holds that terms are sorted, unique, of letters and digits only
// and counted at least once, and that folding first changes nothing.
func FuzzAnalyze(f *testing.F) {
	for _, seed := range []string{"ISO-9001 年假申請", "J\u030c", "ſﬀİΣ", "１，２００", "a-́b", "\xff\xfe", "한국어 데이터ー", "²⁄₃ Ⅳ ①"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		terms := Analyze(text)
		if !slices.IsSortedFunc(terms, func(a, b Term) int { return strings.Compare(a.Text, b.Text) }) {
			t.Errorf("not sorted: %v", terms)
		}
		for i, term := range terms {
			if i > 0 && terms[i-1].Text == term.Text {
				t.Errorf("%q twice", term.Text)
			}
			if term.Count < 1 || term.Text == "" || strings.ContainsFunc(term.Text, notAlphanumeric) {
				t.Errorf("term %q ×%d", term.Text, term.Count)
			}
		}
		folded := Fold(text)
		if again := Fold(folded); again != folded {
			t.Errorf("Fold(%+q) = %+q, folded again %+q", text, folded, again)
		}
		if diff := cmp.Diff(terms, Analyze(folded)); diff != "" {
			t.Errorf("after folding (-before +after):\n%s", diff)
		}
		AnalyzeQuery(text)
	})
}

func notAlphanumeric(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

func format(terms []Term) string {
	var words []string
	for _, t := range terms {
		words = append(words, fmt.Sprintf("%s:%d", t.Text, t.Count))
	}
	return strings.Join(words, " ")
}

func BenchmarkAnalyze(b *testing.B) {
	passages := map[string]string{
		"English": strings.Repeat("Every employee whose contract has run for six months may ask for parental leave of up to 12 weeks. ", 10),
		"Chinese": strings.Repeat("員工連續工作滿十二個月以上的，享受帶薪年休假，單位應當保證職工享受年休假。", 10),
	}
	for name, text := range passages {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Analyze(text)
			}
		})
	}
}

func TestSingleCharactersCountOnlyWhereWordsAreAlone(t *testing.T) {
	texts := func(terms []Term) (list []string) {
		for _, t := range terms {
			list = append(list, t.Text)
		}
		return list
	}
	if got := texts(Analyze("年假 hr")); !slices.Equal(got, []string{"hr", "年假"}) {
		t.Errorf("beside vectors: %v", got)
	}
	if got := texts(AnalyzeAlone("年假 假 hr")); !slices.Equal(got, []string{"hr", "假", "年", "年假"}) {
		t.Errorf("alone: %v", got)
	}
}
