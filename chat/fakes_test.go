package chat

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"bureau/access"
	"bureau/retrieval"
)

// today is when all tests take place.
var today = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const company = `
departments:
  - {id: hr, name: Human Resources, contact: hr@example.com}
  - {id: finance, name: Finance}
people:
  - {id: hanna, name: Hanna, departments: [hr]}
  - {id: felix, name: Felix, departments: [finance]}
`

// scopeOf returns the scope of a person of the company.
func scopeOf(t testing.TB, person string) access.Scope {
	t.Helper()
	policy, err := access.Parse("company.yaml", []byte(company))
	if err != nil {
		t.Fatal(err)
	}
	scope, err := policy.Scope(person, today)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

// A shelf finds the passages that a scope reads by the words that they share
// with the question. Evidence is enough where there is a shared word.
type shelf struct {
	found []retrieval.Found
	asked []retrieval.Question
}

// passage puts a passage of a document of its own on the shelf.
func (s *shelf) passage(reader access.Department, title, language, text string) {
	id := retrieval.DocumentID("d" + string(rune('1'+len(s.found))))
	s.found = append(s.found, retrieval.Found{
		Document: retrieval.Document{ID: id, Title: title, Language: language, Readers: access.Readers{Departments: []access.Department{reader}}},
		Passage:  retrieval.Passage{ID: "p-" + string(id), Document: id, Text: text, Language: language},
	})
}

func (s *shelf) Search(_ context.Context, scope access.Scope, q retrieval.Question) (retrieval.Result, error) {
	s.asked = append(s.asked, q)
	asked := termSet(strings.Join(append(q.Earlier, q.Text), " "))
	result := retrieval.Result{}
	if len(q.Earlier) > 0 {
		result.SearchedFor = strings.Join(append(q.Earlier, q.Text), " ")
	}
	for _, f := range s.found {
		if !scope.Allows(f.Document.Readers) {
			continue
		}
		m := retrieval.Match{Found: f}
		for term := range terms(f.Passage.Indexed(f.Document.Title)) {
			if asked[term] {
				m.Score++
			}
		}
		result.Evidence.Enough = result.Evidence.Enough || m.Score > 0
		result.Hits = append(result.Hits, m)
	}
	slices.SortStableFunc(result.Hits, func(a, b retrieval.Match) int { return cmp.Compare(b.Score, a.Score) })
	result.Hits = result.Hits[:min(len(result.Hits), q.K)]
	return result, nil
}

// A script is a model that says what it was told to say.
type script struct {
	chunks []string
	err    error // after the chunks, or before them where there are none
	whole  bool  // it does not stream
	info   map[string]any
	step   func(ctx context.Context, i int) // before each chunk

	calls    int
	messages []llms.MessageContent
	written  int // chunks that were taken
	ended    error
}

func (s *script) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	s.calls++
	s.messages = messages
	var o llms.CallOptions
	for _, option := range options {
		option(&o)
	}
	for i, chunk := range s.chunks {
		if s.step != nil {
			s.step(ctx, i)
		}
		if s.ended = ctx.Err(); s.ended != nil {
			return nil, s.ended
		}
		if s.whole {
			continue
		}
		if s.ended = o.StreamingFunc(ctx, []byte(chunk)); s.ended != nil {
			return nil, errors.New("the stream was stopped")
		}
		s.written++
	}
	if s.err != nil {
		return nil, s.err
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{Content: strings.Join(s.chunks, ""), GenerationInfo: s.info}}}, nil
}

func (s *script) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not used")
}

// prompt returns the text of all messages that the model was given.
func (s *script) prompt() string {
	var b strings.Builder
	for _, m := range s.messages {
		b.WriteString(textOf(m) + "\n")
	}
	return b.String()
}

// A dictionary embeds a text as the hashed set of its meanings, so that
// sentences with the same meanings are near across languages.
type dictionary struct {
	meanings map[string]string // word to meaning
	embedded int               // documents
	err      error
}

func (d *dictionary) EmbedDocuments(ctx context.Context, texts []string) ([][]float32, error) {
	d.embedded += len(texts)
	var vectors [][]float32
	for _, text := range texts {
		v, err := d.EmbedQuery(ctx, text)
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, v)
	}
	return vectors, nil
}

func (d *dictionary) EmbedQuery(_ context.Context, text string) ([]float32, error) {
	if d.err != nil {
		return nil, d.err
	}
	v := make([]float32, 64)
	v[0] = 0.1
	for word, meaning := range d.meanings {
		if strings.Contains(strings.ToLower(text), word) {
			h := fnv.New32a()
			h.Write([]byte(meaning))
			v[h.Sum32()%64]++
		}
	}
	return v, nil
}

// A record is a whole answer.
type record struct {
	events    []Event
	stages    []StageName
	sources   []Source
	text      string
	sentences []Sentence
	refusal   *Refusal
	done      *Done
	err       error
}

// ask has an answerer answer and checks what holds for every answer: sources
// come before words, sentences lie in the text and in order, nothing is cited
// that was not sent, and nothing follows the end.
func ask(t *testing.T, a *Answerer, scope access.Scope, q Question) record {
	t.Helper()
	var r record
	for event, err := range a.Answer(t.Context(), scope, q) {
		if r.done != nil || r.err != nil {
			t.Fatalf("%T, %v after the end", event, err)
		}
		if err != nil {
			r.err = err
			continue
		}
		r.events = append(r.events, event)
		r.take(t, event)
	}
	if (r.done == nil) == (r.err == nil) {
		t.Fatalf("the answer ended with done %v and error %v", r.done, r.err)
	}
	if r.done != nil && r.refusal == nil && r.done.Text != r.text {
		t.Errorf("done says %q, the deltas %q", r.done.Text, r.text)
	}
	return r
}

func (r *record) take(t *testing.T, event Event) {
	t.Helper()
	switch e := event.(type) {
	case Stage:
		r.stages = append(r.stages, e.Name)
	case Sources:
		r.sources = e.Sources
	case Delta:
		if len(r.sources) == 0 {
			t.Fatal("a word before the sources")
		}
		r.text += e.Text
	case Sentence:
		if e.Index != len(r.sentences) || e.Start >= e.End || e.End > len(r.text) {
			t.Fatalf("sentence %+v in a text of %d bytes, %d sentences before", e, len(r.text), len(r.sentences))
		}
		if e.Source < 0 || e.Source > len(r.sources) {
			t.Fatalf("source %d of %d is cited", e.Source, len(r.sources))
		}
		r.sentences = append(r.sentences, e)
	case Refusal:
		r.refusal = &e
	case Done:
		r.done = &e
	}
}

// says returns the text of the i-th sentence.
func (r record) says(i int) string { return r.text[r.sentences[i].Start:r.sentences[i].End] }

// handbook is a shelf with what the company wrote down.
func handbook() *shelf {
	s := new(shelf)
	s.passage("hr", "Leave policy", "en",
		"Employees have 25 days of annual leave per year. A request is made five working days ahead in the staff portal. Unused leave expires on March 31 of the next year.")
	s.passage("everyone", "Travel policy", "en",
		"The hotel limit in Beijing is 500 yuan per night. The hotel limit in Shanghai is 600 yuan per night. Receipts are handed in within 30 days.")
	s.passage("hr", "年假制度", "zh-Hans", "员工每年享有25天年假。年假应提前五个工作日在员工系统中申请。未休的年假于次年3月31日失效。")
	s.passage("finance", "Budget", "en", "The budget of the leave programme is 3 million yuan. Only the finance department knows it.")
	return s
}
