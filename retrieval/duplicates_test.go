package retrieval_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"bureau/access"
	"bureau/retrieval"
)

// copies returns an index of passages of an own document each, which everyone
// reads unless it says otherwise, and a searcher by words over it.
func copies(passages ...retrieval.Found) (*memory, *retrieval.Searcher) {
	m := &memory{embedder: wordHash{embedded: new(int)}}
	for i, f := range passages {
		if f.Document.Readers.Departments == nil {
			f.Document.Readers.Departments = []access.Department{access.Everyone}
		}
		if f.Document.ID == "" {
			f.Document.ID = retrieval.DocumentID(fmt.Sprintf("d%d", i))
		}
		f.Passage.ID, f.Passage.Document = fmt.Sprintf("p%d", i), f.Document.ID
		m.passages = append(m.passages, f)
	}
	return m, &retrieval.Searcher{Index: m, Ledger: m, Embedder: m.embedder, Constants: retrieval.ConstantsFor("word-hash")}
}

// a returns a passage with its document's id.
func a(id, text string) retrieval.Found {
	return retrieval.Found{Document: retrieval.Document{ID: retrieval.DocumentID(id)}, Passage: retrieval.Passage{Text: text}}
}

// sources says which documents a result shows: each match's own, and in brackets
// where else its text stands.
func sources(r retrieval.Result) string {
	var all []string
	for _, m := range r.Hits {
		one := string(m.Document.ID)
		for _, f := range m.Also {
			one += "+" + string(f.Document.ID)
		}
		all = append(all, one)
	}
	return strings.Join(all, " ")
}

const (
	leaveEn = "Annual leave is thirty days for everybody who works full time. Ask your manager for leave two weeks before it begins, and enter the days in the calendar of the team, so that others can plan around them."
	leaveZh = "全职员工每年享有三十天年假。请在休假开始前两周向主管提出申请，并在团队日历中登记休假日期，以便其他同事据此安排自己的工作。未休完的年假可以结转到下一年。"
	// The long texts are such that one word is less than a tenth of their shingles.
	longEn  = leaveEn + " Holiday goes by the calendar of the country where somebody works, and whoever moves between offices keeps the calendar of the old one for the rest of the season. A day that was planned and fell ill is given back when the doctor says so in writing."
	longZh  = leaveZh + "假期按工作所在地的日历计算，调动办公室的员工在本季度继续适用原来的日历。休假期间生病的，凭医生证明退还当天假期。经理在团队会议上公布休假安排，并由人事部门存档备查。"
	canteen = "The canteen serves lunch; leave your tray at the window."
)

func TestACopyIsListedAndTakesNoPlace(t *testing.T) {
	for name, c := range map[string]struct{ question, text, other string }{
		"English": {"How many days of annual leave?", leaveEn, "Leave for a move is a day; ask in advance."},
		"Chinese": {"年假有多少天？", leaveZh, "搬家可享受一天假期，请提前申请年假。"},
	} {
		t.Run(name, func(t *testing.T) {
			_, s := copies(a("docx", c.text), a("pdf", c.text), a("folder", c.text), a("other", c.other))
			got := sources(search(t, s, "hanna", retrieval.Question{Text: c.question, K: 2}))
			if want := "docx+pdf+folder other"; got != want {
				t.Errorf("sources %q, want %q", got, want)
			}
		})
	}
}

