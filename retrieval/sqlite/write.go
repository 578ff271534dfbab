package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
)

// Replace puts the passages of one document in place of all it had; see
// [retrieval.Writer].
func (x *Index) Replace(ctx context.Context, d retrieval.Document, passages []retrieval.Embedded) error {
	return x.ReplaceAll(ctx, []retrieval.Replacement{{Document: d, Passages: passages}})
}

// ReplaceAll replaces many documents in one step.
func (x *Index) ReplaceAll(ctx context.Context, batch []retrieval.Replacement) error {
	if len(batch) == 0 {
		return nil
	}
	err := x.write(ctx, func(w *writing) error {
		if err := x.settle(ctx, w.tx, batch); err != nil {
			return err
		}
		for _, r := range batch {
			if err := w.remove(r.Document.ID); err != nil {
				return fmt.Errorf("%s/%s: %w", r.Document.Source, r.Document.Path, err)
			}
			if err := w.insert(r); err != nil {
				return fmt.Errorf("%s/%s: %w", r.Document.Source, r.Document.Path, err)
			}
		}
		return w.recentre()
	})
	if err != nil {
		return fmt.Errorf("replace documents: %w", err)
	}
	return nil
}

// Delete takes documents out.
func (x *Index) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	err := x.write(ctx, func(w *writing) error {
		for _, id := range ids {
			if err := w.remove(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete documents: %w", err)
	}
	return nil
}

// SetReaders changes who reads documents. Their passages move to another
// class; an unknown document is no error.
func (x *Index) SetReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	err := x.write(ctx, func(w *writing) error {
		for id, who := range readers {
			if err := w.move(id, who); err != nil {
				return fmt.Errorf("document %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set readers: %w", err)
	}
	return nil
}

// write runs change as a new version of the index.
func (x *Index) write(ctx context.Context, change func(*writing) error) error {
	return x.db.Write(ctx, func(tx *sql.Tx) error {
		version, err := nextVersion(ctx, tx)
		if err != nil {
			return err
		}
		centre, err := readCentre(ctx, tx)
		if err != nil {
			return err
		}
		w := &writing{ctx: ctx, tx: tx, version: version, centre: centre, postings: postingChanges{}}
		if err := change(w); err != nil {
			return err
		}
		return w.postings.apply(ctx, tx)
	})
}

// A writing is one new version of the index on its way.
type writing struct {
	ctx      context.Context
	tx       *sql.Tx
	version  int64
	centre   []float32
	postings postingChanges
}

func (w *writing) exec(query string, args ...any) error {
	_, err := w.tx.ExecContext(w.ctx, query, args...)
	return err
}

// insert writes a document that is not there, with its passages.
func (w *writing) insert(r retrieval.Replacement) error {
	d := r.Document
	class, err := classOf(w.ctx, w.tx, d.Readers)
	if err != nil {
		return err
	}
	if err := w.exec(`INSERT INTO documents (id, class, source, path, title, language, updated, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, d.ID, class, d.Source, d.Path, d.Title, d.Language, d.Updated, d.Version); err != nil {
		return err
	}
	total := 0
	for _, p := range r.Passages {
		if p.Passage.Document != d.ID {
			return fmt.Errorf("passage %s belongs to document %s", p.Passage.ID, p.Passage.Document)
		}
		if err := w.insertPassage(class, p); err != nil {
			return fmt.Errorf("passage %d: %w", p.Passage.Ordinal, err)
		}
		total += retrieval.Length(p.Terms)
	}
	return count(w.ctx, w.tx, class, len(r.Passages), total)
}

func (w *writing) insertPassage(class int64, e retrieval.Embedded) error {
	p, length := e.Passage, retrieval.Length(e.Terms)
	number, err := w.number()
	if err != nil {
		return err
	}
	headings, err := json.Marshal(p.Headings)
	if err != nil {
		return err // unreachable: strings encode
	}
	if err := w.exec(`INSERT INTO passages (number, id, document, ordinal, headings, anchor, header, text, start, stop, language, terms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, number, p.ID, p.Document, p.Ordinal, string(headings),
		p.Anchor, p.Header, p.Text, p.Start, p.End, p.Language, encodeTerms(e.Terms)); err != nil {
		return err
	}
	if err := w.exec("INSERT INTO vectors (number, vector) VALUES ($1, $2)", number, encodeVector(e.Vector)); err != nil {
		return err
	}
	w.postings.add(class, number, e.Terms)
	return w.exec(`INSERT INTO slots (number, class, length, code, version) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (number) DO UPDATE SET class = excluded.class, length = excluded.length, code = excluded.code, version = excluded.version`,
		number, class, length, encode(e.Vector, w.centre).bytes(), w.version)
}

// number returns a number for a passage: a free one, so that an index that is
// rewritten for years does not grow, or the next.
func (w *writing) number() (number int, err error) {
	err = w.tx.QueryRowContext(w.ctx, "SELECT number FROM slots WHERE class = 0 AND version < $1 LIMIT 1", w.version).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		err = w.tx.QueryRowContext(w.ctx, "SELECT coalesce(max(number) + 1, 0) FROM slots").Scan(&number)
	}
	return number, err
}

// A stored is what the index has of a passage beside its text.
type stored struct {
	number, length int
	terms          []retrieval.Term
}

// stored returns the class of a document and what its passages are found by;
// sql.ErrNoRows for an unknown one.
func (w *writing) stored(id retrieval.DocumentID) (class int64, passages []stored, err error) {
	if err := w.tx.QueryRowContext(w.ctx, "SELECT class FROM documents WHERE id = $1", id).Scan(&class); err != nil {
		return 0, nil, err
	}
	rows, err := w.tx.QueryContext(w.ctx, "SELECT number, terms FROM passages WHERE document = $1", id)
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			p     stored
			terms []byte
		)
		if err := rows.Scan(&p.number, &terms); err != nil {
			return 0, nil, err
		}
		if p.terms, err = decodeTerms(terms); err != nil {
			return 0, nil, err
		}
		p.length = retrieval.Length(p.terms)
		passages = append(passages, p)
	}
	return class, passages, rows.Err()
}

// remove takes a document out with its passages. An unknown one is no error.
func (w *writing) remove(id retrieval.DocumentID) error {
	class, passages, err := w.stored(id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	total := 0
	for _, p := range passages {
		w.postings.remove(class, p.number, p.terms)
		total += p.length
		if err := errors.Join(
			w.exec("UPDATE slots SET class = 0, version = $1 WHERE number = $2", w.version, p.number),
			w.exec("DELETE FROM vectors WHERE number = $1", p.number),
			w.exec("DELETE FROM passages WHERE number = $1", p.number)); err != nil {
			return err
		}
	}
	return errors.Join(w.exec("DELETE FROM documents WHERE id = $1", id), count(w.ctx, w.tx, class, -len(passages), -total))
}

// move puts a document and its passages into the class of other readers.
func (w *writing) move(id retrieval.DocumentID, readers access.Readers) error {
	from, passages, err := w.stored(id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	to, err := classOf(w.ctx, w.tx, readers)
	if err != nil || to == from {
		return err
	}
	total := 0
	for _, p := range passages {
		w.postings.remove(from, p.number, p.terms)
		w.postings.add(to, p.number, p.terms)
		total += p.length
		if err := w.exec("UPDATE slots SET class = $1, version = $2 WHERE number = $3", to, w.version, p.number); err != nil {
			return err
		}
	}
	return errors.Join(
		w.exec("UPDATE documents SET class = $1 WHERE id = $2", to, id),
		count(w.ctx, w.tx, from, -len(passages), -total),
		count(w.ctx, w.tx, to, len(passages), total))
}
