package retrieval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/tmc/langchaingo/embeddings"

	"bureau/access"
)

// candidates is how many passages each ranking contributes to fusion. 50 and
// 100 give the same recall.
const candidates = 100

// spare is how many passages more than are wanted are loaded at a time, so that
// the copies of the last ones, which score about alike, are known too.
const spare = 4

// A Ledger is the record of who may read which document that was made when
// the document was taken in, apart from the index.
type Ledger interface {
	// Readers returns the readers of the documents. One that it does not know
	// is left out, which means nobody.
	Readers(ctx context.Context, documents []DocumentID) (map[DocumentID]access.Readers, error)
}

// A Searcher finds the passages that answer a question inside a scope. Its
// fields are set once, before the first search; searches may run at once.
type Searcher struct {
	Index  Index
	Ledger Ledger
	// Embedder gives the vectors; nil searches by words alone.
	Embedder embeddings.Embedder
	// Constants belong to the Embedder: see [ConstantsFor].
	Constants Constants
	// Alarm, if set, is told how many documents of one search the index gave
	// away and the ledger withheld. Each time it is a defect worth waking somebody for.
	Alarm func(documents int)

	calibration calibration
}

// A Question is what somebody asks.
type Question struct {
	Text    string
	Earlier []string // the person's own turns before this one, oldest first
	K       int      // how many passages are wanted, at least 1
	// PerDocument, if positive, is the most passages that one document may
	// have among the K. It makes room for a second opinion in a prompt, and
	// costs recall where one document holds the whole answer.
	PerDocument int
}

// A Match is a passage that was found. Its scores are those of the best of its
// copies.
type Match struct {
	Found
	// Also are the places of nearly the same text in other documents, each
	// document once, as far as they were found on the way to K matches.
	Also            []Found
	Score           float64 // as fused
	Cosine, Lexical float64 // see [Fused]
}

// A Result is the answer of a search. All of it is inside the scope, but for
// Withheld.
type Result struct {
	Hits     []Match // best first
	Evidence Evidence
	// SearchedFor is the query that the earlier turns were joined into, or
	// empty where there were none.
	SearchedFor string
	// Withheld are documents that the index gave away and the ledger does not let
	// the scope read. They are for the audit alone.
	Withheld []DocumentID
	// Generation is the number of the index, where whoever searched knows it.
	Generation int
	// ByWords says that the search went by words alone.
	ByWords bool
	// Degraded says why the search went by words alone though there is an
	// embedder; nil if it did not.
	Degraded error
	// Embedder is what the searched index is embedded with, and so what compares
	// texts of this result; nil for an index without vectors.
	Embedder embeddings.Embedder
	// EmbedTime is the embedder's share and SearchTime the rest, without
	// what calibrating the evidence took.
	EmbedTime, SearchTime time.Duration
}

// Search returns the passages in scope that answer q best, with how good the
// evidence is. A scope that reads nothing is ErrNoScope, and nothing is
// touched, not even the embedder.
//
// A follow-up is searched twice, its last turn alone and with all the earlier
// ones, and ranked by the mean (see [Fuse]): recall@10 on later turns rises
// from .58 to .83 and falls from .86 to .82 where the subject has changed.
func (s *Searcher) Search(ctx context.Context, scope access.Scope, q Question) (Result, error) {
	if scope.IsZero() {
		return Result{}, ErrNoScope
	}
	if s.Ledger == nil {
		return Result{}, errors.New("search: there is no ledger to hold passages against")
	}
	result := Result{SearchedFor: joinTurns(q.Earlier, q.Text), Embedder: s.Embedder}
	texts := []string{q.Text}
	if result.SearchedFor != "" {
		texts = append(texts, result.SearchedFor)
	}
	start := time.Now()
	vectors, err := s.embed(ctx, texts)
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("embed the question: %w", ctx.Err())
	}
	result.Degraded, result.EmbedTime, result.ByWords = err, time.Since(start), vectors == nil

	constants := s.constants(ctx, vectors != nil)
	if vectors != nil {
		// Levels that cannot be had leave the bias in; the search goes on.
		if l, err := s.calibration.levels(ctx, s, scope, scriptOf(q.Text)); err == nil {
			constants = constants.unbiased(l)
		}
	}
	start = time.Now()
	rankings, err := s.rank(ctx, scope, texts, vectors)
	if err != nil {
		return Result{}, err
	}
	fused, withheld, err := s.allowed(ctx, scope, Fuse(constants, rankings...))
	if err != nil {
		return Result{}, err
	}
	if result.Hits, err = s.load(ctx, scope, fused, q); err != nil {
		return Result{}, err
	}
	result.Withheld = withheld
	result.SearchTime = time.Since(start)
	result.Evidence = s.weigh(ctx, scope, constants, q.Text, result.Hits, vectors != nil)
	return result, nil
}