func TestWhatIsOneText(t *testing.T) {
	for _, c := range []struct {
		name, text, other string
		same              bool
	}{
		{"MarkupAndSpaces", leaveEn, "**" + strings.ReplaceAll(leaveEn, " ", "\n") + "**", true},
		{"WidthOfCharacters", leaveZh + "联系分机 8021。", strings.ReplaceAll(leaveZh, "，", ",") + "联系分机 ８０２１。", true},
		{"TheFootOfAPage", leaveEn, leaveEn + "\n\nLarkfield handbook", true},
		{"TheFootOfAPageInChinese", leaveZh, "云雀员工手册\n\n" + leaveZh, true},
		{"AnotherFigureInWords", leaveEn, strings.ReplaceAll(leaveEn, "thirty", "twenty"), false},
		{"AnotherFigureInChinese", leaveZh, strings.ReplaceAll(leaveZh, "三十天", "二十天"), false},
		{"AnotherFigure", leaveEn + " Call 8021.", leaveEn + " Call 8022.", false},
		{"OneFigureMore", leaveEn, leaveEn + " Version 3.", false},
		{"FiguresChangedAbout", leaveEn + " Leeds 26, Suzhou 12.", leaveEn + " Leeds 12, Suzhou 26.", false},
		{"AnotherUnit", leaveEn, strings.ReplaceAll(leaveEn, "two weeks", "two days"), false},
		{"AnotherUnitInChinese", leaveZh, strings.ReplaceAll(leaveZh, "两周", "两月"), false},
		{"AnotherCurrency", leaveEn + " Pay £500 for it.", leaveEn + " Pay $500 for it.", false},
		{"AnotherMonth", leaveEn + " From 2 March.", leaveEn + " From 2 April.", false},
		{"AnotherSign", leaveEn + " Keep it at -5 degrees.", leaveEn + " Keep it at 5 degrees.", false},
		{"Negated", leaveEn, strings.ReplaceAll(leaveEn, "can plan", "can not plan"), false},
		{"NegatedInChinese", leaveZh, strings.ReplaceAll(leaveZh, "可以结转", "不可以结转"), false},
		{"AnotherWord", leaveEn, strings.ReplaceAll(leaveEn, "manager", "director"), false},
		{"AnotherWordInChinese", leaveZh, strings.ReplaceAll(leaveZh, "主管", "人事"), false},
		{"WordsChangedAbout", leaveEn, strings.NewReplacer("manager", "team", "team", "manager").Replace(leaveEn), false},
		{"OneSentenceMore", leaveEn, leaveEn + " Leave that is left goes on into the next year if the team agrees to it.", false},
		{"OneWordExchangedInALongText", longEn, strings.ReplaceAll(longEn, "manager", "director"), false},
		{"OneWordExchangedInALongChineseText", longZh, strings.ReplaceAll(longZh, "主管", "院长"), false},
		{"OneWordMoreInALongText", longEn, strings.ReplaceAll(longEn, "calendar of the team", "calendar of the whole team"), true},
		{"OneWordMoreBesideANumber", longEn, strings.ReplaceAll(longEn, "thirty days", "thirty working days"), false},
		{"OneWordMoreBesideAChineseNumber", longZh, strings.ReplaceAll(longZh, "三十天", "三十工作天"), false},
		{"NothingButMarks", "---", "***", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, s := copies(a("one", c.text), a("other", c.other))
			hits := search(t, s, "hanna", retrieval.Question{Text: "annual leave 年假", K: 5}).Hits
			if same := len(hits) == 1 && len(hits[0].Also) == 1; same != c.same || !same && len(hits) != 2 {
				t.Errorf("%d matches, one text: %t, want %t", len(hits), same, c.same)
			}
		})
	}
}

func TestAnotherScriptIsAnotherText(t *testing.T) {
	hans, hant := a("hans", leaveZh), a("hant", strings.NewReplacer("职", "職", "员", "員", "开", "開", "团", "團", "队", "隊").Replace(leaveZh))
	hans.Passage.Language, hant.Passage.Language = "zh-Hans", "zh-Hant"
	_, s := copies(hans, hant)
	if hits := search(t, s, "hanna", retrieval.Question{Text: "年假", K: 5}).Hits; len(hits) != 2 {
		t.Errorf("%d matches, want one for each script", len(hits))
	}
}

func TestAShortTextUnderAnotherHeadingIsAnother(t *testing.T) {
	under := func(id, heading, text string) retrieval.Found {
		f := a(id, text)
		f.Passage.Headings = []string{heading}
		return f
	}
	const short = "Yes, if your manager agrees to the leave."
	for _, c := range []struct {
		name, text, other string
		want              int
	}{
		{"SameHeading", short, "Sabbatical", 1},
		{"OtherHeading", short, "Parental leave", 2},
		{"OtherHeadingOverALongText", leaveEn, "Page 3", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, s := copies(under("one", "Sabbatical", c.text), under("other", c.other, c.text))
			if hits := search(t, s, "hanna", retrieval.Question{Text: "manager agrees", K: 5}).Hits; len(hits) != c.want {
				t.Errorf("%d matches, want %d", len(hits), c.want)
			}
		})
	}
}

