package history

import (
	"context"
	"database/sql"
	"fmt"

	"bureau/store"
)

// pageSize is how many conversations a page has.
const pageSize = 30

// A Page is a part of a person's conversations, newest first.
type Page struct {
	Conversations []Conversation
	Next          int // where the next page begins, 0 after the last
}

// List returns the conversations of a person from before on, as a Page's Next
// says it, 0 being the newest.
func (h *History) List(ctx context.Context, person string, before int) (Page, error) {
	var page Page
	scan := func(rows *sql.Rows) error {
		c, err := scanConversation(rows)
		page.Conversations = append(page.Conversations, c)
		return err
	}
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, scan, `SELECT `+conversationColumns+` FROM conversations c
			WHERE person = $1 AND ($2 = 0 OR newest < $2) ORDER BY newest DESC LIMIT $3`, person, before, pageSize+1)
	})
	if err != nil {
		return Page{}, fmt.Errorf("list conversations: %w", err)
	}
	return page.cut(), nil
}

// cut takes what is more than a page off, and says where that begins.
func (p Page) cut() Page {
	if len(p.Conversations) > pageSize {
		p.Conversations = p.Conversations[:pageSize]
		p.Next = p.Conversations[pageSize-1].newest
	}
	return p
}
