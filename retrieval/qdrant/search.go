package qdrant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	client "github.com/qdrant/go-client/qdrant"

	"bureau/access"
	"bureau/retrieval"
)

const (
	mostHits       = 1000   // the largest K of a query
	mostCandidates = 10_000 // the most that one request asks for
	mostByWords    = 2_000  // likewise with their words, which are larger
	// attempts is how often a search begins anew because documents that it found
	// were replaced meanwhile. After that they are left out.
	attempts = 5
)

// errMoved says that a document that was found has changed since the search
// began, so that it may have been found in half.
var errMoved = errors.New("documents have changed during the search")

// Search ranks the passages that scope reads; see [retrieval.Index].
func (x *Index) Search(ctx context.Context, scope access.Scope, q retrieval.Query) (retrieval.Rankings, error) {
	if scope.IsZero() {
		return retrieval.Rankings{}, retrieval.ErrNoScope
	}
	if q.K < 1 || q.K > mostHits {
		return retrieval.Rankings{}, fmt.Errorf("search: K is %d, and must be from 1 to %d", q.K, mostHits)
	}
	if err := x.checkQuestion(ctx, q.Vector); err != nil {
		return retrieval.Rankings{}, fmt.Errorf("search: %w", err)
	}
	for attempt := 1; ; attempt++ {
		v, err := x.register.view(ctx, scope, q.Terms)
		if err != nil || v.statistics.Passages == 0 {
			return retrieval.Rankings{}, err
		}
		s := searching{index: x, view: v, filter: within(scope), query: q, lenient: attempt == attempts}
		rankings, err := s.rank(ctx)
		switch {
		case err == nil:
			return rankings, nil
		case !errors.Is(err, errMoved):
			return retrieval.Rankings{}, err // not what half of the search has found
		}
	}
}

// checkQuestion reports a vector that cannot be compared with those of the
// index.
func (x *Index) checkQuestion(ctx context.Context, vector []float32) error {
	if vector == nil {
		return nil
	}
	g, err := x.register.generation(ctx)
	if err != nil {
		return err
	}
	if g.Dimensions == 0 {
		return nil // no passage has a vector yet
	}
	if err := retrieval.CheckVector(vector, g.Dimensions); err != nil {
		return fmt.Errorf("the question cannot be compared: %w", err)
	}
	return nil
}

// A searching is one attempt at one query.
type searching struct {
	index   *Index
	view    view
	filter  *client.Filter // of the scope
	query   retrieval.Query
	lenient bool // documents that change are left out, not errMoved
}

// rank makes both rankings, at once.
func (s searching) rank(ctx context.Context) (r retrieval.Rankings, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.Passages, r.Estimated = s.view.statistics.Passages, !s.exact()
	words := make(chan error, 1)
	var lexical []point
	go func() {
		var err error
		if lexical, err = s.lexical(ctx); err != nil {
			cancel()
			err = fmt.Errorf("rank by words: %w", err)
		}
		words <- err
	}()
	dense, err := s.dense(ctx)
	if err != nil {
		cancel()
		err = fmt.Errorf("rank by meaning: %w", err)
	}
	if err = firstCause(err, <-words); err != nil {
		return r, err
	}
	if err := s.agree(ctx, &dense, &lexical); err != nil {
		return r, err
	}
	r.Dense, r.Lexical = hitsOf(dense), hitsOf(lexical)
	if len(dense) > 0 {
		r.DenseFloor = dense[len(dense)-1].hit.Score
	}
	return r, nil
}

// agree holds both rankings against the register once more, together: a document
// that was replaced or taken out between the two is in both or in none.
func (s searching) agree(ctx context.Context, rankings ...*[]point) error {
	var editions []string
	for _, ranking := range rankings {
		editions = append(editions, editionsOf(*ranking)...)
	}
	rows, err := s.index.register.held(ctx, editions, s.view.version)
	if err != nil && !errors.Is(err, errMoved) {
		return err
	}
	for _, ranking := range rankings {
		kept := slices.DeleteFunc(*ranking, func(p point) bool { _, held := rows[p.edition]; return !held })
		if len(kept) < len(*ranking) && !s.lenient {
			return errMoved
		}
		*ranking = kept
	}
	return nil
}

