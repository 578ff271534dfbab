package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

// A Conversation is one line of a person's list.
type Conversation struct {
	ID, Title        string
	Created, Updated time.Time
	Turns            int
	Running          string // the newest answer that is being written, or ""
	Found            *Found // in a search
	newest           int    // n of the newest turn
}

// A Turn is a question with its answer.
type Turn struct {
	Answer   string // id of the answer, and so of the turn
	After    string // the turn that it follows, "" for none
	Asked    string // the asker's own id of the question
	Question string
	At       time.Time
	State    State
	// Hidden says that the answer rests on a document that the person does not
	// read now. It then has no Events.
	Hidden   bool
	Events   []chat.Event // without an end while it is running
	Feedback *Feedback    // nil for none
}

// turnsPage is how many turns are read at a time.
const turnsPage = 100

// Turns are a part of a conversation's turns, as they were asked.
type Turns struct {
	Turns   []Turn
	Earlier int // where the part before this one ends, 0 before the first
}

// Conversation returns a person's conversation with its turns before a place, as
// a part's Earlier says it, 0 being the end. scope must be the person's, and as
// of now.
func (h *History) Conversation(ctx context.Context, scope access.Scope, person, id string, before int) (Conversation, Turns, error) {
	var c Conversation
	var part Turns
	err := h.db.Read(ctx, func(tx *sql.Tx) (err error) {
		if c, err = one(ctx, tx, person, id); err != nil {
			return err
		}
		part, err = turnsOf(ctx, tx, person, id, before)
		return err
	})
	if err != nil {
		return c, Turns{}, fmt.Errorf("read a conversation: %w", err)
	}
	if err := h.hide(ctx, scope, part.Turns); err != nil {
		return c, Turns{}, err
	}
	return c, part, nil
}

// turnsOf returns turns of a conversation, whoever may see them.
func turnsOf(ctx context.Context, tx *sql.Tx, person, id string, before int) (Turns, error) {
	var part Turns
	var turns []Turn // the latest first
	first := 0
	scan := func(rows *sql.Rows) error {
		var (
			t                     Turn
			at                    int64
			events                sql.RawBytes
			vote, reason, comment sql.NullString
		)
		if len(turns) == turnsPage { // there is one more
			part.Earlier = first
			return nil
		}
		if err := rows.Scan(&first, &t.Answer, &t.After, &t.Asked, &t.Question, &at, &t.State, &events, &vote, &reason, &comment); err != nil {
			return err
		}
		t.At = moment(at)
		if vote.Valid {
			t.Feedback = &Feedback{Vote(vote.String), reason.String, comment.String}
		}
		var err error
		if t.Events, err = chat.DecodeEvents(events); err != nil {
			return err
		}
		if t.State == Failed {
			t.Events = ended(t.Events)
		}
		turns = append(turns, t)
		return nil
	}
	err := store.Each(ctx, tx, scan, `SELECT n, id, after, asked, question, turns.at, state, events, vote, reason, comment
		FROM turns LEFT JOIN feedback ON feedback.answer = turns.id
		WHERE person = $1 AND conversation = $2 AND ($3 = 0 OR n < $3) ORDER BY n DESC LIMIT $4`, person, id, before, turnsPage+1)
	slices.Reverse(turns)
	part.Turns = turns
	return part, err
}

// hide takes the answers out that scope may not see.
func (h *History) hide(ctx context.Context, scope access.Scope, turns []Turn) error {
	var documents []retrieval.DocumentID
	for _, t := range turns {
		documents = append(documents, chat.NamedIn(t.Events)...)
	}
	slices.Sort(documents)
	reads, err := chat.Reading(ctx, h.ledger, scope, slices.Compact(documents))
	if err != nil {
		return err
	}
	for i := range turns {
		shown, ok := chat.Shown(turns[i].Events, reads)
		turns[i].Events, turns[i].Hidden = shown, !ok
	}
	return nil
}

// conversationColumns are what scanConversation reads.
const conversationColumns = `id, title, created, used, newest,
	(SELECT count(*) FROM turns t WHERE t.person = c.person AND t.conversation = c.id),
	coalesce((SELECT t.id FROM turns t WHERE t.person = c.person AND t.conversation = c.id AND t.state = 'running' ORDER BY n DESC LIMIT 1), '')`

func scanConversation(row interface{ Scan(...any) error }) (Conversation, error) {
	var c Conversation
	var created, used int64
	err := row.Scan(&c.ID, &c.Title, &created, &used, &c.newest, &c.Turns, &c.Running)
	c.Created, c.Updated = moment(created), moment(used)
	return c, err
}

// one returns a conversation, or ErrNotFound.
func one(ctx context.Context, tx *sql.Tx, person, id string) (Conversation, error) {
	c, err := scanConversation(tx.QueryRowContext(ctx, "SELECT "+conversationColumns+" FROM conversations c WHERE person = $1 AND id = $2", person, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return c, err
}

// Rename gives a conversation another title, and returns it.
func (h *History) Rename(ctx context.Context, person, id, title string) (Conversation, error) {
	var c Conversation
	err := h.db.WriteWithin(ctx, writeWait, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE conversations SET title = $1 WHERE person = $2 AND id = $3", title, person, id)
		if err != nil {
			return err
		}
		c, err = one(ctx, tx, person, id)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("rename a conversation: %w", err)
	}
	return c, nil
}

// Delete deletes a conversation with its answers and their feedback.
func (h *History) Delete(ctx context.Context, person, id string) error {
	err := h.db.WriteWithin(ctx, deleteWait, func(tx *sql.Tx) error {
		n, err := erase(ctx, tx, "DELETE FROM conversations WHERE person = $1 AND id = $2", person, id)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("delete a conversation: %w", err)
	}
	return nil
}

// documentsIn reads the documents of a turn as they are kept.
func documentsIn(encoded []byte) ([]retrieval.DocumentID, error) {
	var documents []retrieval.DocumentID
	err := json.Unmarshal(encoded, &documents)
	return documents, err
}
