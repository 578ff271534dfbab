package ingest

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// Read returns the text of a document that scope reads. An unknown document
// and one outside the scope are both retrieval.ErrNotFound.
func (l *Ledger) Read(ctx context.Context, scope access.Scope, id retrieval.DocumentID) (retrieval.Text, error) {
	var (
		e    entry
		text retrieval.Text
	)
	err := l.db.Read(ctx, func(tx *sql.Tx) (err error) {
		e, err = scanEntry(tx.QueryRowContext(ctx, "SELECT "+entryColumns+" FROM documents WHERE id = $1", id))
		if err != nil || !scope.Allows(e.document.Readers) {
			return err
		}
		text.Document = e.document
		return tx.QueryRowContext(ctx, "SELECT markdown FROM documents WHERE id = $1", id).Scan(&text.Markdown)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return retrieval.Text{}, fmt.Errorf("read document: %w", retrieval.ErrNotFound)
	case err != nil:
		return retrieval.Text{}, fmt.Errorf("read document: %w", err)
	case text.Document.ID == "":
		return retrieval.Text{}, fmt.Errorf("read document: %w", retrieval.ErrNotFound)
	}
	return text, nil
}

// suggestion is how a question about a part of a document is put.
var suggestion = map[string]string{
	"en":      "What does “%s” say about “%s”?",
	"zh-Hans": "《%s》对“%s”是怎么规定的？",
	"zh-Hant": "《%s》對「%s」是怎麼規定的？",
}

// Suggest returns up to n questions that documents inside scope answer, each
// about another document, in the language; those of the asker's own
// departments come before those that everyone reads. Only titles and headings
// that the scope reads are in them.
func (l *Ledger) Suggest(ctx context.Context, scope access.Scope, language string, n int) ([]string, error) {
	entries, err := l.entries(ctx)
	if err != nil {
		return nil, err
	}
	var readable []entry
	for _, e := range entries {
		if e.state == stateIndexed && scope.Allows(e.document.Readers) && len(e.headings) > 0 && distance(e.document.Language, language) < 2 {
			readable = append(readable, e)
		}
	}
	forAll := func(e entry) int {
		if slices.Contains(e.document.Readers.Departments, access.Everyone) {
			return 1
		}
		return 0
	}
	slices.SortFunc(readable, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(distance(a.document.Language, language), distance(b.document.Language, language)),
			cmp.Compare(forAll(a), forAll(b)),
			cmp.Compare(b.document.Updated, a.document.Updated),
			cmp.Compare(a.document.ID, b.document.ID))
	})
	wording := cmp.Or(suggestion[language], suggestion["en"])
	var questions []string
	for _, e := range readable[:min(n, len(readable))] {
		questions = append(questions, fmt.Sprintf(wording, e.document.Title, e.headings[len(e.headings)/2]))
	}
	return questions, nil
}

// distance is 0 for a document in the reader's language, 1 for one in the
// other Chinese script, and 2 for one they may not read at all.
func distance(document, reader string) int {
	switch {
	case document == reader:
		return 0
	case document != "en" && document != "" && reader != "en" && reader != "":
		return 1
	}
	return 2
}
