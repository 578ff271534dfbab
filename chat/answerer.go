package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tmc/langchaingo/llms"

	"bureau/access"
	"bureau/retrieval"
)

// MaxQuestion is how many characters a question may have.
const MaxQuestion = 2000

// Errors of a question that is not searched.
var (
	ErrEmptyQuestion   = errors.New("the question is empty")
	ErrQuestionTooLong = fmt.Errorf("the question has more than %d characters", MaxQuestion)
)

// errStopped ends a model's work when nobody reads its answer any more.
var errStopped = errors.New("the answer is not read any more")

// A Searcher finds the passages inside a scope that answer a question, best
// first, and says whether they are evidence enough. Nothing outside the scope
// may be in its result. [retrieval.Searcher] is one.
type Searcher interface {
	Search(ctx context.Context, scope access.Scope, q retrieval.Question) (retrieval.Result, error)
}

// An Answerer answers questions from passages. Its fields are set once,
// before the first answer; answers may run at once.
type Answerer struct {
	// Searcher finds the sources. The embedder in its result compares sentences
	// across languages; without one, numbers only are compared.
	Searcher Searcher
	// Model writes the answers; nil answers with quotes. It must call its
	// streaming function on the goroutine that called it, one chunk at a time.
	Model llms.Model
	// Contacts are the addresses to ask departments at.
	Contacts map[access.Department]string
	Limits   Limits
	// Rate learns how fast the Model reads. Answerers of one model share it.
	// It must be set where Model is.
	Rate *Rate
}

// Limits bound an answer. A zero field takes the value in its comment.
type Limits struct {
	Window     int           // tokens of prompt and answer together, as the model was opened with; 4096
	Answer     int           // tokens of the answer; 400
	FirstToken time.Duration // how long the model may read before its first word, by which the passages are chosen; 15 s
	Silence    time.Duration // how long the model may be silent before it is given up; 120 s
	Sources    int           // passages at most; 6
}

// orDefault returns l with its zero fields filled.
func (l Limits) orDefault() Limits {
	return Limits{
		Window: cmp.Or(l.Window, 4096), Answer: cmp.Or(l.Answer, 400), Sources: cmp.Or(l.Sources, 6),
		FirstToken: cmp.Or(l.FirstToken, 15*time.Second), Silence: cmp.Or(l.Silence, 2*time.Minute),
	}
}

// Answer yields the answer to q as it is written, from passages that scope
// reads and no others. Breaking out of the loop ends the model's work. An
// error is the last thing it yields: [ErrEmptyQuestion], [ErrQuestionTooLong],
// [retrieval.ErrNoScope], [ErrAnswerCut], the cause of ctx's end, or whatever
// the search failed with. A model that fails before its first word is no
// error: the sources are quoted instead.
func (a *Answerer) Answer(ctx context.Context, scope access.Scope, q Question) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		stopped := false
		emit := func(e Event) error {
			if stopped = stopped || !yield(e, nil); stopped {
				return errStopped
			}
			return nil
		}
		if err := a.answer(ctx, scope, q, emit); err != nil && !stopped {
			yield(nil, err)
		}
	}
}

// answer emits the events of an answer, and ends as soon as emit fails.
func (a *Answerer) answer(ctx context.Context, scope access.Scope, q Question, emit func(Event) error) error {
	text, err := checkQuestion(q.Text)
	if err != nil {
		return err
	}
	if scope.IsZero() {
		return retrieval.ErrNoScope
	}
	if err := emit(Stage{Searching}); err != nil {
		return err
	}
	limits := a.Limits.orDefault()
	earlier := questionsOf(q.Earlier)
	result, err := a.Searcher.Search(ctx, scope, retrieval.Question{Text: text, Earlier: earlier, K: limits.Sources})
	if err != nil {
		return fmt.Errorf("search for an answer: %w", err)
	}
	w := &writing{
		answerer: a, limits: limits, scope: scope, emit: emit, result: result,
		question: text, earlier: earlier, terms: termSet(cmp.Or(result.SearchedFor, text)),
		language: LanguageOf(text, q.Language), degraded: result.Degraded,
	}
	switch {
	case !result.Evidence.Enough || len(result.Hits) == 0:
		return w.refuse()
	case a.Model == nil:
		return w.quoteOnly()
	}
	return w.write(ctx)
}

