package audit

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A FaultKind is what is wrong with a place of the audit.
type FaultKind string

// The kinds of faults.
const (
	Edited     FaultKind = "edited"       // a line is not as it was written
	Inserted   FaultKind = "inserted"     // a line that Bureau has not written
	Missing    FaultKind = "missing"      // lines are gone
	Disorder   FaultKind = "out_of_order" // lines stand in another place
	Repeated   FaultKind = "repeated"     // lines that stand elsewhere too, or of another time
	Forked     FaultKind = "forked"       // a line follows another line than the one before it
	WrongFile  FaultKind = "wrong_file"   // a file has another's name
	OtherKey   FaultKind = "other_key"    // lines that need a key which was not given
	NoHead     FaultKind = "head_missing" // nothing tells where the end is
	EditedHead FaultKind = "head_edited"
	OtherHead  FaultKind = "other_head"    // the line is another than the one of a head
	Found      FaultKind = "found_earlier" // a fault that Bureau met when it went on writing
)

// A Fault is a place of the audit that is not as it was written. From and To
// are the numbers of the lines it is about, 0 where they are not known.
type Fault struct {
	Kind  FaultKind `json:"kind"`
	From  uint64    `json:"from,omitempty"`
	To    uint64    `json:"to,omitempty"`
	File  string    `json:"file,omitempty"`
	Line  int       `json:"line,omitempty"` // of the file, from 1
	Words string    `json:"words"`
}

// String returns the fault as a line for people.
func (f Fault) String() string {
	var where []string
	switch {
	case f.From > 0 && f.From == f.To:
		where = append(where, fmt.Sprintf("line %d", f.From))
	case f.From > 0:
		where = append(where, fmt.Sprintf("lines %d to %d", f.From, f.To))
	}
	if f.File != "" {
		at := f.File
		if f.Line > 0 {
			at = fmt.Sprintf("%s:%d", at, f.Line)
		}
		where = append(where, at)
	}
	return fmt.Sprintf("%s: %s (%s)", f.Kind, f.Words, strings.Join(where, ", "))
}

// A Report is what was checked and what was found.
type Report struct {
	Lines    uint64    `json:"lines"`
	Files    int       `json:"files"`
	First    uint64    `json:"first"` // number of the first line
	Last     uint64    `json:"last"`
	Hash     string    `json:"hash"` // of the last line: with its number, the head to keep elsewhere
	Began    time.Time `json:"began"`
	Ended    time.Time `json:"ended"`
	Keys     []string  `json:"keys"`     // ids of the keys that lines are made with
	Notes    []string  `json:"notes"`    // what is no fault and worth knowing
	Faults   []Fault   `json:"faults"`   // by the numbers of the lines
	Attested []uint64  `json:"attested"` // lines that are as the heads which were given say
}

// fault notes a fault. One that goes on from the last one is joined with it.
func (r *Report) fault(f Fault) {
	f.File = filepath.Base(f.File)
	if f.File == "." {
		f.File = ""
	}
	if n := len(r.Faults); n > 0 {
		before := &r.Faults[n-1]
		if before.Kind == f.Kind && before.File == f.File && f.From > 0 && before.To+1 == f.From && f.Kind != Found {
			before.To = f.To
			return
		}
	}
	r.Faults = append(r.Faults, f)
}

func (r *Report) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// sort puts the faults in the order of the lines they are about.
func (r *Report) sort() {
	slices.SortStableFunc(r.Faults, func(a, b Fault) int { return cmp.Compare(a.From, b.From) })
}
