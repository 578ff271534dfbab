package chat

import (
	"bureau/access"
	"bureau/retrieval"
)

// A Question is one turn of a person.
type Question struct {
	Text string
	// Language is what the person reads the page in, "en", "zh-Hans" or
	// "zh-Hant"; the answer is in the question's own language where that can
	// be told, else in this one.
	Language string
	// Earlier are the turns before this one in the conversation, oldest first.
	Earlier []Turn
}

// A Turn is one question of a conversation with the answer it got.
type Turn struct {
	Question string
	Answer   string                 // as shown, without marks
	Sources  []retrieval.DocumentID // the documents behind the answer
}

// An Event is one step of an answer: Accepted, Stage, Sources, Delta, Sentence,
// Refusal, Done or Failed. What an [Answerer] yields is the Stage Searching,
// then Sources, the Stage Writing where a model writes, then Deltas with the
// Sentences they finish, then Done; or Searching, then a Refusal, then Done.
// The log of a [Desk] begins with Accepted besides, and Failed may end it.
type Event interface{ event() }

// Accepted says that a question was taken and is written down. It comes again
// when the place in line changes.
type Accepted struct {
	Asked        string // the asker's own id of the question
	Conversation string
	After        string // the answer that the question follows, "" for none
	Place        int    // in line, 1 being next, 0 while it is answered
}

// A Stage says what is being done while nothing can be read yet.
type Stage struct {
	Name StageName
}

// A StageName is a step that a person waits for.
type StageName string

// The stages of an answer, in order.
const (
	Searching StageName = "searching" // embedding and searching
	Writing   StageName = "writing"   // the model reads the passages
)

// Sources are the passages that the answer may cite, best first, sent before
// the first word.
type Sources struct {
	Sources []Source
	// SearchedFor is the query as it was made stand-alone, for a follow-up;
	// empty where it is the question itself.
	SearchedFor string
	// trail is for the audit. Nobody outside this package can read it, and it
	// is in no JSON.
	trail trail
}

// A trail is what the audit is told of the search behind an answer.
type trail struct {
	withheld   []retrieval.DocumentID // by the second lock
	generation int
}

// A Source is a numbered passage behind an answer.
type Source struct {
	N           int // from 1, as cited
	Passage     string
	Document    retrieval.DocumentID
	Version     string // of the document, a hash of its content
	Title       string
	Headings    []string
	Anchor      string
	Updated     string
	Language    string
	Departments []access.Department // of the document's readers that the asker has
	Quote       string              // the passage's text
	// Marks are the parts of Quote that share words with the question, in
	// bytes, sorted and apart.
	Marks []Span
	// Start and End are the place of Quote in the document's extracted text,
	// in bytes, End exclusive.
	Start, End int
	// Also are other documents with nearly the same text, each once. The asker
	// may read them.
	Also []Copy
}

// A Copy is the place of nearly the same text as a source's in another document.
type Copy struct {
	Document   retrieval.DocumentID
	Title      string
	Anchor     string
	Updated    string
	Start, End int // in the document's extracted text, in bytes, End exclusive
}

// A Span is a part of a text, in bytes, End exclusive.
type Span struct{ Start, End int }

// A Delta is what the answer grew by.
type Delta struct {
	Text string // Markdown; never holds the model's own citation marks
}

// A Sentence says which source supports a sentence of the answer. It follows
// the Delta that finishes the sentence.
type Sentence struct {
	Index      int // from 0
	Start, End int // in the answer's whole text, in bytes
	Source     int // N of the source, 0 for none
	Support    Support
	// Unverified are the numbers, dates and amounts of the sentence that stand
	// in no source, as written.
	Unverified []string
}

// A Support is how well a source carries a sentence.
type Support string

// The supports. Neutral sentences claim nothing ("Here is what I found:").
const (
	Supported Support = "supported"
	Weak      Support = "weak"
	None      Support = "none"
	Neutral   Support = "neutral"
)

// A Refusal is the honest answer when the readable documents do not answer.
type Refusal struct {
	Text    string    // in the asker's language
	Nearest []Source  // readable documents nearest to the question, numbered; may be empty
	Ask     []Contact // whom to ask instead
	trail   trail
}

// A Contact is a department to ask.
type Contact struct {
	Department access.Department
	Address    string
}

// Done ends an answer.
type Done struct {
	Mode  Mode
	Text  string // the whole answer, without marks
	Cited []int  // sources that a sentence was attributed to, sorted
	Model string // that wrote it, "" where no model did
	// Cut says that the answer ended before the model was finished, by its
	// length limit.
	Cut bool
	// Stopped says that the asker ended it.
	Stopped bool
	// Unkept says that the answer could not be written down when it ended. That
	// is tried again as long as the desk is open.
	Unkept bool
	// Partial says that the search was not the one that is configured, so that
	// the sources may not be the best ones, and a refusal not the last word.
	Partial bool
	// Degraded says what was missing though it is configured: the embedder,
	// or the model (an [ErrModelUnavailable]). It is for the operator's log,
	// not for people, and nil where nothing was.
	Degraded error `json:"-"`
}

// Failed ends an answer that was not done.
type Failed struct {
	Reason Reason
	// Err is what went wrong, for the operator's log. It is not kept.
	Err error `json:"-"`
}

// A Mode is the way an answer was made.
type Mode string

// The modes.
const (
	ByModel  Mode = "model"  // a model wrote it from the sources
	ByQuotes Mode = "quotes" // there is no model: the sources speak for themselves
	// Refused answers say that the documents do not tell: by a Refusal, or,
	// where the model itself found so, in a Delta with quotes of the sources
	// under it.
	Refused Mode = "refused"
)

func (Accepted) event() {}
func (Stage) event()    {}
func (Sources) event()  {}
func (Delta) event()    {}
func (Sentence) event() {}
func (Refusal) event()  {}
func (Done) event()     {}
func (Failed) event()   {}
