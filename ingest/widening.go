package ingest

import (
	"fmt"
	"slices"

	"bureau/access"
	"bureau/retrieval"
)

// A ReaderChange is a document that others read after a run than before it.
type ReaderChange struct {
	Source string         `json:"source"`
	Path   string         `json:"path"`
	From   access.Readers `json:"from"` // before the run; where Asked is refused, when somebody last read it
	To     access.Readers `json:"to"`   // after it
	// Asked is who was to read it where that would have opened a text that has
	// not changed to more people, and was refused. Nil where it was not.
	Asked *access.Readers `json:"refused,omitempty"`
	Gain  access.Gain     `json:"gain,omitzero"` // who comes to read it, or would have by Asked
	Loss  access.Gain     `json:"loss,omitzero"` // who reads it no more
}

// howToWiden says what to do about a refusal.
const howToWiden = `if it is meant, allow it with "bureau ingest --widen SOURCE/PATH", or with --allow-widening for all`

// decide returns who is to read a document. A text that was there before is
// not opened to more people than read it then, unless widening is allowed: what
// is refused keeps the readers that both the old and the new ones let in, so
// that whatever is taken away is taken away at once.
func (j *judge) decide(f file, e entry, front FrontMatter, sameText bool) (readers access.Readers, warnings []string, change *ReaderChange) {
	readers, warnings = decideReaders(j.policy, f.source.Readers, e.rules, front)
	was, isKnown := j.known[e.document.ID]
	var refused *access.Readers
	var gain access.Gain
	if sameText && !j.mayWiden(e.document) && !e.granted.IsNobody() && !readers.IsNobody() {
		if gain = j.gain(e.granted, readers); !gain.IsZero() {
			asked := readers
			refused, readers = &asked, j.policy.Meet(e.granted, readers)
		}
	}
	if isKnown {
		change = j.changeOf(e.document, was.document.Readers, readers)
	}
	if refused != nil {
		if change == nil {
			change = &ReaderChange{Source: e.document.Source, Path: e.document.Path, To: readers}
		}
		change.From, change.Asked, change.Gain = e.granted, refused, gain
		if readers.IsNobody() {
			warnings = append(warnings, change.String()+"; "+howToWiden)
		}
	}
	return readers, warnings, change
}

// mayWiden reports whether a document may be opened to more people.
func (j *judge) mayWiden(d retrieval.Document) bool {
	name := d.Source + "/" + d.Path
	return slices.Contains(j.widen, name) || matches(j.widen, name)
}

// changeOf says who reads a document no more, and who comes to read it. It is
// nil where its readers are the same.
func (j *judge) changeOf(d retrieval.Document, from, to access.Readers) *ReaderChange {
	if from.Equal(to) {
		return nil
	}
	return &ReaderChange{Source: d.Source, Path: d.Path, From: from, To: to, Gain: j.gain(from, to), Loss: j.gain(to, from)}
}

// gain asks the policy once for each pair of readers: an edit of a source is
// the same change in all its documents.
func (j *judge) gain(from, to access.Readers) access.Gain {
	key := fmt.Sprintf("%s | %s", from, to)
	gain, ok := j.gains[key]
	if !ok {
		gain = j.policy.Gains(from, to, j.clock())
		j.gains[key] = gain
	}
	return gain
}

// String says what has changed for whom.
func (c *ReaderChange) String() string {
	if c.Asked != nil {
		return fmt.Sprintf("from %s to %s is refused: %s would come to read a text that has not changed, so it is read by %s", c.From, *c.Asked, c.Gain, c.To)
	}
	text := fmt.Sprintf("from %s to %s", c.From, c.To)
	if !c.Gain.IsZero() {
		text += fmt.Sprintf("; which lets in %s", c.Gain)
	}
	if !c.Loss.IsZero() {
		text += fmt.Sprintf("; %s can read it no more", c.Loss)
	}
	return text
}