func TestWhichCopyLeads(t *testing.T) {
	titled := func(id, title, updated string) retrieval.Found {
		f := a(id, leaveEn)
		f.Document.Title, f.Document.Updated = title, updated
		return f
	}
	for _, c := range []struct {
		name, question string
		first, second  retrieval.Found // in the order of their scores
		want           string
	}{
		{"TheNewer", "annual leave", titled("a", "Leave 2025", "2025-01-02"), titled("b", "Leave 2026", "2026-01-02"), "b+a"},
		{"TheBetterOfTwoDates", "annual leave", titled("a", "Leave", "2026-01-02"), titled("b", "Leave", "2025-01-02"), "a+b"},
		{"TheBetterWhereOneHasNoDate", "annual leave", titled("a", "Leave", ""), titled("b", "Leave", "2026-01-02"), "a+b"},
		{"TheOneThatTheQuestionNames", "annual leave 2025", titled("a", "Leave 2025", "2025-01-02"), titled("b", "Leave 2026", "2026-01-02"), "a+b"},
		{"TheOneThatTheQuestionNamesThoughWorse", "annual leave in Leeds", titled("a", "Handbook Suzhou", "2026-01-02"), titled("b", "Handbook Leeds", "2025-01-02"), "b+a"},
		{"NotTheOneThatRepeatsItsText", "leave in the calendar", titled("a", "Calendar", "2025-01-02"), titled("b", "Leave", "2026-01-02"), "b+a"},
		{"BothWhereTheQuestionNamesBoth", "annual leave in Leeds and Suzhou", titled("a", "Handbook Suzhou", ""), titled("b", "Handbook Leeds", ""), "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, s := copies(c.first, c.second)
			if got := sources(search(t, s, "hanna", retrieval.Question{Text: c.question, K: 2})); got != c.want {
				t.Errorf("sources %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFollowUpMeansTheCopyThatWasNamedBefore(t *testing.T) {
	leeds, suzhou := a("leeds", leaveEn), a("suzhou", leaveEn)
	leeds.Document.Title, leeds.Document.Updated = "Handbook Leeds", "2025-01-02"
	suzhou.Document.Title, suzhou.Document.Updated = "Handbook Suzhou", "2026-01-02"
	_, s := copies(leeds, suzhou)
	q := retrieval.Question{Text: "How long before?", Earlier: []string{"annual leave in Leeds"}, K: 2}
	if got := sources(search(t, s, "hanna", q)); got != "leeds+suzhou" {
		t.Errorf("sources %q, want leeds+suzhou", got)
	}
}

// A copy that comes to lead brings its text and not its scores: evidence and
// order are those of the best.
func TestACopyThatLeadsKeepsThePlace(t *testing.T) {
	old, fresh := a("old", leaveEn), a("new", leaveEn+" Larkfield handbook")
	old.Document.Updated, fresh.Document.Updated = "2025-01-02", "2026-01-02"
	_, alone := copies(old)
	_, s := copies(old, fresh, a("far", canteen))
	q := retrieval.Question{Text: "annual leave", K: 2}
	want, got := search(t, alone, "hanna", q).Hits[0], search(t, s, "hanna", q).Hits
	if got[0].Document.ID != "new" || got[0].Cosine != want.Cosine || got[0].Score < got[1].Score {
		t.Errorf("%s leads with cosine %v, score %v before %v; want new with cosine %v", got[0].Document.ID, got[0].Cosine, got[0].Score, got[1].Score, want.Cosine)
	}
}

func TestADocumentThatRepeatsItselfIsNoCopy(t *testing.T) {
	_, s := copies(a("one", leaveEn), a("one", leaveEn), a("other", leaveEn), a("other", leaveEn))
	got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 5}))
	if want := "one+other one"; got != want {
		t.Errorf("sources %q, want %q: each document once beside a text", got, want)
	}
}

func TestACopyIsNotNamedBesideItself(t *testing.T) {
	plain, named := a("twice", leaveEn), a("twice", leaveEn)
	named.Passage.Headings = []string{"Leeds"}
	_, s := copies(a("one", leaveEn), plain, named)
	got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave in Leeds", K: 1}))
	if want := "twice+one"; got != want {
		t.Errorf("sources %q, want %q", got, want)
	}
}

func TestACopyIsHeldAgainstTheOneThatLeads(t *testing.T) {
	old, fresh, third := a("old", leaveEn), a("new", leaveEn+" Larkfield handbook"), a("third", leaveEn+" Larkfield handbook, staff edition")
	old.Document.Updated, fresh.Document.Updated = "2025-01-02", "2026-01-02"
	_, s := copies(old, third)
	if got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 5})); got != "old third" {
		t.Fatalf("sources %q: the first and the third should be too far apart", got)
	}
	_, s = copies(old, fresh, third)
	if got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 5})); got != "new+old+third" {
		t.Errorf("sources %q, want new+old+third", got)
	}
}

