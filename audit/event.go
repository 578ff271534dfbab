package audit

import "time"

// An Entry is what one line is to say.
type Entry struct {
	By By
	// Question is what was asked, where something was. It is kept as the
	// configuration says: as a keyed hash, or as it is.
	Question string
	// Typed is what somebody typed for a name that nobody has. It may be anything,
	// such as a password in the wrong field, and only its keyed hash is kept.
	Typed string
	Event Event
}

// A Door is a way by which somebody reaches Bureau.
type Door string

// The doors.
const (
	Browser     Door = "browser"
	Widget      Door = "widget" // on a page of another site
	API         Door = "api"
	Slack       Door = "slack"
	CommandLine Door = "command_line"
	Server      Door = "server" // the program itself, and nobody through a door
)

// Doors are all there are.
func Doors() []Door { return []Door{Browser, Widget, API, Slack, CommandLine, Server} }

// By says who did something, and how they came in. Empty fields do not apply.
type By struct {
	Door   Door   `json:"door"`
	Person string `json:"person,omitempty"`  // id; of a service, "service:" and its token
	SignIn string `json:"sign_in,omitempty"` // a provider's id, "password", "choice", "token" or "slack"
	// Session is the beginning of the session's id, which opens nothing.
	Session string `json:"session,omitempty"`
	Token   string `json:"token,omitempty"` // id of the token
	Owner   string `json:"owner,omitempty"` // person who answers for a service's token
	// Account is Slack's id of the asker, or the operating system's user.
	Account string `json:"account,omitempty"`
	// Place is the channel of Slack that everybody in it reads the answer in.
	Place   string `json:"place,omitempty"`
	Address string `json:"address,omitempty"` // of the network, at sign-in alone
}

// A Scope is what the asker could read at that moment.
type Scope struct {
	Departments []string  `json:"departments"`
	Clearances  []string  `json:"clearances,omitempty"`
	At          time.Time `json:"at"`
	Key         string    `json:"key"` // equal for equal rights, and other after a change of the policy
}

// A Passage is one that somebody was given.
type Passage struct {
	N        int      `json:"n"` // as the answer cites it
	Passage  string   `json:"passage"`
	Document string   `json:"document"`
	Version  string   `json:"version"`        // hash of the document's content
	Also     []string `json:"also,omitempty"` // documents that were named as having the same text
}

// An Answer names an answer, its conversation and what it was written with.
type Answer struct {
	Answer       string `json:"answer"`
	Conversation string `json:"conversation,omitempty"`
	Scope        *Scope `json:"scope,omitempty"` // nil before the question's turn had come
}

// A Verdict is how an answer ended.
type Verdict string

// The verdicts.
const (
	ByModel  Verdict = "model"
	ByQuotes Verdict = "quotes"
	Refused  Verdict = "refused"
	Stopped  Verdict = "stopped" // by the asker
	Revoked  Verdict = "revoked" // a right was taken away meanwhile
	Failed   Verdict = "failed"
)

// A Kind names what a line is about. It is written down, so that its text must
// not change.
type Kind string

// An Event is what happened. Each kind has a type of its own.
type Event interface{ kind() Kind }

