package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"bureau/chat"
	"bureau/store"
)

// A Vote is what a person thinks of an answer.
type Vote string

// The votes. Taken is none, and takes an earlier one back.
const (
	Up    Vote = "up"
	Down  Vote = "down"
	Taken Vote = "none"
)

// A Feedback is a vote with what the person says about it.
type Feedback struct {
	Vote            Vote
	Reason, Comment string
}

// Judge writes down what a person thinks of an answer of theirs, in place of
// what they thought before. One of somebody else is [chat.ErrNoAnswer].
func (h *History) Judge(ctx context.Context, person, answer string, f Feedback, now time.Time) error {
	err := h.db.WriteWithin(ctx, writeWait, func(tx *sql.Tx) error {
		known := 0
		err := tx.QueryRowContext(ctx, "SELECT 1 FROM turns WHERE id = $1 AND person = $2", answer, person).Scan(&known)
		if errors.Is(err, sql.ErrNoRows) {
			return chat.ErrNoAnswer
		}
		if err != nil {
			return err
		}
		if f.Vote == Taken {
			_, err = tx.ExecContext(ctx, "DELETE FROM feedback WHERE answer = $1", answer)
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO feedback (answer, vote, reason, comment, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (answer) DO UPDATE SET vote = excluded.vote, reason = excluded.reason, comment = excluded.comment, at = excluded.at`,
			answer, f.Vote, f.Reason, f.Comment, now.UnixNano())
		return err
	})
	if err != nil {
		return fmt.Errorf("write down feedback: %w", err)
	}
	return nil
}

// A Judged is an answer that somebody has judged, whole.
type Judged struct {
	Turn
	Person       string
	Conversation string
	Given        time.Time
}

// Judgements calls visit for every feedback there is, oldest first, with the
// question, the answer and its sources. It is for administrators, and asks
// nobody's permission.
func (h *History) Judgements(ctx context.Context, visit func(Judged) error) error {
	scan := func(rows *sql.Rows) error {
		var (
			j         Judged
			f         Feedback
			at, given int64
			events    []byte
		)
		err := rows.Scan(&j.Answer, &j.After, &j.Asked, &j.Question, &at, &j.State, &events, &j.Person, &j.Conversation, &f.Vote, &f.Reason, &f.Comment, &given)
		if err != nil {
			return err
		}
		if j.Events, err = chat.DecodeEvents(events); err != nil {
			return err
		}
		j.At, j.Given, j.Feedback = moment(at), moment(given), &f
		return visit(j)
	}
	err := h.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, scan, `SELECT id, after, asked, question, turns.at, state, events, person, conversation, vote, reason, comment, feedback.at
			FROM feedback JOIN turns ON turns.id = feedback.answer ORDER BY feedback.at, id`)
	})
	if err != nil {
		return fmt.Errorf("read feedback: %w", err)
	}
	return nil
}
