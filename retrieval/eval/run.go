package eval

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// Options are what a run is made with.
type Options struct {
	// Searcher searches an index of the set's documents, each under its id as
	// path, or the running index for a set without documents.
	Searcher *retrieval.Searcher
	// Scope returns the scope of an asker: a department of the set, a person
	// of the running index, or "" for everyone.
	Scope func(asker string) (access.Scope, error)
	// Progress, if set, is told after each question how many of all are done.
	Progress func(done, all int)
}

// The names of the runs, in the order of a report.
const (
	Lexical = "lexical" // by words alone
	Dense   = "dense"   // by meaning alone
	RRF     = "rrf"     // both, by reciprocal rank fusion
	Fused   = "fused"   // the product's own search
)

// depth is how many passages are looked through for the 10 best documents. A document
// stands where its best passage does.
const depth = 100

// A runner counts while it goes through a set.
type runner struct {
	Options
	set         Set
	departments map[string]string // of the set's documents, by id
	sums        map[string]*Metrics
	report      Report
	embed       []time.Duration
	search      []time.Duration
	kept        int
	refused     map[string]*Refused
}

// Run puts every question of set through all the runs. Without an embedder
// there is no dense run and no fusion by rank.
func Run(ctx context.Context, set Set, options Options) (Report, error) {
	r := &runner{Options: options, set: set, departments: make(map[string]string), sums: make(map[string]*Metrics), refused: make(map[string]*Refused)}
	for _, d := range set.Documents {
		r.departments[d.ID] = d.Department
	}
	all := len(set.Questions) + len(set.Unanswerable)
	for i, q := range set.Questions {
		if err := r.answerable(ctx, q); err != nil {
			return Report{}, fmt.Errorf("question %s: %w", q.ID, err)
		}
		r.tell(i+1, all)
	}
	for i, q := range set.Unanswerable {
		if err := r.unanswerable(ctx, q); err != nil {
			return Report{}, fmt.Errorf("unanswerable question %s: %w", q.ID, err)
		}
		r.tell(len(set.Questions)+i+1, all)
	}
	return r.finish(), nil
}

func (r *runner) tell(done, all int) {
	if r.Progress != nil {
		r.Progress(done, all)
	}
}

// answerable judges every run of one question.
func (r *runner) answerable(ctx context.Context, q Question) error {
	scope, err := r.Scope(q.Asker)
	if err != nil {
		return fmt.Errorf("scope of %q: %w", q.Asker, err)
	}
	result, err := r.ask(ctx, scope, q)
	if err != nil {
		return err
	}
	if result.Evidence.Enough {
		r.kept++
	}
	r.embed = append(r.embed, result.EmbedTime)
	r.search = append(r.search, result.SearchTime)
	if err := r.judge(ctx, Fused, scope, q, shown(result.Hits)); err != nil {
		return err
	}
	r.note(q, result)
	return r.baselines(ctx, scope, q)
}

// unanswerable counts whether one question is refused: by the evidence gate,
// or because its asker reads nothing at all.
func (r *runner) unanswerable(ctx context.Context, q Question) error {
	scope, err := r.Scope(q.Asker)
	if err != nil {
		return fmt.Errorf("scope of %q: %w", q.Asker, err)
	}
	result, err := r.ask(ctx, scope, q)
	if err != nil && !errors.Is(err, retrieval.ErrNoScope) { // who reads nothing is refused
		return err
	}
	r.note(q, result)
	count := r.refused[q.Reason]
	if count == nil {
		count = &Refused{Reason: q.Reason}
		r.refused[q.Reason] = count
	}
	count.Questions++
	if !result.Evidence.Enough {
		count.Refused++
	}
	return nil
}

// note keeps what became of a question.
func (r *runner) note(q Question, result retrieval.Result) {
	e := result.Evidence
	detail := Detail{ID: q.ID, Reason: q.Reason, Refused: !e.Enough, Score: e.Score, Threshold: e.Threshold}
	documents := map[string]bool{}
	for _, f := range shown(result.Hits) {
		id := r.id(f.Document)
		documents[id] = true
		if q.Grades[id] > 0 {
			detail.Rank = len(documents)
			break
		}
	}
	r.report.Details = append(r.report.Details, detail)
}