// The events that people cause.
type (
	// SourcesSent is written before the passages leave the server, and before
	// the first word of an answer without any.
	SourcesSent struct {
		Answer
		Sources    []Passage `json:"sources"`
		Refusal    bool      `json:"refusal,omitempty"`  // they are the nearest documents of a refusal
		Withheld   []string  `json:"withheld,omitempty"` // documents that the second lock kept back: a defect
		Generation int       `json:"generation,omitempty"`
	}
	// AnswerEnded is written before the asker is told of the end.
	AnswerEnded struct {
		Answer
		Verdict     Verdict   `json:"verdict"`
		Reason      string    `json:"reason,omitempty"` // of one that failed or was revoked
		Model       string    `json:"model,omitempty"`
		Cited       []int     `json:"cited,omitempty"`
		Sentences   int       `json:"sentences,omitempty"`
		Unsupported int       `json:"unsupported,omitempty"` // sentences that no source carries
		Unverified  int       `json:"unverified,omitempty"`  // sentences with a number that stands in no source
		Partial     bool      `json:"partial,omitempty"`
		Cut         bool      `json:"cut,omitempty"`
		Asked       time.Time `json:"asked,omitzero"`
	}
	// AnswerPublished is a private answer that its asker has shown to a channel.
	AnswerPublished struct {
		Answer  string    `json:"answer"`
		Sources []Passage `json:"sources"`
	}
	// PassagesShown are the results of a search.
	PassagesShown struct {
		Scope      *Scope    `json:"scope"`
		Sources    []Passage `json:"sources"`
		Withheld   []string  `json:"withheld,omitempty"`
		Generation int       `json:"generation,omitempty"`
	}
	// DocumentOpened is a look at a whole document.
	DocumentOpened struct {
		Document string `json:"document"`
		Version  string `json:"version"`
		Scope    *Scope `json:"scope"`
	}
	// ExportMade is a file of conversations or of feedback.
	ExportMade struct {
		What         string `json:"what"` // "conversation" or "feedback"
		Conversation string `json:"conversation,omitempty"`
		Format       string `json:"format,omitempty"`
		Answers      int    `json:"answers,omitempty"`
	}
	// SignedIn is the beginning of a session.
	SignedIn struct{}
	// SignInRefused is a try to sign in that failed.
	SignInRefused struct {
		Reason string `json:"reason"`
	}
	// SignedOut is the end of a session by its person.
	SignedOut struct{}
	// SessionsEnded are sessions that somebody else has ended.
	SessionsEnded struct {
		Person   string `json:"person,omitempty"`
		Session  string `json:"session,omitempty"`
		Sessions int    `json:"sessions"`
	}
	// TokenMade is a new token.
	TokenMade struct {
		Token       string    `json:"token"`
		Owner       string    `json:"owner"`
		Name        string    `json:"name"`
		Service     bool      `json:"service,omitempty"`
		Departments []string  `json:"departments,omitempty"` // none for all that the owner reads
		Actions     []string  `json:"actions"`
		Expires     time.Time `json:"expires"`
	}
	// TokenRevoked is the end of a token.
	TokenRevoked struct {
		Token string `json:"token"`
	}
	// AccountChanged is a change of a person's way in.
	AccountChanged struct {
		Person string `json:"person"`
		Change string `json:"change"` // "added", "password", "disabled" or "enabled"
	}
	// DirectoryChanged is a change that a provider's directory has made to who its
	// people are and what they belong to.
	DirectoryChanged struct {
		Change string `json:"change"` // such as "user created" or "group changed"
		ID     string `json:"id"`     // of the user, whose person is "sso:" with it, or of the group
	}
	// ConfigurationLoaded is the beginning of a server.
	ConfigurationLoaded struct {
		File string `json:"file"`
		Hash string `json:"hash"` // of the file
	}
	// PolicyChanged is a change of who may read what.
	PolicyChanged struct {
		Before string `json:"before"` // hash of the configuration file
		After  string `json:"after"`
	}
	// IndexSwitched is another generation of the index coming into use.
	IndexSwitched struct {
		Before int `json:"before,omitempty"`
		After  int `json:"after"`
	}
)

// The events of the audit itself.
type (
	// Began is the first line of a chain.
	Began struct{}
	// Torn sets aside what a process that was ended in the middle of a line, or
	// before it acknowledged one, left directly before this line.
	Torn struct {
		Bytes int64  `json:"bytes"`
		Hash  string `json:"hash"` // of those bytes
	}
	// Damaged is a fault that was found when the audit was to be written. The
	// chain goes on behind it, and the fault is told for ever.
	Damaged struct {
		What string `json:"what"`
		From uint64 `json:"from,omitempty"` // of lines that are lost
		To   uint64 `json:"to,omitempty"`
	}
	// SegmentRemoved is written before a file that is older than the audit is
	// kept is deleted, so that the beginning of what is left can be shown.
	SegmentRemoved struct {
		First uint64 `json:"first"`
		Last  uint64 `json:"last"`
		Hash  string `json:"hash"` // of the last line
	}
	// KeyChanged is the first line with another key.
	KeyChanged struct {
		Before string `json:"before"` // id of the key
	}
	// LinesLost says that things happened which could not be written, where the
	// configuration lets people be answered nevertheless.
	LinesLost struct {
		Lines int       `json:"lines"`
		Since time.Time `json:"since"`
	}
)

func (SourcesSent) kind() Kind         { return "answer.sources" }
func (AnswerEnded) kind() Kind         { return "answer.ended" }
func (AnswerPublished) kind() Kind     { return "answer.published" }
func (PassagesShown) kind() Kind       { return "passages.shown" }
func (DocumentOpened) kind() Kind      { return "document.opened" }
func (ExportMade) kind() Kind          { return "export.made" }
func (SignedIn) kind() Kind            { return "sign_in.done" }
func (SignInRefused) kind() Kind       { return "sign_in.refused" }
func (SignedOut) kind() Kind           { return "sign_out.done" }
func (SessionsEnded) kind() Kind       { return "session.ended" }
func (TokenMade) kind() Kind           { return "token.made" }
func (TokenRevoked) kind() Kind        { return "token.revoked" }
func (AccountChanged) kind() Kind      { return "account.changed" }
func (DirectoryChanged) kind() Kind    { return "directory.changed" }
func (ConfigurationLoaded) kind() Kind { return "configuration.loaded" }
func (PolicyChanged) kind() Kind       { return "policy.changed" }
func (IndexSwitched) kind() Kind       { return "index.switched" }
func (Began) kind() Kind               { return "audit.began" }
func (Torn) kind() Kind                { return "audit.torn" }
func (Damaged) kind() Kind             { return "audit.damaged" }
func (SegmentRemoved) kind() Kind      { return "audit.removed" }
func (KeyChanged) kind() Kind          { return "audit.key" }
func (LinesLost) kind() Kind           { return "audit.lost" }
