package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
	"bureau/store"
)

// Begin implements [chat.Record].
func (h *History) Begin(ctx context.Context, t chat.Beginning) (chat.Beginning, error) {
	err := h.db.WriteWithin(ctx, writeWait, func(tx *sql.Tx) (err error) {
		asked, known, err := askedBefore(ctx, tx, t)
		if known || err != nil {
			t = asked
			return err
		}
		t = asked
		if t.After, err = place(ctx, tx, t); err != nil {
			return err
		}
		t.Newest = false
		return begin(ctx, tx, t)
	})
	if err != nil {
		return chat.Beginning{}, fmt.Errorf("write down a question: %w", err)
	}
	return t, nil
}

// askedBefore returns the turn of a question that was asked before, with true.
// One that failed gives its place to t, which is returned with false.
func askedBefore(ctx context.Context, tx *sql.Tx, t chat.Beginning) (chat.Beginning, bool, error) {
	if t.Asked == "" {
		return t, false, nil
	}
	before, state := t, State("")
	err := tx.QueryRowContext(ctx, "SELECT id, conversation, after, question, state FROM turns WHERE person = $1 AND asked = $2", t.Person, t.Asked).
		Scan(&before.Answer, &before.Conversation, &before.After, &before.Question, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	before.Newest = false
	if err != nil || state != Failed {
		return before, true, err
	}
	t.Conversation, t.After, t.Newest = before.Conversation, before.After, false
	_, err = tx.ExecContext(ctx, "UPDATE turns SET asked = '' WHERE id = $1", before.Answer)
	return t, false, err
}

// place returns the turn that t follows, and refuses one that is not in its
// conversation.
func place(ctx context.Context, tx *sql.Tx, t chat.Beginning) (after string, err error) {
	if !t.Newest && t.After == "" {
		return "", nil
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM turns WHERE person = $1 AND conversation = $2 AND ($3 OR id = $4)
		ORDER BY n DESC LIMIT 1`, t.Person, t.Conversation, t.Newest, t.After).Scan(&after)
	if errors.Is(err, sql.ErrNoRows) {
		if t.Newest {
			return "", nil
		}
		return "", chat.ErrNoAnswer
	}
	return after, err
}

// begin writes a turn, and its conversation if it is the first.
func begin(ctx context.Context, tx *sql.Tx, t chat.Beginning) error {
	n := 0
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) + 1 FROM turns WHERE person = $1", t.Person).Scan(&n); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO conversations (person, id, title, created, used, newest) VALUES ($1, $2, $3, $4, $4, $5)
		ON CONFLICT (person, id) DO UPDATE SET used = max(used, excluded.used), newest = excluded.newest`,
		t.Person, t.Conversation, titleOf(t.Question), t.At.UnixNano(), n); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO turns (id, person, n, conversation, after, asked, at, state, documents, question, answer, said, told, events)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '[]', $9, '', $10, '', '[]')`,
		t.Answer, t.Person, n, t.Conversation, t.After, t.Asked, t.At.UnixNano(), Running, t.Question, retrieval.Fold(t.Question))
	return err
}

// Keep implements [chat.Record].
func (h *History) Keep(ctx context.Context, answer string, events []chat.Event) error {
	encoded, err := chat.EncodeEvents(events)
	if err != nil {
		return fmt.Errorf("write down an answer: %w", err)
	}
	documents, err := json.Marshal(append([]retrieval.DocumentID{}, chat.DocumentsOf(events)...))
	if err != nil {
		return err // unreachable: strings encode
	}
	text, _ := chat.Written(events)
	err = h.db.WriteWithin(ctx, writeWait, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE turns SET state = $1, documents = $2, answer = $3, told = $4, events = $5 WHERE id = $6",
			stateOf(events), string(documents), text, retrieval.Fold(text), encoded, answer)
		return err
	})
	if err != nil {
		return fmt.Errorf("write down an answer: %w", err)
	}
	return nil
}

// stateOf returns how far an answer has come.
func stateOf(events []chat.Event) State {
	if len(events) > 0 {
		switch events[len(events)-1].(type) {
		case chat.Done:
			return Done
		case chat.Failed:
			return Failed
		}
	}
	return Running
}

// Events implements [chat.Record].
func (h *History) Events(ctx context.Context, scope access.Scope, person, answer string) ([]chat.Event, error) {
	var encoded []byte
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT events FROM turns WHERE id = $1 AND person = $2", answer, person).Scan(&encoded)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, chat.ErrNoAnswer
	}
	if err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	events, err := chat.DecodeEvents(encoded)
	if err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	reads, err := chat.Reading(ctx, h.ledger, scope, chat.NamedIn(events))
	if err != nil {
		return nil, err
	}
	shown, ok := chat.Shown(events, reads)
	if !ok {
		return nil, chat.ErrRevoked
	}
	return ended(shown), nil
}

// ended returns events with an end: an answer without one was interrupted.
func ended(events []chat.Event) []chat.Event {
	if stateOf(events) == Running {
		return append(events, chat.Failed{Reason: chat.Interrupted})
	}
	return events
}

// earlierTurns is how many turns a question can refer to.
const earlierTurns = 20

// Earlier implements [chat.Record].
func (h *History) Earlier(ctx context.Context, scope access.Scope, person, answer string) ([]chat.Turn, error) {
	var turns []chat.Turn
	scan := func(rows *sql.Rows) error {
		var t chat.Turn
		var documents []byte
		if err := rows.Scan(&t.Question, &t.Answer, &documents); err != nil {
			return err
		}
		turns = append(turns, t)
		return json.Unmarshal(documents, &turns[len(turns)-1].Sources)
	}
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, scan, `WITH RECURSIVE above (id, depth) AS (
				SELECT after, 1 FROM turns WHERE id = $1 AND person = $2
				UNION ALL SELECT after, depth + 1 FROM above CROSS JOIN turns USING (id) WHERE depth < $3)
			SELECT question, answer, documents FROM above CROSS JOIN turns USING (id) -- in this order: not all turns of the person
			WHERE person = $2 AND state = $4 AND answer <> '' ORDER BY depth DESC`, answer, person, earlierTurns, Done)
	})
	if err != nil {
		return nil, fmt.Errorf("read earlier turns: %w", err)
	}
	return h.readable(ctx, scope, turns)
}

// readable returns the turns that rest on nothing which scope does not read.
func (h *History) readable(ctx context.Context, scope access.Scope, turns []chat.Turn) ([]chat.Turn, error) {
	var documents []retrieval.DocumentID
	for _, t := range turns {
		documents = append(documents, t.Sources...)
	}
	reads, err := chat.Reading(ctx, h.ledger, scope, documents)
	if err != nil {
		return nil, err
	}
	var readable []chat.Turn
	for _, t := range turns {
		if readsAll(reads, t.Sources) {
			readable = append(readable, t)
		}
	}
	return readable, nil
}

// readsAll reports whether all of the documents are read.
func readsAll(reads func(retrieval.DocumentID) bool, documents []retrieval.DocumentID) bool {
	for _, d := range documents {
		if !reads(d) {
			return false
		}
	}
	return true
}