// shown returns the passages of a result, each followed by its copies in other
// documents: the asker is given these too.
func shown(hits []retrieval.Match) []retrieval.Found {
	var found []retrieval.Found
	for _, m := range hits {
		found = append(append(found, m.Found), m.Also...)
	}
	return found
}

// ask searches as the product does. A search that fell back on words has
// measured something else than was asked for, and is an error.
func (r *runner) ask(ctx context.Context, scope access.Scope, q Question) (retrieval.Result, error) {
	result, err := r.Searcher.Search(ctx, scope, retrieval.Question{Text: q.Text, Earlier: q.Earlier, K: depth})
	return result, errors.Join(err, result.Degraded)
}

// baselines judges the single rankings, and both by rank, for the last turn alone.
func (r *runner) baselines(ctx context.Context, scope access.Scope, q Question) error {
	query := retrieval.Query{Terms: retrieval.AnalyzeAlone(q.Text), K: depth}
	if r.Searcher.Embedder != nil {
		query.Terms = retrieval.AnalyzeQuery(q.Text)
		v, err := r.Searcher.Embedder.EmbedQuery(ctx, q.Text)
		if err != nil {
			return fmt.Errorf("embed the question: %w", err)
		}
		query.Vector = v
	}
	rankings, err := r.Searcher.Index.Search(ctx, scope, query)
	if err != nil {
		return fmt.Errorf("search the index: %w", err)
	}
	lists := map[string][]string{Lexical: ids(rankings.Lexical)}
	if query.Vector != nil {
		lists[Dense] = ids(rankings.Dense)
		for _, f := range retrieval.FuseRRF(rankings) {
			lists[RRF] = append(lists[RRF], f.Passage)
		}
	}
	for name, list := range lists {
		found, err := r.Searcher.Index.Load(ctx, scope, list[:min(depth, len(list))])
		if err != nil {
			return fmt.Errorf("load passages: %w", err)
		}
		if err := r.judge(ctx, name, scope, q, found); err != nil {
			return err
		}
	}
	return nil
}

func ids(hits []retrieval.Hit) []string {
	list := make([]string, len(hits))
	for i, h := range hits {
		list[i] = h.Passage
	}
	return list
}

// judge adds the metrics of one ranking of passages, and the documents in it
// that the asker should never have been given.
func (r *runner) judge(ctx context.Context, run string, scope access.Scope, q Question, found []retrieval.Found) error {
	var ranking []string
	seen := make(map[string]bool)
	var documents []retrieval.DocumentID
	for _, f := range found {
		id := r.id(f.Document)
		if !seen[id] {
			seen[id] = true
			ranking, documents = append(ranking, id), append(documents, f.Document.ID)
		}
	}
	if r.sums[run] == nil {
		r.sums[run] = new(Metrics)
	}
	r.sums[run].add(Judge(ranking, q.Grades))
	foreign, err := r.foreign(ctx, scope, q, ranking, documents)
	r.report.OutOfScope += foreign
	return err
}

// id returns what the set calls a document.
func (r *runner) id(d retrieval.Document) string {
	if len(r.set.Documents) > 0 {
		return d.Path
	}
	return d.Source + "/" + d.Path
}

// foreign counts the documents that the asker may not read: by the set's own
// word, or for the running index by the ledger's, and never by the index's.
func (r *runner) foreign(ctx context.Context, scope access.Scope, q Question, ranking []string, documents []retrieval.DocumentID) (int, error) {
	n := 0
	if len(r.set.Documents) > 0 {
		for _, id := range ranking {
			department, known := r.departments[id]
			open := department == "" || q.Asker == "" || department == q.Asker
			if !known || !open {
				n++
			}
		}
		return n, nil
	}
	readers, err := r.Searcher.Ledger.Readers(ctx, documents)
	if err != nil {
		return 0, fmt.Errorf("ask the ledger for readers: %w", err)
	}
	for _, d := range documents {
		if !scope.Allows(readers[d]) {
			n++
		}
	}
	return n, nil
}
