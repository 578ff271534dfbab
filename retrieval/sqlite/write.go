package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
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
		if err := w.settle(batch); err != nil {
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
		return nil
	})
	if err != nil {
		return fmt.Errorf("replace documents: %w", err)
	}
	return nil
}

// Settle has nothing to do: a transaction that did not end leaves nothing.
func (x *Index) Settle(context.Context) error { return nil }

// Delete takes documents out.
func (x *Index) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	if len(ids) == 0 {
		return nil
	}
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
	if len(readers) == 0 {
		return nil
	}
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
		generation, err := readGeneration(ctx, tx)
		if err != nil {
			return err
		}
		version, err := nextVersion(ctx, tx)
		if err != nil {
			return err
		}
		w := &writing{
			ctx: ctx, tx: tx, generation: generation, version: version, statements: map[string]*sql.Stmt{},
			postings: postingChanges{}, touched: map[int64]bool{}, centres: map[int64][]float32{},
		}
		if err := change(w); err != nil {
			return err
		}
		if err := w.settleClasses(); err != nil {
			return err
		}
		return w.applyPostings()
	})
}

// insert writes a document that is not there, with its passages.
func (w *writing) insert(r retrieval.Replacement) error {
	d := r.Document
	class, err := w.classOf(d.Readers)
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
	return w.count(class, len(r.Passages), total)
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
	centre, err := w.centre(class)
	if err != nil {
		return err
	}
	w.postings.add(class, number, e.Terms)
	return w.exec(`INSERT INTO slots (number, class, length, code, version) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (number) DO UPDATE SET class = excluded.class, length = excluded.length, code = excluded.code, version = excluded.version`,
		number, class, length, newCode(e.Vector, centre).bytes(), w.version)
}

// A stored is what the index has of a passage beside its text.
type stored struct {
	number, length int
	terms          []retrieval.Term
}

// stored returns the class of a document and what its passages are found by;
// sql.ErrNoRows for an unknown one.
func (w *writing) stored(id retrieval.DocumentID) (class int64, passages []stored, err error) {
	if err := w.get(&class, "SELECT class FROM documents WHERE id = $1", id); err != nil {
		return 0, nil, err
	}
	err = store.Each(w.ctx, w.tx, func(rows *sql.Rows) error {
		var (
			p     stored
			terms []byte
		)
		if err := rows.Scan(&p.number, &terms); err != nil {
			return err
		}
		if p.terms, err = decodeTerms(terms); err != nil {
			return err
		}
		p.length = retrieval.Length(p.terms)
		passages = append(passages, p)
		return nil
	}, "SELECT number, terms FROM passages WHERE document = $1", id)
	return class, passages, err
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
			w.exec("UPDATE slots SET class = 0, code = x'', version = $1 WHERE number = $2", w.version, p.number),
			w.exec("DELETE FROM vectors WHERE number = $1", p.number),
			w.exec("DELETE FROM passages WHERE number = $1", p.number)); err != nil {
			return err
		}
	}
	return errors.Join(w.exec("DELETE FROM documents WHERE id = $1", id), w.count(class, -len(passages), -total))
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
	to, err := w.classOf(readers)
	if err != nil || to == from {
		return err
	}
	total := 0
	for _, p := range passages {
		w.postings.remove(from, p.number, p.terms)
		w.postings.add(to, p.number, p.terms)
		total += p.length
		if err := w.moveSlot(p.number, to); err != nil {
			return err
		}
	}
	return errors.Join(
		w.exec("UPDATE documents SET class = $1 WHERE id = $2", to, id),
		w.count(from, -len(passages), -total),
		w.count(to, len(passages), total))
}

// moveSlot puts a passage into a class, coded as its vector lies there.
func (w *writing) moveSlot(number int, class int64) error {
	centre, err := w.centre(class)
	if err != nil {
		return err
	}
	var blob []byte
	if err := w.get(&blob, "SELECT vector FROM vectors WHERE number = $1", number); err != nil {
		return fmt.Errorf("read vector: %w", err)
	}
	v, err := decodeVector(blob, w.generation.Dimensions)
	if err != nil {
		return fmt.Errorf("read vector: %w", err)
	}
	return w.exec("UPDATE slots SET class = $1, code = $2, version = $3 WHERE number = $4",
		class, newCode(v, centre).bytes(), w.version, number)
}
