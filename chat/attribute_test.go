package chat

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// leave and travel are sources in both languages.
func bilingual() []Source {
	return []Source{
		{N: 1, Title: "Leave policy", Language: "en", Quote: "Employees have 25 days of annual leave per year.\nSick leave needs a doctor's note from the third day."},
		{N: 2, Title: "差旅制度", Language: "zh-Hans", Quote: "北京的住宿标准为每晚500元。上海的住宿标准为每晚600元。"},
		{N: 3, Title: "Travel policy", Language: "en", Quote: "The hotel limit in Beijing is 500 yuan per night. The hotel limit in Shanghai is 600 yuan per night."},
	}
}

var meanings = map[string]string{
	"hotel": "hotel", "住宿": "hotel", "night": "night", "每晚": "night", "beijing": "beijing", "北京": "beijing", "shanghai": "shanghai",
	"上海": "shanghai", "annual leave": "leave", "年假": "leave", "employee": "staff", "员工": "staff", "doctor": "doctor", "医生": "doctor",
}

func TestSentenceIsCitedToTheSourceThatCarriesIt(t *testing.T) {
	tests := []struct {
		name, sentence string
		hints          []int
		embedder       bool
		source         int
		support        Support
	}{
		{"SameWords", "Annual leave is 25 days per year.", nil, false, 1, Supported},
		{"ModelsMarkIsOnlyAHint", "Annual leave is 25 days per year.", []int{3}, false, 1, Supported},
		{"OneLanguageInChinese", "上海的住宿标准是每晚600元。", nil, false, 2, Supported},
		{"TraditionalAnswer", "上海的住宿標準為每晚600元。", nil, false, 2, Supported},
		{"WrongNumberIsNotSupported", "The hotel limit in Shanghai is 400 yuan per night.", nil, false, 3, Weak},
		{"AcrossByMeaning", "员工享有年假。", nil, true, 1, Weak},
		{"AcrossByMeaningAndNumber", "员工每年享有25天年假。", nil, true, 1, Weak},
		{"AcrossByNumberAlone", "员工享有25天年假。", nil, false, 1, Weak},
		{"AcrossWithoutNumberOrMeaning", "员工享有年假。", nil, false, 0, None},
		{"AcrossWithForeignNumber", "员工享有77天年假。", nil, true, 0, None},
		{"Invented", "Lunch is served on the roof by volunteers.", nil, false, 0, None},
		{"Question", "How many days do you want?", nil, false, 0, Neutral},
		{"LeadIn", "Here is what I found:", nil, false, 0, Neutral},
		{"Courtesy", "I hope this helps!", nil, false, 0, Neutral},
		{"Heading", "## Annual leave", nil, false, 0, Neutral},
		{"Rule", "|---|---|", nil, false, 0, Neutral},
		{"InventedNumberInAHeading", "## Annual leave: 77 days", nil, false, 1, Weak},
		{"InventedNumberBeforeAColon", "Lunch is served 77 times by volunteers:", nil, false, 0, None},
		{"NumberOfASourceBeforeAColon", "These are the 25 days:", nil, false, 0, Neutral},
		{"DocumentsDoNotSay", words[Simplified].notInSources, nil, false, 0, Neutral},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := newAttributor(nil, bilingual())
			if test.embedder {
				a.embedder = &dictionary{meanings: meanings}
			}
			v := a.attribute(t.Context(), test.sentence, English, test.hints)
			if v.source != test.source || v.support != test.support {
				t.Errorf("%q is %s by %d, want %s by %d", test.sentence, v.support, v.source, test.support, test.source)
			}
		})
	}
}

func TestModelsMarkDecidesNearTies(t *testing.T) {
	sources := []Source{{N: 1, Language: "en", Quote: "Receipts are handed in within 30 days."}, {N: 2, Language: "en", Quote: "Receipts are handed in within 30 days."}}
	for _, hint := range []int{1, 2} {
		v := newAttributor(nil, sources).attribute(t.Context(), "Receipts are handed in within 30 days.", English, []int{9, hint})
		if v.source != hint {
			t.Errorf("source %d, want %d", v.source, hint)
		}
	}
}

// The number of another row is in the source, and yet not near the sentence.
func TestNumberFromElsewhereInTheSourceIsNotSupport(t *testing.T) {
	sources := []Source{{N: 1, Language: "en", Quote: "The hotel limit in Beijing is 500 yuan.\n" + strings.Repeat("Trains are booked early.\n", 5) + "The hotel limit in Shanghai is 600 yuan.\n"}}
	v := newAttributor(nil, sources).attribute(t.Context(), "The hotel limit in Beijing is 600 yuan.", English, nil)
	if v.support != Weak || len(v.unverified) > 0 {
		t.Errorf("%+v, want weak and nothing unverified", v)
	}
}

func TestNumbersInTheTitleCount(t *testing.T) {
	sources := []Source{{N: 1, Title: "Travel policy 2026", Headings: []string{"Section 7"}, Updated: "2025-11-03", Language: "en", Quote: "Hotels are paid."}}
	v := newAttributor(nil, sources).attribute(t.Context(), "Section 7 of the travel policy 2026 says that hotels are paid.", English, nil)
	if v.support != Supported {
		t.Errorf("%+v", v)
	}
}

