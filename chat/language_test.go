package chat

import (
	"strings"
	"testing"

	"bureau/retrieval"
)

func TestLanguageOfAQuestion(t *testing.T) {
	tests := []struct{ text, fallback, want string }{
		{"How many days of leave?", Simplified, English},
		{"VPN?", Simplified, English},
		{"年假有几天？", English, Simplified},
		{"请问怎么报销？", Traditional, Simplified},
		{"請問怎麼報銷？", Simplified, Traditional},
		{"年假", Traditional, Traditional},
		{"年假", English, Simplified},
		{"年假", "", Simplified},
		{"What does 年假 mean in the handbook?", Simplified, English},
		{"Kubernetes rollback 怎么做？", English, Simplified},
		{"休暇は何日ですか", Traditional, Traditional},
		{"휴가는 며칠입니까", English, English},
		{"123?", Traditional, Traditional},
		{"", "fr", English},
	}
	for _, test := range tests {
		if got := LanguageOf(test.text, test.fallback); got != test.want {
			t.Errorf("%q with fallback %q is %q, want %q", test.text, test.fallback, got, test.want)
		}
	}
}

func TestScriptTablesArePairs(t *testing.T) {
	simplified, traditional := []rune(onlySimplified), []rune(onlyTraditional)
	if len(simplified) != len(traditional) {
		t.Fatalf("%d simplified, %d traditional", len(simplified), len(traditional))
	}
	for i, s := range simplified {
		if strings.ContainsRune(onlyTraditional, s) {
			t.Errorf("%c is in both tables", s)
		}
		if got := retrieval.Fold(string(traditional[i])); got != string(s) {
			t.Errorf("%c folds to %s, not to %c", traditional[i], got, s)
		}
	}
}

func TestEveryTextExistsInEveryLanguage(t *testing.T) {
	for _, language := range []string{English, Simplified, Traditional} {
		w := words[language]
		for _, text := range []string{w.refused, w.refusedNearest, w.refusedAsk, w.quotesOnly, w.quotesInstead, w.quotesBelow, w.notInSources} {
			if text == "" || LanguageOf(text, language) != language {
				t.Errorf("%s: %q", language, text)
			}
		}
	}
}