func TestPerDocumentHoldsForCopiesThatLead(t *testing.T) {
	first, old, fresh := a("new", canteen+" Leave annual leave."), a("old", leaveEn), a("new", leaveEn)
	old.Document.Updated, fresh.Document.Updated = "2025-01-02", "2026-01-02"
	_, s := copies(first, old, fresh)
	got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave canteen tray window", K: 5, PerDocument: 1}))
	if want := "new old+new"; got != want {
		t.Errorf("sources %q, want %q", got, want)
	}
}

// open is a ledger that lets everyone read everything.
type open struct{}

func (open) Readers(_ context.Context, documents []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := make(map[retrieval.DocumentID]access.Readers)
	for _, d := range documents {
		readers[d] = access.Readers{Departments: []access.Department{access.Everyone}}
	}
	return readers, nil
}

func TestP1_ACopyOutsideTheScopeIsNeverNamed(t *testing.T) {
	for name, text := range map[string]string{"English": leaveEn, "Chinese": leaveZh} {
		t.Run(name, func(t *testing.T) {
			secret := a("secret", text)
			secret.Document.Readers.Departments = []access.Department{"hr"}
			secret.Document.Updated = "2026-10-01" // it would lead
			m, s := copies(a("one", text), secret, a("two", text))
			q := retrieval.Question{Text: "annual leave 年假", K: 5}
			if got := sources(search(t, s, "hanna", q)); !strings.Contains(got, "secret") {
				t.Fatalf("hanna, who may, does not see it: %q", got)
			}
			honest := search(t, s, "felix", q)
			if got := sources(honest); got != "one+two" {
				t.Errorf("felix sees %q, want one+two", got)
			}
			m.leak = true // an index that forgets the scope meets the second lock
			if got := sources(search(t, s, "felix", q)); got != "one+two" {
				t.Errorf("of an index that leaks felix sees %q, want one+two", got)
			}
			s.Ledger = open{} // and where that is open, the readers in the index still hold
			if got := sources(search(t, s, "felix", q)); got != "one+two" {
				t.Errorf("with an open ledger felix sees %q, want one+two", got)
			}
		})
	}
}

func TestP1_ACopyThatTheLedgerWithholdsIsNeverNamed(t *testing.T) {
	m, s := copies(a("one", leaveEn), a("withheld", leaveEn), a("two", leaveEn))
	m.withheld = map[retrieval.DocumentID]bool{"withheld": true}
	if got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 5})); got != "one+two" {
		t.Errorf("sources %q, want one+two", got)
	}
}

func TestCopiesJustBehindTheLastAreKnown(t *testing.T) {
	_, s := copies(a("one", leaveEn), a("two", leaveEn), a("three", leaveEn))
	if got := sources(search(t, s, "hanna", retrieval.Question{Text: "annual leave", K: 1})); got != "one+two+three" {
		t.Errorf("sources %q, want one+two+three", got)
	}
}
