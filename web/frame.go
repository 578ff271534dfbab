package web

// protocolVersion is the version of the frames in this file. It changes when
// a client of the old one would misread the new one; fields may be added
// without a change. docs/protocol.md explains it.
const protocolVersion = 1

// maxFrame is how long a frame from a client may be, in bytes.
const maxFrame = 64 << 10

// A frame is one JSON text message. Its type says which fields it has.

// Frames that a client sends.
type (
	// hello opens the conversation and must be the first frame.
	hello struct {
		Version  int      `json:"version"`
		Language string   `json:"language,omitempty"` // "en", "zh-Hans" or "zh-Hant"
		Resume   []follow `json:"resume,omitempty"`   // answers to follow at once
		Session  string   `json:"session,omitempty"`  // secret of a visitor's session, for a page of a site
	}
	// ask puts a question. ID is the client's own and makes a retry free: the
	// same id of the same person is answered once.
	ask struct {
		ID           string   `json:"id"`
		Text         string   `json:"text"`
		Conversation string   `json:"conversation,omitempty"` // any string of the client's; turns with the same one belong together
		After        *string  `json:"after,omitempty"`        // the answer that the question follows, "" for none; the newest unless given
		Departments  []string `json:"departments,omitempty"`  // narrows the scope; never widens it
	}
	// follow shows an answer of the person from behind event number After on.
	follow struct {
		Answer string `json:"answer"`
		After  int    `json:"after,omitempty"`
	}
	// stop ends an answer and the model's work on it.
	stop struct {
		Answer string `json:"answer"`
	}
	// feedback says what the person thinks of an answer of theirs.
	feedback struct {
		Answer  string `json:"answer"`
		Vote    string `json:"vote"` // "up", "down", or "none" to take it back
		Reason  string `json:"reason,omitempty"`
		Comment string `json:"comment,omitempty"`
	}
)

// A head begins every frame of an answer. Seq says that everything up to this
// event of the answer has been sent with the frame.
type head struct {
	Type   string `json:"type"`
	Answer string `json:"answer"`
	Seq    int    `json:"seq"`
}

// number says whose frame this is and what has been sent with it.
func (h *head) number(answer string, seq int) { h.Answer, h.Seq = answer, seq }

// A numbered frame is one of an answer.
type numbered interface{ number(answer string, seq int) }

// Frames that the server sends.
type (
	// ready answers hello.
	ready struct {
		Type        string           `json:"type"` // "ready"
		Version     int              `json:"version"`
		Person      person           `json:"person"`
		Company     string           `json:"company"`
		Departments []departmentName `json:"departments"` // that the person reads
		Language    string           `json:"language"`
		Model       string           `json:"model"` // "" means quotes only
		Suggestions []string         `json:"suggestions"`
		MaxQuestion int              `json:"maxQuestion"` // characters
		Running     []running        `json:"running"`
		Health      health           `json:"health"`
	}
	// health says of the parts that answers are made with whether they answer
	// at this moment. It comes again when that changes.
	health struct {
		Type     string `json:"type,omitempty"` // "health"; "" in ready
		Model    bool   `json:"model"`          // false: answers are quotes
		Embedder bool   `json:"embedder"`       // false: words are searched for and not what they mean
	}
	// changed says that a conversation of the person is another than before:
	// one of its answers has begun or ended, or it was renamed or deleted, from
	// whichever place.
	changed struct {
		Type         string `json:"type"`                   // "changed"
		Conversation string `json:"conversation,omitempty"` // "" for any of them
		Answer       string `json:"answer,omitempty"`       // that alone has changed
		Deleted      bool   `json:"deleted,omitempty"`
	}
	// running is an answer of the person that is being written.
	running struct {
		Answer       string `json:"answer"`
		Conversation string `json:"conversation"`
	}
	person struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	departmentName struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	// accepted says that a question was taken. Place is its place in line, 0
	// when it is being answered; it is sent again when the place changes.
	accepted struct {
		head
		ID           string `json:"id"` // of the ask
		Conversation string `json:"conversation"`
		After        string `json:"after"` // the answer that the question follows
		Place        int    `json:"place"`
	}
	// stage says what is being done: "searching" or "writing".
	stage struct {
		head
		Stage string `json:"stage"`
	}
	// sources come before the first word.
	sources struct {
		head
		Sources     []source `json:"sources"`
		SearchedFor string   `json:"searchedFor,omitempty"`
	}
	source struct {
		N           int              `json:"n"`
		Title       string           `json:"title"`
		Path        []string         `json:"path"` // headings above the passage
		Departments []departmentName `json:"departments"`
		Updated     string           `json:"updated,omitempty"`
		Language    string           `json:"language,omitempty"`
		Quote       string           `json:"quote"` // sanitised HTML with <mark> around the question's words
		URL         string           `json:"url"`   // of the document's page at the passage, on this server
		Also        []also           `json:"also,omitempty"`
	}
	// also is another document that the person reads with nearly the same text.
	also struct {
		Title   string `json:"title"`
		Updated string `json:"updated,omitempty"`
		URL     string `json:"url"` // as that of a source
	}
	// delta replaces a block of the answer: Block is its number from 0, HTML
	// the whole block as rendered and sanitised so far, Text the Markdown the
	// answer grew by. Blocks before the highest are closed, but a citation may
	// still replace one.
	delta struct {
		head
		Text  string `json:"text"`
		Block int    `json:"block"`
		HTML  string `json:"html"`
	}
	// citation says which source carries a sentence; N is 0 for none. Its
	// mark is in the block's HTML of the delta that follows.
	citation struct {
		head
		Sentence   int      `json:"sentence"`
		N          int      `json:"n"`
		Support    string   `json:"support"` // "supported", "weak", "none" or "neutral"
		Unverified []string `json:"unverified,omitempty"`
	}
	// refusal says that the readable documents do not answer.
	refusal struct {
		head
		Text    string    `json:"text"`
		Nearest []source  `json:"nearest"`
		Ask     []contact `json:"ask"`
	}
	contact struct {
		Department string `json:"department"` // name
		Address    string `json:"address,omitempty"`
	}
	// done ends an answer.
	done struct {
		head
		Mode     string `json:"mode"`              // "model", "quotes" or "refused"
		Cited    []int  `json:"cited"`             // sources that were used
		Markdown string `json:"markdown"`          // the whole answer with [n] marks and its sources, for copying
		Stopped  bool   `json:"stopped,omitempty"` // by the person
		Cut      bool   `json:"cut,omitempty"`     // by the limit of an answer's length
		Partial  bool   `json:"partial,omitempty"` // a part of the search was not available
		Unkept   bool   `json:"unkept,omitempty"`  // it is not written to the conversation yet
		// Suggestions are questions to go on with, from documents that the
		// person reads at this moment.
		Suggestions []string `json:"suggestions,omitempty"`
	}
	// noted says that feedback is written down.
	noted struct {
		Type   string `json:"type"` // "noted"
		Answer string `json:"answer"`
		Vote   string `json:"vote"`
	}
	// failed ends an answer, or names what was wrong with a frame. Words are
	// for people, in their language; Retry says whether trying again helps.
	failed struct {
		Type   string `json:"type"` // "failed"
		Answer string `json:"answer,omitempty"`
		Seq    int    `json:"seq,omitempty"`
		ID     string `json:"id,omitempty"` // of the ask, when no answer began
		Code   string `json:"code"`
		Words  string `json:"words"`
		Retry  bool   `json:"retry"`
	}
)

// number makes a failed frame the end of an answer.
func (f *failed) number(answer string, seq int) { f.Answer, f.Seq = answer, seq }