func TestNothingIsEmbeddedInOneLanguageAndSourcesOnceAcross(t *testing.T) {
	d := &dictionary{meanings: meanings}
	a := newAttributor(d, bilingual())
	a.attribute(t.Context(), "Annual leave is 25 days per year.", English, nil)
	if d.embedded != 0 {
		t.Errorf("%d pieces embedded for a sentence in the source's language", d.embedded)
	}
	a.attribute(t.Context(), "员工享有年假。", Simplified, nil)
	once := d.embedded
	a.attribute(t.Context(), "员工需要医生。", Simplified, nil)
	if once == 0 || d.embedded != once {
		t.Errorf("%d pieces embedded, then %d", once, d.embedded)
	}
}

func TestEmbedderThatFailsLeavesTheNumbers(t *testing.T) {
	a := newAttributor(&dictionary{err: errors.New("down")}, bilingual())
	if v := a.attribute(t.Context(), "员工享有25天年假。", Simplified, nil); v.source != 1 || v.support != Weak {
		t.Errorf("%+v", v)
	}
}

// A sentence copied from a source is supported by it, with nothing unverified.
func FuzzCopiesAreSupported(f *testing.F) {
	f.Add("Employees have 25 days. Receipts within 1,200 hours.")
	f.Add("年假三百五十天，百分之五。上海600元。")
	f.Fuzz(func(t *testing.T, text string) {
		sources := []Source{{N: 1, Quote: text, Language: LanguageOf(text, English)}}
		a := newAttributor(nil, sources)
		for _, s := range split(text) {
			v := a.attribute(t.Context(), s, sources[0].Language, nil)
			if isChinese(LanguageOf(s, sources[0].Language)) != isChinese(sources[0].Language) {
				continue
			}
			if v.support == None && len(terms(s)) > 0 || len(v.unverified) > 0 {
				t.Errorf("%q of %q: %+v", s, text, v)
			}
		}
	})
}

func TestMarksOfASourceAreTheQuestionsWords(t *testing.T) {
	tests := []struct {
		name, text, question string
		want                 []string
	}{
		{"Stems", "Employees request annual leave. Leaving early is no request.", "requesting leave", []string{"request", "leave", "Leaving", "request"}},
		{"Case", "VPN and vpn", "Vpn", []string{"VPN", "vpn"}},
		{"FullWidth", "连接ＶＰＮ时", "vpn", []string{"ＶＰＮ"}},
		{"Chinese", "员工的年假制度，病假", "年假制度", []string{"年假制度"}},
		{"TraditionalText", "年假應提前五個工作日申請", "年假申请", []string{"年假", "申請"}},
		{"StopWordsAreNotMarked", "the of and", "the leave", nil},
		{"Nothing", "text", "其他", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range highlight(test.text, termSet(test.question)) {
				got = append(got, test.text[m.Start:m.End])
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// Marks lie in the text, in order and apart, and cut no character.
func FuzzMarksLieInTheText(f *testing.F) {
	f.Add("员工的年假 annual leave ＶＰＮ", "年假 leave")
	f.Fuzz(func(t *testing.T, text, question string) {
		end := -1
		for _, m := range highlight(text, termSet(question)) {
			if m.Start <= end || m.End <= m.Start || m.End > len(text) {
				t.Errorf("mark %v behind %d in %q", m, end, text)
			}
			end = m.End
		}
	})
}

func TestShorteningKeepsWhatAnswers(t *testing.T) {
	filler := strings.Repeat("Nothing of note. ", 20)
	got := shorten(filler+"Annual leave is 25 days. "+filler, termSet("annual leave"), 120)
	if !strings.Contains(got, "Annual leave is 25 days.") || len(got) > 160 || !strings.HasSuffix(got, "…") {
		t.Errorf("%q", got)
	}
	if got := shorten("short", nil, 5); got != "short" {
		t.Errorf("%q", got)
	}
	if got := shorten(strings.Repeat("字", 100), nil, 10); got != "字字字…" {
		t.Errorf("%q", got)
	}
}

func TestNumbersDecideBetweenTheSameWords(t *testing.T) {
	sources := []Source{{N: 1, Language: Simplified, Quote: "住宿限额为五百三十元。"}, {N: 2, Language: Simplified, Quote: "住宿限额为三百五十元。"}}
	if v := newAttributor(nil, sources).attribute(t.Context(), "住宿限额为350元。", Simplified, nil); v.source != 2 {
		t.Errorf("%+v", v)
	}
}

// A mark behind a full stop belongs to the sentence before it, one at the
// beginning of a line to the sentence after it.
func TestMarksBelongToTheirSentence(t *testing.T) {
	copies := []Source{{N: 1, Language: "en", Quote: "Hotels cost 500 yuan."}, {N: 2, Language: "en", Quote: "Hotels cost 500 yuan."}}
	var got []int
	w := &writing{answerer: new(Answerer), language: English, emit: func(e Event) error {
		if s, ok := e.(Sentence); ok {
			got = append(got, s.Source)
		}
		return nil
	}}
	transcript := newTranscript(w, copies)
	for _, chunk := range []string{"Hotels cost 500 yuan. [2] Hotels cost ", "500 yuan [1].[2] Hotels cost 500 yuan.\n", "[2] Hotels cost 500 yuan."} {
		if err := transcript.write(t.Context(), chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := transcript.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []int{2, 1, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("cited %v, want %v", got, want)
	}
}
