package qdrant

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/access"
	"bureau/retrieval"
	"bureau/store"
)

// editionsPerCall is how many editions one filter names.
const editionsPerCall = 100

// Delete takes documents out. From the moment that the register has it no search
// finds them, whatever the server does; an error says that their points may
// still be on the server, and [Index.Settle] clears them away.
func (x *Index) Delete(ctx context.Context, ids ...retrieval.DocumentID) error {
	if len(ids) == 0 {
		return nil
	}
	editions, err := x.register.commit(ctx, func(c *committing) error {
		for _, id := range ids {
			if err := c.takeOut(id); err != nil {
				return fmt.Errorf("document %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete documents: %w", err)
	}
	if err := x.clear(ctx, editions); err != nil {
		return fmt.Errorf("delete documents: no search finds them any more, but their text is still on the server: %w: %w", retrieval.ErrUnsettled, err)
	}
	return nil
}

// SetReaders changes who reads documents. From the moment that the register has
// it nobody reads them who may not; an error says that those who may now do not
// find them yet, and [Index.Settle] tells the server.
func (x *Index) SetReaders(ctx context.Context, readers map[retrieval.DocumentID]access.Readers) error {
	if len(readers) == 0 {
		return nil
	}
	var moved []retrieval.DocumentID
	_, err := x.register.commit(ctx, func(c *committing) error {
		for _, id := range slices.Sorted(maps.Keys(readers)) {
			known, err := c.move(id, readers[id])
			if err != nil {
				return fmt.Errorf("document %s: %w", id, err)
			}
			if known {
				moved = append(moved, id)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set readers: %w", err)
	}
	if err := x.send(ctx, moved); err != nil {
		return fmt.Errorf("set readers: nobody reads what they may not, but who may now does not find it yet: %w: %w", retrieval.ErrUnsettled, err)
	}
	return nil
}

// Settle clears away points that are in force for nobody, tells the server of
// readers that it has not heard of, and makes indexes of fields again that it
// has lost; see [retrieval.Writer]. It waits for a server that is away.
func (x *Index) Settle(ctx context.Context) error {
	counts, err := x.Counts(ctx)
	if err != nil {
		return err
	}
	g, err := x.register.generation(ctx)
	if err != nil {
		return err
	}
	if counts.Passages > 0 {
		if err := x.prepare(ctx, g.Dimensions); err != nil {
			return fmt.Errorf("settle collection %s: %w", x.collection, err)
		}
	}
	editions, err := x.register.leftovers(ctx)
	if err != nil {
		return err
	}
	documents, err := list[retrieval.DocumentID](ctx, x.register, "SELECT document FROM unsent")
	if err != nil {
		return err
	}
	if err := errors.Join(x.clear(ctx, editions), x.send(ctx, documents)); err != nil {
		return fmt.Errorf("settle collection %s: %w", x.collection, err)
	}
	return nil
}

// leftovers returns the editions whose points wait to be cleared away.
func (r *register) leftovers(ctx context.Context) ([]string, error) {
	return list[string](ctx, r, "SELECT edition FROM leftovers")
}

// list returns what a query of one column gives.
func list[T ~string](ctx context.Context, r *register, query string) (all []T, err error) {
	err = r.db.Read(ctx, func(tx *sql.Tx) error {
		return store.Each(ctx, tx, func(rows *sql.Rows) error {
			var one T
			err := rows.Scan(&one)
			all = append(all, one)
			return err
		}, query)
	})
	if err != nil {
		return nil, fmt.Errorf("read what is left to do: %w", err)
	}
	return all, nil
}

// untold notes that the server may not know who reads documents.
func (r *register) untold(ctx context.Context, rows []row) error {
	return r.db.Write(ctx, func(tx *sql.Tx) error {
		for _, one := range rows {
			if _, err := tx.ExecContext(ctx, "INSERT INTO unsent (document) VALUES ($1) ON CONFLICT DO NOTHING", one.document.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// clear takes the points of editions off the server and forgets the editions.
// Where no passage was ever written there is no collection, and no point.
func (x *Index) clear(ctx context.Context, editions []string) error {
	begun, err := x.register.begun(ctx)
	if err != nil {
		return err
	}
	if !begun {
		return x.register.forget(ctx, editions)
	}
	for some := range slices.Chunk(editions, editionsPerCall) {
		selected, err := ofEditions(some)
		if err != nil {
			return err
		}
		result, err := once(ctx, x.server, "clear away passages of collection "+x.collection, func(ctx context.Context) (*client.UpdateResult, error) {
			return x.server.revoking.Delete(ctx, &client.DeletePoints{
				CollectionName: x.collection, Wait: client.PtrOf(true), Ordering: strong, Points: client.NewPointsSelectorFilter(selected),
			})
		})
		if err := completed("clear away passages", result, err); err != nil {
			return err
		}
		if err := x.register.forget(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// strong has all replicas make changes in one order, that of the leader.
var strong = &client.WriteOrdering{Type: client.WriteOrderingType_Strong}

// ofEditions returns the filter that selects the points of editions. One that
// would select anything else is refused: to Qdrant an empty filter is every
// point.
func ofEditions(editions []string) (*client.Filter, error) {
	if len(editions) == 0 {
		return nil, errors.New("select passages: no edition is named, which would select all")
	}
	for _, edition := range editions {
		if documentOf(edition) == "" {
			return nil, fmt.Errorf("select passages: %q is no edition", edition)
		}
	}
	return &client.Filter{Must: []*client.Condition{client.NewMatchKeywords(fieldEdition, editions...)}}, nil
}

// forget forgets editions that were cleared away.
func (r *register) forget(ctx context.Context, editions []string) error {
	list, err := json.Marshal(editions)
	if err != nil {
		return err // unreachable: strings encode
	}
	err = r.db.Write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM leftovers WHERE edition IN (SELECT value FROM json_each($1))", string(list))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was cleared away: %w", err)
	}
	return nil
}

// send tells the server who reads documents by now, until it has told what the
// register says: another process may tell it of a later change in between, and
// what arrives last counts.
func (x *Index) send(ctx context.Context, ids []retrieval.DocumentID) error {
	begun, err := x.register.begun(ctx)
	if err != nil || !begun {
		return err
	}
	for len(ids) > 0 {
		if ids, err = x.sendOnce(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// sendOnce tells the server who reads documents, those with the same readers
// together, and returns those that have changed meanwhile.
func (x *Index) sendOnce(ctx context.Context, ids []retrieval.DocumentID) (again []retrieval.DocumentID, err error) {
	rows, err := x.register.rows(ctx, ids)
	if err != nil {
		return nil, err
	}
	classes := map[int64][]row{}
	for _, r := range rows {
		classes[r.class] = append(classes[r.class], r)
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		for some := range slices.Chunk(classes[class], editionsPerCall) {
			changed, err := x.sendSome(ctx, some)
			if err != nil {
				return nil, err
			}
			again = append(again, changed...)
		}
	}
	return again, nil
}

// sendSome tells the server of documents with the same readers, and returns those
// that have changed meanwhile: whoever changed them may have told the server
// before this did.
func (x *Index) sendSome(ctx context.Context, rows []row) (changed []retrieval.DocumentID, err error) {
	var editions []string
	for _, r := range rows {
		editions = append(editions, r.edition)
	}
	selected, err := ofEditions(editions)
	if err != nil {
		return nil, err
	}
	result, err := once(ctx, x.server, "set who reads passages of collection "+x.collection, func(ctx context.Context) (*client.UpdateResult, error) {
		return x.server.revoking.SetPayload(ctx, &client.SetPayloadPoints{
			CollectionName: x.collection, Wait: client.PtrOf(true), Ordering: strong,
			Payload: readersPayload(rows[0].document.Readers), PointsSelector: client.NewPointsSelectorFilter(selected),
		})
	})
	if err := completed("set who reads passages", result, err); err != nil {
		// It may still arrive, after what another process has told the server since.
		return nil, errors.Join(err, x.register.untold(context.WithoutCancel(ctx), rows))
	}
	err = x.register.db.Write(ctx, func(tx *sql.Tx) error {
		for _, r := range rows {
			var version int64
			err := tx.QueryRowContext(ctx, "SELECT changed FROM documents WHERE id = $1", r.document.ID).Scan(&version)
			switch {
			case errors.Is(err, sql.ErrNoRows): // deleted, and its points are cleared away
				continue
			case err != nil:
				return err
			case version > r.changed:
				changed = append(changed, r.document.ID)
				_, err = tx.ExecContext(ctx, "INSERT INTO unsent (document) VALUES ($1) ON CONFLICT DO NOTHING", r.document.ID)
			default:
				_, err = tx.ExecContext(ctx, "DELETE FROM unsent WHERE document = $1", r.document.ID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("note who was told: %w", err)
	}
	return changed, nil
}
