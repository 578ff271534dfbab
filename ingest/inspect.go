package ingest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"time"

	"bureau/access"
	"bureau/ingest/format"
	"bureau/retrieval"
)

// ErrUnknownDocument says that the ledger has no document of a name.
var ErrUnknownDocument = errors.New("no document of that name was seen by an ingest")

// A Record is what the ledger has of one document, for those who keep the
// documents. It is not for readers: no scope has been asked.
type Record struct {
	Document retrieval.Document // Readers is who reads it now, nobody where it is not in the index
	State    string             // "indexed", "extracted", "waiting", "failed" or "withheld"
	Since    time.Time          // when it came into its state; zero where that was not written down
	Reason   string             // why it is not indexed
	Remedy   string             // what can be done about that
	Attempts int                // that failed, where trying again can help
	Next     time.Time          // when it is tried again by itself; zero for never
	Front    FrontMatter        // what the document says about its readers
	Rules    []Rule             // what is said about it beside it and above, outermost first
	Passages int                // in the index
	markdown string
	places   []format.Place
}

// Record returns a document by its name, "source/path", or its id. One that was
// never seen is ErrUnknownDocument.
func (l *Ledger) Record(ctx context.Context, name string) (Record, error) {
	id := retrieval.DocumentID(name)
	if source, path, ok := strings.Cut(name, "/"); ok {
		id = documentID(source, path)
	}
	e, err := l.withText(ctx, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Record{}, fmt.Errorf("%q: %w%s", name, ErrUnknownDocument, l.alike(ctx, name))
	case err != nil:
		return Record{}, fmt.Errorf("look up document %s: %w", name, err)
	}
	r := e.record()
	r.markdown, r.places = *e.markdown, e.places
	return r, nil
}

// alike asks whether one of the documents whose names hold the last part of a
// name was meant.
func (l *Ledger) alike(ctx context.Context, name string) string {
	last := strings.ToLower(path.Base(name))
	var names []string
	err := l.db.Read(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT source || '/' || path FROM documents
			WHERE instr(lower(source || '/' || path), $1) > 0 ORDER BY length(path), source, path LIMIT 3`, last)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var found string
			if err := rows.Scan(&found); err != nil {
				return err
			}
			names = append(names, found)
		}
		return rows.Err()
	})
	if err != nil || len(names) == 0 {
		return "" // what is asked for is unknown, whatever is like it
	}
	return "; did you mean " + strings.Join(names, " or ") + "?"
}

// record returns an entry for those who keep the documents.
func (e entry) record() Record {
	next := moment(e.next)
	if e.next == asked {
		next = time.Time{}
	}
	return Record{
		Document: e.document, State: string(e.state), Since: moment(e.since), Reason: e.reason, Remedy: e.remedy(),
		Attempts: e.attempts, Next: next, Front: e.front, Rules: e.rules, Passages: e.passages,
	}
}

// remedy says what can be done about a document that is not indexed.
func (e entry) remedy() string {
	name := e.document.Source + "/" + e.document.Path
	switch {
	case e.state == stateFailed && e.next == asked:
		return "the next run tries it again"
	case e.isSetAside():
		return fmt.Sprintf("it failed %d times and is not tried by itself any more: mend the cause, then \"bureau retry %s\"", e.attempts, name)
	case e.state == stateFailed && e.next > 0:
		return fmt.Sprintf("it is tried again after %s, or at once with \"bureau retry %s\"", moment(e.next).Format(time.RFC3339), name)
	case e.state == stateFailed && strings.Contains(e.reason, errRule.Error()):
		return "correct the rules: what they are about is read again once they have changed"
	case e.state == stateFailed && e.holder != "":
		return fmt.Sprintf("correct it in %s/%s: it is read again once that has changed", e.document.Source, e.holder)
	case e.state == stateFailed:
		return "correct the document: it is read again once it has changed"
	case e.state == stateWithheld:
		return "correct the document or who reads it, if that is not meant"
	case e.state == stateWaiting, e.state == stateExtracted:
		return "the next run goes on with it"
	}
	return ""
}

// Cut cuts the text of the document as an ingest does.
func (r Record) Cut(limit Limit) []Piece {
	return Cut(Extracted{Title: r.Document.Title, Language: r.Document.Language, Markdown: r.markdown, Places: r.places}, limit)
}

// Decide returns who reads a document of a source: the source's readers,
// narrowed by the rules about it and by what it says itself. Warnings say what
// was refused of these.
func Decide(policy Policy, source access.Readers, rules []Rule, front FrontMatter) (readers access.Readers, warnings []string) {
	return decideReaders(policy, source, rules, front)
}

// RulesAbout returns the rules about the file at an absolute place in the
// source's folder, as they stand in the folders now. An error says that one of
// them cannot be read, so that nobody reads the file.
func (s Source) RulesAbout(absolute string) ([]Rule, error) {
	w := walk{source: s, folder: filepath.Clean(s.Path), book: ruleBook{}}
	root, err := w.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	inside, err := filepath.Rel(w.folder, absolute)
	if err != nil {
		return nil, fmt.Errorf("place of %s in source %s: %w", absolute, s.ID, err)
	}
	name := filepath.ToSlash(inside)
	for folder := path.Dir(name); ; folder = path.Dir(folder) {
		entries, err := fs.ReadDir(root.FS(), folder)
		if err != nil {
			return nil, fmt.Errorf("list folder %s of source %s: %w", folder, s.ID, err)
		}
		for _, entry := range entries {
			rules := path.Join(folder, entry.Name())
			if _, isRule := subjectOf(rules); isRule {
				data, err := readRule(root, rules)
				w.book.add(rules, data, err)
			}
		}
		if folder == "." {
			return w.book.of(name)
		}
	}
}

// Place returns the sources that take the file at an absolute place. It is in
// the index only where there is one.
func Place(sources []Source, absolute string) []Source {
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		absolute = real
	}
	var by []Source
	for _, s := range sources {
		w := walk{source: s, folder: filepath.Clean(s.Path)}
		if real, err := filepath.EvalSymlinks(w.folder); err == nil {
			w.folder = real
		}
		if w.claims(absolute) {
			by = append(by, s)
		}
	}
	return by
}
