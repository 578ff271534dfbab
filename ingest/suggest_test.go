package ingest

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"bureau/access"
)

// corrupt makes a column of every document unreadable.
func (l *Ledger) corrupt(t *testing.T, column string) error {
	t.Helper()
	return l.db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("UPDATE documents SET " + column + " = '{'")
		return err
	})
}

// library is documents of several departments and languages.
func library(t *testing.T) *office {
	o := newOffice(t)
	o.write("leave.md", "---\nupdated: 2026-01-01\n---\n# Leave\n\n## Carry-over\n\nThe days of leave that are left over may be taken until March.\n")
	o.write("travel.md", "---\nupdated: 2026-02-01\n---\n# Travel\n\n## Hotels\n\nThe company pays for the hotel when you travel for work.\n")
	o.write("pay.md", "---\nreaders: [finance]\n---\n# Secret pay\n\n## Secret bonus\n\nThe bonus is paid in the spring to those who have earned it.\n")
	o.write("hans.md", "---\nlanguage: zh-Hans\n---\n# 考勤制度\n\n## 迟到\n\n员工迟到三次以上的，应当向主管说明原因。\n")
	o.write("hant.md", "---\nlanguage: zh-Hant\n---\n# 差旅制度\n\n## 住宿\n\n員工出差時的住宿費用由公司負擔。\n")
	o.write("plain.md", "There is no heading in this text about leave.\n")
	o.write("numbers.md", "# Numbers\n\n## 3.1\n\nThe section above has a number for a name.\n")
	o.run()
	return o
}

func TestL27_SuggestionsComeFromReadableDocumentsOnly(t *testing.T) {
	o := library(t)
	for _, language := range []string{"en", "zh-Hans", "zh-Hant", "fr", ""} {
		questions, err := o.Ledger.Suggest(t.Context(), scopeOf(t, "hanna"), language, 100)
		if err != nil || strings.Contains(strings.Join(questions, "\n"), "Secret") {
			t.Errorf("%q: %q (%v)", language, questions, err)
		}
	}
	questions, err := o.Ledger.Suggest(t.Context(), scopeOf(t, "feng"), "en", 1)
	if err != nil || !slices.Equal(questions, []string{"What does “Secret pay” say about “Secret bonus”?"}) {
		t.Errorf("%q (%v), want the question of one's own department first", questions, err)
	}
}

func TestP2_ZeroScopeIsSuggestedNothing(t *testing.T) {
	if questions, err := library(t).Ledger.Suggest(t.Context(), access.Scope{}, "en", 5); err != nil || len(questions) != 0 {
		t.Errorf("%q (%v)", questions, err)
	}
}

func TestSuggestionsAreInTheReadersLanguage(t *testing.T) {
	o := library(t)
	english := []string{"What does “Travel” say about “Hotels”?", "What does “Leave” say about “Carry-over”?"}
	for language, want := range map[string][]string{
		"en": english, "fr": english, "": english,
		"zh-Hans": {"《考勤制度》中关于“迟到”是怎么说的？", "《差旅制度》中关于“住宿”是怎么说的？"},
		"zh-Hant": {"《差旅制度》中關於「住宿」是怎麼說的？", "《考勤制度》中關於「迟到」是怎麼說的？"},
	} {
		for range 3 { // and the same each time
			questions, err := o.Ledger.Suggest(t.Context(), scopeOf(t, "hanna"), language, 5)
			if err != nil || !slices.Equal(questions, want) {
				t.Errorf("%q: %q, want %q (%v)", language, questions, want, err)
			}
		}
	}
}

func TestNoMoreAreSuggestedThanAskedFor(t *testing.T) {
	o := library(t)
	for n, want := range map[int]int{-1: 0, 0: 0, 1: 1, 100: 2} {
		if questions, err := o.Ledger.Suggest(t.Context(), scopeOf(t, "hanna"), "en", n); err != nil || len(questions) != want {
			t.Errorf("%d were asked for and came %q (%v)", n, questions, err)
		}
	}
}
