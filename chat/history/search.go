package history

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

// Found is where a search has found its words: the newest such place of a
// conversation.
type Found struct {
	Answer string // the turn; "" for the title
	In     string // "title", "question" or "answer"
	Text   string // around the words, on one line
}

// Bounds of a search.
const (
	mostWords = 8
	mostFound = 5_000 // places of one page's search
	around    = 40    // characters of Found.Text on each side of a word
)

// A finding is a place that holds the words of a search.
type finding struct {
	conversation, answer string
	newest               int // of the conversation
	in                   string
	documents            []retrieval.DocumentID
}

// Search returns the conversations of a person that hold all words of query, in
// their title, in one question, or in one turn with its answer. Answers that
// rest on what scope does not read are not looked at. Words are found inside
// others, so that Chinese needs no dictionary, and as they are folded
// ([retrieval.Fold]). scope must be the person's, and as of now.
func (h *History) Search(ctx context.Context, scope access.Scope, person, query string, before int) (Page, error) {
	words := strings.Fields(retrieval.Fold(query))
	if len(words) == 0 {
		return h.List(ctx, person, before)
	}
	words = words[:min(len(words), mostWords)]
	findings, err := h.find(ctx, person, words, before)
	if err != nil {
		return Page{}, fmt.Errorf("search conversations: %w", err)
	}
	if findings, err = h.mayFind(ctx, scope, findings); err != nil {
		return Page{}, err
	}
	// The findings are sorted by conversation: the first of each counts.
	findings = slices.CompactFunc(findings, func(a, b finding) bool { return a.conversation == b.conversation })
	page, err := h.describe(ctx, person, findings[:min(len(findings), pageSize+1)], words)
	if err != nil {
		return Page{}, fmt.Errorf("search conversations: %w", err)
	}
	return page.cut(), nil
}

// find returns the places that hold the words, by conversation, the newest
// first, whoever may see them.
func (h *History) find(ctx context.Context, person string, words []string, before int) ([]finding, error) {
	var findings []finding
	scan := func(rows *sql.Rows) (err error) {
		var f finding
		var documents []byte
		if err := rows.Scan(&f.conversation, &f.newest, &f.answer, &f.in, &documents); err != nil {
			return err
		}
		f.documents, err = documentsIn(documents)
		findings = append(findings, f)
		return err
	}
	args := []any{person, before, mostFound}
	var said, either []string
	for _, w := range words {
		args = append(args, w)
		said = append(said, fmt.Sprintf("instr(said, $%d)", len(args)))
		either = append(either, fmt.Sprintf("(instr(said, $%d) OR instr(told, $%d))", len(args), len(args)))
	}
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		if err := store.Each(ctx, tx, scan, `SELECT t.conversation, c.newest, t.id, CASE WHEN `+strings.Join(said, " AND ")+` THEN 'question' ELSE 'answer' END, documents
			FROM turns t JOIN conversations c ON c.person = t.person AND c.id = t.conversation
			WHERE t.person = $1 AND ($2 = 0 OR c.newest < $2) AND `+strings.Join(either, " AND ")+`
			ORDER BY c.newest DESC, t.n DESC LIMIT $3`, args...); err != nil {
			return err
		}
		titled, err := inTitles(ctx, tx, person, words, before)
		findings = append(findings, titled...)
		return err
	})
	slices.SortStableFunc(findings, func(a, b finding) int { return cmp.Compare(b.newest, a.newest) })
	return findings, err
}

// inTitles returns the conversations whose title holds the words. Titles are
// folded here: a person has few.
func inTitles(ctx context.Context, tx *sql.Tx, person string, words []string, before int) ([]finding, error) {
	var findings []finding
	scan := func(rows *sql.Rows) error {
		f, title := finding{in: "title"}, ""
		if err := rows.Scan(&f.conversation, &f.newest, &title); err != nil {
			return err
		}
		title = retrieval.Fold(title)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(title, w) }) {
			findings = append(findings, f)
		}
		return nil
	}
	err := store.Each(ctx, tx, scan, "SELECT id, newest, title FROM conversations WHERE person = $1 AND ($2 = 0 OR newest < $2)", person, before)
	return findings, err
}

// mayFind returns the findings without those in answers that scope may not see.
func (h *History) mayFind(ctx context.Context, scope access.Scope, findings []finding) ([]finding, error) {
	var documents []retrieval.DocumentID
	for _, f := range findings {
		documents = append(documents, f.documents...)
	}
	slices.Sort(documents)
	reads, err := chat.Reading(ctx, h.ledger, scope, slices.Compact(documents))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(findings, func(f finding) bool { return f.in == "answer" && !readsAll(reads, f.documents) }), nil
}

// describe returns the conversations of findings, with the text around the
// words. One that was deleted meanwhile is left out.
func (h *History) describe(ctx context.Context, person string, findings []finding, words []string) (Page, error) {
	var page Page
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		for _, f := range findings {
			c, err := scanConversation(tx.QueryRowContext(ctx, "SELECT "+conversationColumns+" FROM conversations c WHERE person = $1 AND id = $2", person, f.conversation))
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			text := c.Title
			if err == nil && f.answer != "" {
				err = tx.QueryRowContext(ctx, "SELECT CASE $1 WHEN 'question' THEN question ELSE answer END FROM turns WHERE id = $2", f.in, f.answer).Scan(&text)
			}
			if err != nil {
				return err
			}
			c.Found = &Found{f.answer, f.in, excerpt(text, words)}
			page.Conversations = append(page.Conversations, c)
		}
		return nil
	})
	return page, err
}

// excerpt returns the text around the first of the words that is in it, on one
// line.
func excerpt(text string, words []string) string {
	text = strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
	var folded strings.Builder
	var origin []int // of each byte of folded, its character's in text
	count := 0
	for _, r := range text {
		f := retrieval.Fold(string(r))
		for range len(f) {
			origin = append(origin, count)
		}
		folded.WriteString(f)
		count++
	}
	from, to := 0, 0
	for _, w := range words {
		if at := strings.Index(folded.String(), w); at >= 0 {
			from, to = origin[at], origin[at]+utf8.RuneCountInString(w)
			break
		}
	}
	from, to = max(0, from-around), min(count, to+around)
	cut := string([]rune(text)[from:to])
	if from > 0 {
		cut = "…" + cut
	}
	if to < count {
		cut += "…"
	}
	return cut
}