// firstCause returns the error of two halves that tells why: when one fails the
// other is cancelled.
func firstCause(a, b error) error {
	switch {
	case a == nil, b != nil && errors.Is(a, context.Canceled):
		return b
	}
	return a
}

// A point is a passage that the server has found.
type point struct {
	hit     retrieval.Hit
	edition string
	words   *client.SparseVector // where it was asked for
	length  int
}

// hitFields are what a ranking needs of a point.
var hitFields = client.NewWithPayloadInclude(fieldEdition, fieldPassage, fieldLanguage, fieldLength)

// ask has the server find at most limit points by one vector, inside the scope.
func (s searching) ask(ctx context.Context, by string, query *client.Query, limit int, params *client.SearchParams, vectors *client.WithVectorsSelector) ([]point, error) {
	deadline := uint64(math.Ceil(s.index.server.deadlines.Query.Seconds()))
	request := &client.QueryPoints{
		CollectionName: s.index.collection, Query: query, Using: &by, Filter: s.filter, Params: params,
		Limit: client.PtrOf(uint64(limit)), WithPayload: hitFields, WithVectors: vectors, //nolint:gosec // positive
		Timeout: &deadline, ReadConsistency: consistencies[s.index.settings.ReadConsistency],
	}
	found, err := read(ctx, s.index.server, "search collection "+s.index.collection, func(ctx context.Context) ([]*client.ScoredPoint, error) {
		return s.index.server.reads.Query(ctx, request)
	})
	if err != nil {
		return nil, err
	}
	points := make([]point, len(found))
	for i, f := range found {
		edition := f.GetPayload()[fieldEdition].GetStringValue()
		points[i] = point{
			hit: retrieval.Hit{
				Passage: f.GetPayload()[fieldPassage].GetStringValue(), Document: documentOf(edition),
				Language: f.GetPayload()[fieldLanguage].GetStringValue(), Score: float64(f.GetScore()),
			},
			edition: edition,
			words:   f.GetVectors().GetVectors().GetVectors()[vectorWords].GetSparseVector(),
			length:  int(f.GetPayload()[fieldLength].GetIntegerValue()),
		}
	}
	return points, nil
}

// inForce returns the points that are in force and that the scope reads, by the
// register's word.
func (s searching) inForce(ctx context.Context, points []point) ([]point, error) {
	rows, err := s.index.register.held(ctx, editionsOf(points), s.view.version)
	if errors.Is(err, errMoved) && s.lenient {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	var kept []point
	for _, p := range points {
		if r, held := rows[p.edition]; held && s.view.classes[r.class] {
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// held returns what the register has of those editions that are in force. It is
// errMoved, beside those that have not changed, when a document of theirs has
// changed after a version.
func (r *register) held(ctx context.Context, editions []string, version int64) (map[string]row, error) {
	var ids []retrieval.DocumentID
	for _, edition := range editions {
		ids = append(ids, documentOf(edition))
	}
	slices.Sort(ids)
	rows, err := r.now(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	held := make(map[string]row, len(rows))
	for _, one := range rows {
		if one.changed > version {
			err = errMoved
			continue
		}
		held[one.edition] = one
	}
	return held, err
}

// best returns the k best, ties by passage id.
func best(points []point, k int) []point {
	slices.SortFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(b.hit.Score, a.hit.Score), strings.Compare(a.hit.Passage, b.hit.Passage))
	})
	return points[:min(k, len(points))]
}

func hitsOf(points []point) []retrieval.Hit {
	var hits []retrieval.Hit
	for _, p := range points {
		hits = append(hits, p.hit)
	}
	return hits
}

func editionsOf(points []point) []string {
	editions := make([]string, len(points))
	for i, p := range points {
		editions[i] = p.edition
	}
	return editions
}
