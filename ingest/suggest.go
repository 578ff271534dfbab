package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bureau/access"
)

// A wording is how questions are put in a language, and the languages of the
// documents that its readers understand, their own first.
type wording struct {
	question  string // of a document's title and one of its headings
	languages []string
}

var wordings = map[string]wording{
	"en":      {"What does “%s” say about “%s”?", []string{"en"}},
	"zh-Hans": {"《%s》中关于“%s”是怎么说的？", []string{"zh-Hans", "zh-Hant"}},
	"zh-Hant": {"《%s》中關於「%s」是怎麼說的？", []string{"zh-Hant", "zh-Hans"}},
}

// wordingOf returns the wording of a language; one that is not ours counts as
// English.
func wordingOf(language string) wording {
	if w, ok := wordings[language]; ok {
		return w
	}
	return wordings["en"]
}

// canAsk reports whether a question can be put about a document to readers of
// scope.
func (w wording) canAsk(scope access.Scope, e entry) bool {
	return e.state == stateIndexed && len(e.headings) > 0 && slices.Contains(w.languages, e.document.Language) && scope.Allows(e.document.Readers)
}

// ask returns the question about a heading of a document.
func (w wording) ask(e entry, heading string) string {
	return fmt.Sprintf(w.question, e.document.Title, heading)
}

// middleHeading returns the heading of a document to ask about where none is
// better than the others. It has one.
func (e entry) middleHeading() string { return e.headings[len(e.headings)/2] }

// Suggest returns up to n questions that documents inside scope answer, each
// about another document, in the language; one that is not ours counts as
// English. Documents of the asker's own departments come before those that
// everyone reads. Only titles and headings that the scope reads are in them.
func (l *Ledger) Suggest(ctx context.Context, scope access.Scope, language string, n int) ([]string, error) {
	if scope.IsZero() {
		return nil, nil
	}
	w := wordingOf(language)
	languages, err := json.Marshal(w.languages)
	if err != nil {
		return nil, err // unreachable: strings encode
	}
	var readable []entry
	if err := l.query(ctx, func(e entry) {
		if w.canAsk(scope, e) {
			readable = append(readable, e)
		}
	}, "SELECT "+entryColumns+" FROM documents WHERE state = $1 AND language IN (SELECT value FROM json_each($2))",
		stateIndexed, string(languages)); err != nil {
		return nil, fmt.Errorf("suggest questions: %w", err)
	}
	slices.SortFunc(readable, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(slices.Index(w.languages, a.document.Language), slices.Index(w.languages, b.document.Language)),
			cmp.Compare(forAll(a), forAll(b)),
			cmp.Compare(b.document.Updated, a.document.Updated),
			cmp.Compare(a.document.ID, b.document.ID))
	})
	var questions []string
	for _, e := range readable[:max(0, min(n, len(readable)))] {
		questions = append(questions, w.ask(e, e.middleHeading()))
	}
	return questions, nil
}

// forAll is 1 for a document that everyone reads, else 0.
func forAll(e entry) int {
	if slices.Contains(e.document.Readers.Departments, access.Everyone) {
		return 1
	}
	return 0
}

// What the ledger keeps of a document's outline: enough to ask about.
const (
	mostHeadings   = 12
	longestHeading = 40 // runes
)

// headingsOf returns the innermost headings of a document that a question can
// be put about, each once, in order.
func headingsOf(pieces []Piece) []string {
	seen := map[string]bool{}
	headings := []string{}
	for _, p := range pieces {
		if len(p.Headings) == 0 || len(headings) == mostHeadings {
			continue
		}
		last := p.Headings[len(p.Headings)-1]
		if !seen[last] && strings.ContainsFunc(last, unicode.IsLetter) && utf8.RuneCountInString(last) <= longestHeading {
			seen[last] = true
			headings = append(headings, last)
		}
	}
	return headings
}