// checkQuestion returns the question without characters that are not shown.
func checkQuestion(text string) (string, error) {
	text = strings.TrimSpace(withoutHidden(text))
	if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }) {
		return "", ErrEmptyQuestion
	}
	if utf8.RuneCountInString(text) > MaxQuestion {
		return "", ErrQuestionTooLong
	}
	return text, nil
}

// questionsOf returns the questions of earlier turns. Their answers stay out
// of searches and prompts: they hold text of documents, which may have been
// taken from the asker since.
func questionsOf(turns []Turn) []string {
	var questions []string
	for _, t := range turns {
		if text, err := checkQuestion(t.Question); err == nil {
			questions = append(questions, text)
		}
	}
	return questions
}

// A writing is one answer while it is made.
type writing struct {
	answerer *Answerer
	limits   Limits
	scope    access.Scope
	emit     func(Event) error
	result   retrieval.Result
	question string
	earlier  []string
	terms    map[string]bool // of the question with the earlier ones
	language string
	degraded error
}

// mostNearest is how many documents a refusal names.
const mostNearest = 3

// refuse says that the documents do not answer, what comes nearest, and whom
// to ask. It never calls the model: small ones do not refuse by themselves.
func (w *writing) refuse() error {
	r := Refusal{Text: words[w.language].refused, Ask: w.contacts(), trail: w.trail()}
	named := make(map[retrieval.DocumentID]bool)
	for _, hit := range w.result.Hits {
		if len(r.Nearest) < mostNearest && !named[hit.Document.ID] {
			named[hit.Document.ID] = true
			r.Nearest = append(r.Nearest, w.source(hit, len(r.Nearest)+1))
		}
	}
	if len(r.Nearest) > 0 {
		r.Text = join(w.language, r.Text, words[w.language].refusedNearest)
	}
	if len(r.Ask) > 0 {
		r.Text = join(w.language, r.Text, words[w.language].refusedAsk)
	}
	if err := w.emit(r); err != nil {
		return err
	}
	return w.emit(Done{Mode: Refused, Text: r.Text, Partial: w.result.Degraded != nil, Degraded: w.degraded})
}

// contacts returns whom the asker may turn to: the departments of the scope
// that have an address, the whole company last.
func (w *writing) contacts() []Contact {
	var contacts []Contact
	for _, d := range w.scope.Departments() {
		if address := w.answerer.Contacts[d]; address != "" {
			contacts = append(contacts, Contact{d, address})
		}
	}
	slices.SortStableFunc(contacts, func(a, b Contact) int { return cmp.Compare(lastly(a), lastly(b)) })
	return contacts
}

// lastly orders the whole company behind its departments.
func lastly(c Contact) int {
	if c.Department == access.Everyone {
		return 1
	}
	return 0
}

// trail returns what the audit is told of the search.
func (w *writing) trail() trail { return trail{w.result.Withheld, w.result.Generation} }

// source returns a match as the n-th source.
func (w *writing) source(f retrieval.Match, n int) Source {
	reads := w.scope.Departments()
	shared := slices.DeleteFunc(slices.Clone(f.Document.Readers.Departments), func(d access.Department) bool {
		return !slices.Contains(reads, d)
	})
	return Source{
		N: n, Passage: f.Passage.ID, Document: f.Document.ID, Version: f.Document.Version, Title: f.Document.Title, Headings: f.Passage.Headings,
		Anchor: f.Passage.Anchor, Updated: f.Document.Updated, Language: cmp.Or(f.Passage.Language, f.Document.Language),
		Departments: shared, Quote: f.Passage.Text, Marks: highlight(f.Passage.Text, w.terms),
		Start: f.Passage.Start, End: f.Passage.End, Also: copiesOf(f),
	}
}

// copiesOf returns where else the text of a match stands.
func copiesOf(m retrieval.Match) []Copy {
	var copies []Copy
	for _, f := range m.Also {
		copies = append(copies, Copy{f.Document.ID, f.Document.Title, f.Passage.Anchor, f.Document.Updated, f.Passage.Start, f.Passage.End})
	}
	return copies
}
