package qdrant

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"sync"

	"bureau/retrieval"
)

// mostKept is how many rows are kept in memory: some 20 MB.
const mostKept = 50_000

// A kept is rows of the register as they are at one version, so that a search
// does not read the same ones again while nothing is written.
type kept struct {
	version int64

	mu   sync.RWMutex
	rows map[retrieval.DocumentID]row
}

// now returns the documents with these ids as the register has them at this
// moment, as far as they are known.
func (r *register) now(ctx context.Context, ids []retrieval.DocumentID) (map[retrieval.DocumentID]row, error) {
	var found map[retrieval.DocumentID]row
	err := r.db.Read(ctx, func(tx *sql.Tx) error {
		version, err := metaNumber(ctx, tx, "version")
		if err != nil {
			return err
		}
		k := r.kept.Load()
		if k == nil || k.version != version {
			k = &kept{version: version, rows: map[retrieval.DocumentID]row{}}
			r.kept.Store(k)
		}
		var missing []retrieval.DocumentID
		if found, missing = k.get(ids); len(missing) == 0 {
			return nil
		}
		read, err := queryIn(ctx, tx, ofIDs, jsonTexts(missing))
		k.put(read)
		maps.Copy(found, read)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the register's documents: %w", err)
	}
	return found, nil
}

// get returns the rows that are kept, and the ids of the others.
func (k *kept) get(ids []retrieval.DocumentID) (found map[retrieval.DocumentID]row, missing []retrieval.DocumentID) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	found = make(map[retrieval.DocumentID]row, len(ids))
	for _, id := range ids {
		if one, ok := k.rows[id]; ok {
			found[id] = one
		} else {
			missing = append(missing, id)
		}
	}
	return found, missing
}

// put keeps rows of the same version. When there are too many it begins anew.
func (k *kept) put(rows map[retrieval.DocumentID]row) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.rows)+len(rows) > mostKept {
		clear(k.rows)
	}
	maps.Copy(k.rows, rows)
}