// embed returns the vectors of the texts, or nil without an embedder.
func (s *Searcher) embed(ctx context.Context, texts []string) ([][]float32, error) {
	if s.Embedder == nil {
		return nil, nil
	}
	var vectors [][]float32
	for _, text := range texts {
		v, err := s.Embedder.EmbedQuery(ctx, text)
		if err != nil {
			return nil, fmt.Errorf("embed the question: %w", err)
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

// terms returns the terms of a question as the index has those of passages.
func (s *Searcher) terms(text string) []Term {
	if s.Embedder == nil {
		return AnalyzeAlone(text)
	}
	return AnalyzeQuery(text)
}

// rank searches for each text in the scope.
func (s *Searcher) rank(ctx context.Context, scope access.Scope, texts []string, vectors [][]float32) ([]Rankings, error) {
	var all []Rankings
	for i, text := range texts {
		q := Query{Terms: s.terms(text), K: candidates}
		if vectors != nil {
			q.Vector = vectors[i]
		}
		r, err := s.Index.Search(ctx, scope, q)
		if err != nil {
			return nil, fmt.Errorf("search the index: %w", err)
		}
		all = append(all, r)
	}
	return all, nil
}

// load returns the passages of the best fused hits, K of them as far as there
// are. What repeats a better one is listed with it and takes no place among the
// K. What the index has forgotten meanwhile is passed over.
func (s *Searcher) load(ctx context.Context, scope access.Scope, fused []Fused, q Question) ([]Match, error) {
	g := newGathering(q)
	for !g.full() && len(fused) > 0 {
		batch := fused[:min(q.K+spare, len(fused))]
		fused = fused[len(batch):]
		found, err := s.Index.Load(ctx, scope, passageIDs(batch))
		if err != nil {
			return nil, fmt.Errorf("load passages: %w", err)
		}
		for _, m := range join(batch, found) {
			if scope.Allows(m.Document.Readers) {
				g.take(m)
			}
		}
	}
	return g.matches, nil
}

// allowed drops the hits whose documents the ledger does not let scope read: the
// second lock. It returns those documents too, and raises the alarm for them.
func (s *Searcher) allowed(ctx context.Context, scope access.Scope, fused []Fused) (kept []Fused, withheld []DocumentID, err error) {
	if len(fused) == 0 {
		return nil, nil, nil
	}
	var documents []DocumentID
	for _, f := range fused {
		documents = append(documents, f.Document)
	}
	slices.Sort(documents)
	documents = slices.Compact(documents)
	readers, err := s.Ledger.Readers(ctx, documents)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the ledger for readers: %w", err)
	}
	documents = slices.DeleteFunc(documents, func(d DocumentID) bool { return scope.Allows(readers[d]) })
	if len(documents) == 0 {
		return fused, nil, nil
	}
	slog.ErrorContext(ctx, "the index gave away documents that the ledger withholds", "documents", documents)
	if s.Alarm != nil {
		s.Alarm(len(documents))
	}
	return slices.DeleteFunc(fused, func(f Fused) bool { return slices.Contains(documents, f.Document) }), documents, nil
}

func passageIDs(hits []Fused) []string {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.Passage
	}
	return ids
}

// join returns the found passages with their scores, in the order of fused.
// A passage that turns out to stand in another document than its hit said is
// left out: the ledger was asked about the other one.
func join(fused []Fused, found []Found) []Match {
	byID := make(map[string]Found, len(found))
	for _, f := range found {
		byID[f.Passage.ID] = f
	}
	var matches []Match
	for _, h := range fused {
		if f, ok := byID[h.Passage]; ok && f.Document.ID == h.Document {
			matches = append(matches, Match{Found: f, Score: h.Score, Cosine: h.Cosine, Lexical: h.Lexical})
		}
	}
	return matches
}
