package main

import (
	"context"
	"errors"

	"bureau/access"
	"bureau/leaktest"
	"bureau/retrieval"
)

// locks are the doors behind each other that keep a document from who may not
// read it, each tried by itself: with all of them a missing one would not be
// noticed.
func (b *leakBench) locks(ctx context.Context) ([]leaktest.Door, error) {
	g, release, err := b.searcher.take(ctx)
	if err != nil {
		return nil, err
	}
	// The server holds the generation as well, until after the trial.
	defer func() { _ = release() }()
	everybody := append([]access.Department{access.Everyone}, b.config.policy.Departments()...)
	lying := &lyingIndex{Index: g.index}
	for _, person := range []string{testerAll, testerNone} { // one of whom reads whatever anybody reads
		lying.scopes = append(lying.scopes, b.scopeOf(leaktest.Reader{Person: person}))
	}
	passages, err := b.passages(ctx, g, lying)
	if err != nil {
		return nil, err
	}
	searcher := func(index retrieval.Index, ledger retrieval.Ledger) *retrieval.Searcher {
		return &retrieval.Searcher{Index: index, Ledger: ledger, Embedder: g.embedder, Constants: retrieval.ConstantsFor(b.config.models.Embedder)}
	}
	forging := *lying
	forging.forge = everybody
	return []leaktest.Door{
		b.lock("index: search", []leaktest.Kind{leaktest.Plain, leaktest.Crossed, leaktest.All}, func(ctx context.Context, scope access.Scope, q leaktest.Question) (string, error) {
			return b.ranked(ctx, g, scope, q)
		}),
		b.lock("index: load by id", []leaktest.Kind{leaktest.Plain}, func(ctx context.Context, scope access.Scope, q leaktest.Question) (string, error) {
			found, err := g.index.Load(ctx, scope, passages[b.id(q.About)])
			return textOf(found), err
		}),
		b.lock("second lock, alone", []leaktest.Kind{leaktest.Plain}, askedOf(searcher(&forging, b.ledger))),
		b.lock("readers of passages, alone", []leaktest.Kind{leaktest.Plain}, askedOf(searcher(lying, generous(everybody)))),
		b.lock("document by id", []leaktest.Kind{leaktest.Plain}, func(ctx context.Context, scope access.Scope, q leaktest.Question) (string, error) {
			text, err := b.ledger.Read(ctx, scope, retrieval.DocumentID(b.id(q.About)))
			if errors.Is(err, retrieval.ErrNotFound) {
				err = nil
			}
			return text.Document.Title + text.Document.Path + text.Markdown, err
		}),
	}, nil
}

// lock is the door of one lock.
func (b *leakBench) lock(name string, kinds []leaktest.Kind, ask func(context.Context, access.Scope, leaktest.Question) (string, error)) leaktest.Door {
	return leaktest.Door{Name: name, Kinds: kinds, Ask: func(ctx context.Context, r leaktest.Reader, q leaktest.Question) (string, error) {
		reply, err := ask(ctx, b.scopeOf(r), q)
		return reply, withoutNoScope(err)
	}}
}

// ranked is what the index alone ranks for a question: the paths of the
// documents, and the passages that it gives for its own hits.
func (b *leakBench) ranked(ctx context.Context, g *generation, scope access.Scope, q leaktest.Question) (string, error) {
	query := retrieval.Query{Terms: retrieval.AnalyzeAlone(q.Text), K: 100}
	if g.embedder != nil {
		query.Terms = retrieval.AnalyzeQuery(q.Text)
		var err error
		if query.Vector, err = g.embedder.EmbedQuery(ctx, q.Text); err != nil {
			return "", err
		}
	}
	r, err := g.index.Search(ctx, scope, query)
	if err != nil {
		return "", err
	}
	said := ""
	var ids []string
	for _, hit := range append(r.Dense, r.Lexical...) {
		said += b.places[hit.Document].Path + "\n"
		ids = append(ids, hit.Passage)
	}
	found, err := g.index.Load(ctx, scope, ids)
	return said + textOf(found), err
}

// passages returns the ids of all passages, by document.
func (b *leakBench) passages(ctx context.Context, g *generation, lying *lyingIndex) (map[string][]string, error) {
	ids := map[string][]string{}
	for _, d := range b.planted {
		query := retrieval.Query{Terms: retrieval.AnalyzeQuery(d.Canaries[leaktest.Text]), K: 1000}
		if g.embedder == nil {
			query.Terms = retrieval.AnalyzeAlone(d.Canaries[leaktest.Text])
		}
		r, err := lying.Search(ctx, access.Scope{}, query)
		if err != nil {
			return nil, err
		}
		for _, hit := range r.Lexical {
			ids[string(hit.Document)] = append(ids[string(hit.Document)], hit.Passage)
		}
	}
	return ids, nil
}

// askedOf has a searcher asked.
func askedOf(s *retrieval.Searcher) func(context.Context, access.Scope, leaktest.Question) (string, error) {
	return func(ctx context.Context, scope access.Scope, q leaktest.Question) (string, error) {
		result, err := s.Search(ctx, scope, retrieval.Question{Text: q.Text, K: 6})
		return foundText(result.Hits), err
	}
}

func textOf(found []retrieval.Found) string {
	var matches []retrieval.Match
	for _, f := range found {
		matches = append(matches, retrieval.Match{Found: f})
	}
	return foundText(matches)
}

// A lyingIndex is an index whose filter has failed: whoever asks is given what
// anybody may read.
type lyingIndex struct {
	retrieval.Index
	scopes []access.Scope      // which together read everything
	forge  []access.Department // that it says read what it gives, where there are any
}

// Search ranks everything for everybody.
func (x *lyingIndex) Search(ctx context.Context, _ access.Scope, q retrieval.Query) (all retrieval.Rankings, err error) {
	dense, lexical := map[string]bool{}, map[string]bool{}
	for _, scope := range x.scopes {
		r, err := x.Index.Search(ctx, scope, q)
		if err != nil {
			return all, err
		}
		all.Dense = merge(all.Dense, r.Dense, dense)
		all.Lexical = merge(all.Lexical, r.Lexical, lexical)
		all.Passages = max(all.Passages, r.Passages)
	}
	return all, nil
}

func merge(all, more []retrieval.Hit, seen map[string]bool) []retrieval.Hit {
	for _, hit := range more {
		if !seen[hit.Passage] {
			seen[hit.Passage] = true
			all = append(all, hit)
		}
	}
	return all
}

// Load gives everybody everything.
func (x *lyingIndex) Load(ctx context.Context, _ access.Scope, ids []string) (all []retrieval.Found, err error) {
	seen := map[string]bool{}
	for _, scope := range x.scopes {
		found, err := x.Index.Load(ctx, scope, ids)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !seen[f.Passage.ID] {
				seen[f.Passage.ID] = true
				if x.forge != nil {
					f.Document.Readers = access.Readers{Departments: x.forge}
				}
				all = append(all, f)
			}
		}
	}
	return all, nil
}

// generous is a ledger that has failed: these departments read everything.
type generous []access.Department

// Readers says that the departments read all documents.
func (g generous) Readers(_ context.Context, documents []retrieval.DocumentID) (map[retrieval.DocumentID]access.Readers, error) {
	readers := map[retrieval.DocumentID]access.Readers{}
	for _, d := range documents {
		readers[d] = access.Readers{Departments: g}
	}
	return readers, nil
}
