package qdrant

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/retrieval"
	"bureau/store"
)

// Options say which index is opened.
type Options struct {
	// Collection is the name on the server, which is made with the first passages.
	// A register keeps the one that it was first opened with.
	Collection string
	Generation retrieval.Generation
	Settings   Settings
}

// An Index is an index in a collection and its register.
type Index struct {
	server     *Server
	register   *register
	collection string
	settings   Settings

	preparing sync.Mutex
	prepared  bool // the collection was found complete
}

var (
	_ retrieval.Index  = (*Index)(nil)
	_ retrieval.Writer = (*Index)(nil)
)

// Open opens the index whose register is in db. It does not ask the server,
// which may be away: whether it is there and has what it should, [Index.Check]
// says. A register of another generation is retrieval.ErrGeneration. Server and
// db stay the caller's to close.
func Open(ctx context.Context, server *Server, db *store.DB, o Options) (*Index, error) {
	if err := o.Settings.Check(); err != nil {
		return nil, fmt.Errorf("open collection %s: %w", o.Collection, err)
	}
	if o.Collection == "" {
		return nil, errors.New("open a collection: it has no name")
	}
	register, err := openRegister(ctx, db, o.Collection, o.Generation)
	if err != nil {
		return nil, err
	}
	return &Index{server: server, register: register, collection: register.name, settings: o.Settings}, nil
}

