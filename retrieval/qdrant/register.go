package qdrant

import (
	"context"
	"database/sql"
	"embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync/atomic"

	"github.com/google/uuid"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// A register is the half of the index that says what is in force: which edition
// of a document, who reads it, and what BM25 counts by class of readers.
type register struct {
	db     *store.DB
	owner  string                 // names this register in the collection
	name   string                 // of the collection, as it was first given
	shape  atomic.Pointer[shape]  // once it is settled
	counts atomic.Pointer[counts] // of the newest version that was looked at
	kept   atomic.Pointer[kept]   // likewise
}

// A shape is what holds for a whole index from its first passages on.
type shape struct {
	generation retrieval.Generation
	assumed    retrieval.Statistics // by the weights of words in the collection
}

// openRegister brings the tables up to date and makes the register one of the
// generation wanted, or refuses it.
func openRegister(ctx context.Context, db *store.DB, collection string, want retrieval.Generation) (*register, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err // unreachable: the folder is embedded
	}
	if err := db.Migrate(ctx, "register", files); err != nil {
		return nil, err
	}
	r := &register{db: db}
	err = db.Write(ctx, func(tx *sql.Tx) error {
		if r.owner, err = claim(ctx, tx, "owner", uuid.NewString()); err != nil {
			return err
		}
		if r.name, err = claim(ctx, tx, "collection", collection); err != nil {
			return err
		}
		stored, err := readGeneration(ctx, tx)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return writeGeneration(ctx, tx, want)
		case err != nil:
			return err
		case stored.Embedder != want.Embedder || stored.Cutting != want.Cutting ||
			want.Dimensions != 0 && stored.Dimensions != 0 && want.Dimensions != stored.Dimensions:
			return fmt.Errorf("%w: it was built with %+v, and %+v is wanted; run \"bureau reindex\"", retrieval.ErrGeneration, stored, want)
		case stored.Dimensions == 0 && want.Dimensions != 0:
			stored.Dimensions = want.Dimensions
			return writeGeneration(ctx, tx, stored)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open register %s: %w", db.Path(), err)
	}
	return r, nil
}

// claim returns the text that the register was given under a key, and gives it
// one where there is none.
func claim(ctx context.Context, tx *sql.Tx, key, text string) (string, error) {
	value, err := meta(ctx, tx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return text, setMeta(ctx, tx, key, []byte(text))
	}
	return string(value), err
}

func readGeneration(ctx context.Context, tx *sql.Tx) (g retrieval.Generation, err error) {
	value, err := meta(ctx, tx, "generation")
	if err != nil {
		return g, err
	}
	return g, json.Unmarshal(value, &g)
}

func writeGeneration(ctx context.Context, tx *sql.Tx, g retrieval.Generation) error {
	value, err := json.Marshal(g)
	if err != nil {
		return err // unreachable: strings and numbers encode
	}
	return setMeta(ctx, tx, "generation", value)
}

// generation returns what the index is built with.
func (r *register) generation(ctx context.Context) (retrieval.Generation, error) {
	if settled := r.shape.Load(); settled != nil {
		return settled.generation, nil
	}
	var s shape
	err := r.db.Read(ctx, func(tx *sql.Tx) (err error) {
		s, err = readShape(ctx, tx)
		return err
	})
	if err == nil {
		r.keep(s)
	}
	return s.generation, err
}

// begun reports whether a passage was ever written, and so a collection made.
func (r *register) begun(ctx context.Context) (bool, error) {
	if r.shape.Load() != nil {
		return true, nil
	}
	_, err := r.generation(ctx)
	return r.shape.Load() != nil, err
}

func readShape(ctx context.Context, tx *sql.Tx) (s shape, err error) {
	if s.generation, err = readGeneration(ctx, tx); err != nil {
		return s, err
	}
	length, err := metaNumber(ctx, tx, "length")
	s.assumed.AverageLength = float64(length)
	return s, err
}

// keep keeps a shape that is settled: nothing changes it any more. Until there
// were words, passages to come decide about it.
func (r *register) keep(s shape) {
	if s.assumed.AverageLength > 0 {
		r.shape.Store(&s)
	}
}

// settle decides, with the first passages of all, what holds for the whole
// index: the dimensions of its vectors and the length that the weights of words
// in the collection assume. It returns what was decided first.
func (r *register) settle(ctx context.Context, dimensions, length int) (*shape, error) {
	if settled := r.shape.Load(); settled != nil {
		return settled, nil
	}
	var s shape
	err := r.db.Write(ctx, func(tx *sql.Tx) (err error) {
		if s, err = readShape(ctx, tx); err != nil {
			return err
		}
		if s.generation.Dimensions == 0 && dimensions != 0 {
			s.generation.Dimensions = dimensions
			if err := writeGeneration(ctx, tx, s.generation); err != nil {
				return err
			}
		}
		if s.assumed.AverageLength == 0 {
			s.assumed.AverageLength = float64(length)
			return setMeta(ctx, tx, "length", binary.AppendVarint(nil, int64(length)))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("settle the shape of the index: %w", err)
	}
	r.keep(s)
	return &s, nil
}

// A row is what the register has of a document.
type row struct {
	document retrieval.Document
	class    int64
	edition  string
	changed  int64
}

// rows returns the documents with these ids, as far as they are known.
func (r *register) rows(ctx context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]row, error) {
	return r.query(ctx, ofIDs, jsonTexts(ids))
}

// ofIDs selects the documents of a list of ids in JSON.
const ofIDs = "WHERE d.id IN (SELECT value FROM json_each($1))"

// query returns the documents that a condition selects.
func (r *register) query(ctx context.Context, where string, args ...any) (found map[retrieval.DocumentID]row, err error) {
	err = r.db.Read(ctx, func(tx *sql.Tx) error {
		found, err = queryIn(ctx, tx, where, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the register's documents: %w", err)
	}
	return found, nil
}

func queryIn(ctx context.Context, tx *sql.Tx, where string, args ...any) (map[retrieval.DocumentID]row, error) {
	found := map[retrieval.DocumentID]row{}
	readersOf := map[int64]access.Readers{}
	err := store.Each(ctx, tx, func(rows *sql.Rows) error {
		var (
			one     row
			encoded sql.RawBytes
		)
		d := &one.document
		err := rows.Scan(&d.ID, &d.Source, &d.Path, &d.Title, &d.Language, &d.Updated, &d.Version, &one.edition, &one.class, &one.changed, &encoded)
		if err != nil {
			return err
		}
		readers, known := readersOf[one.class]
		if !known {
			if readers, err = decodeReaders(encoded); err != nil {
				return fmt.Errorf("document %s: %w", d.ID, err)
			}
			readersOf[one.class] = readers
		}
		d.Readers = readers
		found[d.ID] = one
		return nil
	}, `SELECT d.id, d.source, d.path, d.title, d.language, d.updated, d.version, d.edition, d.class, d.changed, c.readers
		FROM documents d JOIN classes c ON c.id = d.class `+where, args...)
	return found, err
}

// decodeReaders reads the readers of a class. What this program does not know in
// them may be a restriction, and is an error.
func decodeReaders(data []byte) (readers access.Readers, err error) {
	if err := json.Unmarshal(data, &readers); err != nil {
		return access.Readers{}, fmt.Errorf("read readers: %w; \"bureau reindex\" builds the index anew", err)
	}
	return readers, nil
}

// meta returns a value of the index as a whole, or sql.ErrNoRows.
func meta(ctx context.Context, tx *sql.Tx, key string) (value []byte, err error) {
	err = tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = $1", key).Scan(&value)
	return value, err
}

// metaNumber returns a number of the index as a whole, 0 where there is none.
func metaNumber(ctx context.Context, tx *sql.Tx, key string) (int64, error) {
	value, err := meta(ctx, tx, key)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	n, _ := binary.Varint(value)
	return n, err
}

func setMeta(ctx context.Context, tx *sql.Tx, key string, value []byte) error {
	_, err := tx.ExecContext(ctx,
		"INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// jsonNumbers returns numbers as a JSON list, for queries.
func jsonNumbers[T ~int64 | ~uint32](list []T) string {
	text := []byte{'['}
	for i, n := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, int64(n), 10)
	}
	return string(append(text, ']'))
}

// jsonTexts returns texts as a JSON list, for queries.
func jsonTexts[T ~string](list []T) string {
	text, err := json.Marshal(texts(list))
	if err != nil {
		panic(err) // unreachable: strings encode
	}
	return string(text)
}