// Counts returns how large the index is, as the register has it; the bytes are
// the register's.
func (x *Index) Counts(ctx context.Context) (c retrieval.Counts, err error) {
	err = x.register.db.Read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM documents), (SELECT coalesce(sum(passages), 0) FROM classes),
			(SELECT count(*) FROM classes WHERE passages > 0), (SELECT page_count * page_size FROM pragma_page_count, pragma_page_size)`).
			Scan(&c.Documents, &c.Passages, &c.Classes, &c.Bytes)
	})
	if err != nil {
		return c, fmt.Errorf("count the index: %w", err)
	}
	return c, nil
}

// Documents returns every document with its readers; see [retrieval.Writer].
func (x *Index) Documents(ctx context.Context) (map[retrieval.DocumentID]retrieval.Document, error) {
	rows, err := x.register.query(ctx, "")
	if err != nil {
		return nil, err
	}
	documents := make(map[retrieval.DocumentID]retrieval.Document, len(rows))
	for id, r := range rows {
		documents[id] = r.document
	}
	return documents, nil
}

// Check reports all that is wrong with the server and the collection, each with
// its remedy. It changes nothing.
func (x *Index) Check(ctx context.Context) error {
	version, err := x.server.Health(ctx)
	if err != nil {
		return err
	}
	if err := x.settings.checkVersion(x.server.name, version); err != nil {
		return err
	}
	counts, err := x.Counts(ctx)
	if err != nil {
		return err
	}
	info, err := x.info(ctx, readPatience)
	switch {
	case err != nil:
		return err
	case info == nil && counts.Passages == 0:
		return nil // it is made with the first passages
	case info == nil:
		return x.lost(0, counts.Passages)
	}
	g, err := x.register.generation(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(x.owned(info), x.shaped(info, g.Dimensions)); err != nil {
		return err
	}
	return errors.Join(x.indexed(info), x.healthy(info), x.complete(ctx, counts), x.proportioned(ctx))
}

// indexed reports payload indexes that are gone. Writing makes them again.
func (x *Index) indexed(info *client.CollectionInfo) error {
	missing := missingIndexes(info)
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("collection %s on %s: %w: of %s; \"bureau ingest\" makes it again",
		x.collection, x.server.name, ErrUnindexed, strings.Join(missing, ", "))
}

// healthy reports what the server says of its own work on the collection.
func (x *Index) healthy(info *client.CollectionInfo) error {
	if info.GetStatus() != client.CollectionStatus_Red && info.GetOptimizerStatus().GetError() == "" {
		return nil
	}
	return fmt.Errorf("collection %s on %s: the server reports %s: %s; its log says more", x.collection, x.server.name,
		info.GetStatus(), info.GetOptimizerStatus().GetError())
}

// complete reports passages that the register has and the server does not, and
// the other way round.
func (x *Index) complete(ctx context.Context, counts retrieval.Counts) error {
	leftovers, err := x.register.leftovers(ctx)
	if err != nil {
		return err
	}
	var left *client.Filter
	if len(leftovers) > 0 {
		left = &client.Filter{MustNot: []*client.Condition{client.NewMatchKeywords(fieldEdition, leftovers...)}}
	}
	points, err := x.points(ctx, left)
	switch {
	case err != nil:
		return err
	case points < counts.Passages:
		return x.lost(points, counts.Passages)
	case points > counts.Passages:
		return fmt.Errorf("collection %s on %s: %w: it has %d that the register does not know, and that nobody finds; \"bureau reindex\" builds the index anew",
			x.collection, x.server.name, ErrUnknown, points-counts.Passages)
	}
	return nil
}

// mostStretched is how many times as long as those that an index began with its
// passages may be on average, before a search by words looks at more than it
// should.
const mostStretched = 3

// proportioned reports passages much longer than those that the index began with.
func (x *Index) proportioned(ctx context.Context) error {
	var longer float64
	err := x.register.db.Read(ctx, func(tx *sql.Tx) error {
		counts, err := x.register.countsIn(ctx, tx)
		if err != nil {
			return err
		}
		passages, length := 0, 0
		for _, c := range counts.classes {
			passages, length = passages+c.passages, length+c.length
		}
		longer = float64(length) / float64(max(1, passages)) / max(1, counts.assumed.AverageLength)
		return nil
	})
	if err == nil && longer > mostStretched {
		err = fmt.Errorf("collection %s: its passages are %.1f times as long as those it began with, so that a search by words is slow and may miss some; \"bureau reindex\" builds the index anew",
			x.collection, longer)
	}
	return err
}

// points returns how many points of the collection a filter lets through.
func (x *Index) points(ctx context.Context, filter *client.Filter) (int, error) {
	n, err := repeated(ctx, x.server, "count collection "+x.collection, x.server.deadlines.Write, readPatience, func(ctx context.Context) (uint64, error) {
		return x.server.reads.Count(ctx, &client.CountPoints{CollectionName: x.collection, Filter: filter, Exact: client.PtrOf(true)})
	})
	return int(n), err //nolint:gosec // as many as there are
}

// Ready reports whether the server has come to rest: its graphs are built, and
// searches are as fast and as good as they get. It may say so for a moment
// between two pieces of work.
func (x *Index) Ready(ctx context.Context) (bool, error) {
	info, err := x.info(ctx, readPatience)
	return info.GetStatus() == client.CollectionStatus_Green, err
}

// Publish makes alias another name of the collection, in one step and whatever
// it named before. It is for other programs that look at the server; searches
// go to the collection by its own name. An index without passages has none yet.
func (x *Index) Publish(ctx context.Context, alias string) error {
	if begun, err := x.register.begun(ctx); err != nil || !begun {
		return err
	}
	aliases, err := read(ctx, x.server, "list the names of collection "+x.collection, func(ctx context.Context) ([]string, error) {
		return x.server.reads.ListCollectionAliases(ctx, x.collection)
	})
	if err != nil || slices.Contains(aliases, alias) {
		return err
	}
	_, err = once(ctx, x.server, fmt.Sprintf("name collection %s %s", x.collection, alias), func(ctx context.Context) (struct{}, error) {
		return struct{}{}, x.server.revoking.UpdateAliases(ctx, []*client.AliasOperations{client.NewAliasCreate(alias, x.collection)})
	})
	return err
}

// Drop takes the collection off the server, if it is this index's. One that is
// missing though it should be there is ErrLost: it may be on another server. The
// register is the caller's to remove.
func (x *Index) Drop(ctx context.Context) error {
	begun, err := x.register.begun(ctx)
	if err != nil || !begun {
		return err
	}
	info, err := x.info(ctx, readPatience)
	if err != nil {
		return err
	}
	if info == nil {
		return fmt.Errorf("collection %s on %s: %w: it is not there; where it is gone for good, use --force", x.collection, x.server.name, ErrLost)
	}
	if err := x.owned(info); err != nil {
		return err
	}
	_, err = once(ctx, x.server, "drop collection "+x.collection, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, x.server.revoking.DeleteCollection(ctx, x.collection)
	})
	return err
}
