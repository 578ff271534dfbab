package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// A judge decides what is to become of documents, by what the ledger and the
// index had when a run began. It writes nothing: a run carries its verdicts
// out, a dry run only reports them.
type judge struct {
	policy    Policy
	reader    Extractor                                   // never nil
	widen     []string                                    // documents that may be opened to more people, as globs over SOURCE/PATH
	embedder  string                                      // of the generation in use
	clock     func() time.Time                            // never nil
	known     map[retrieval.DocumentID]entry              // as the run found the ledger
	inside    map[retrieval.DocumentID][]entry            // of these, what is inside a file, by its holder
	indexed   map[retrieval.DocumentID]retrieval.Document // as the run found the index
	gains     map[string]access.Gain                      // what the policy has said, by the two readers
	furniture map[string]furniture                        // of the sources
	down      error                                       // why nothing can be written, the embedder or the index's server being away; nil while it can
}

// A kind is what is to become of a document. Those up to waiting are documents
// that are there.
type kind int

const (
	kept     kind = iota // its text is in the index as it is; who reads it may have changed
	taken                // its text is new
	withheld             // it is in no index, on purpose
	failed               // it cannot be read
	setAside             // it could not be read too often, which was said before
	waiting              // nobody reads it yet, and it waits for what is down
	gone                 // it was inside a file and is not there any more
	shut                 // it was inside a file that cannot be opened
	ignored              // it is inside a file, and of a kind that is not read
	opened               // no document itself: all that is inside it has a verdict
)

// A verdict is what is to become of one document, and what is said about it.
type verdict struct {
	kind     kind
	entry    entry // as the ledger is to have it
	isNew    bool  // the index does not have the document
	warnings []string
	change   *ReaderChange // nil where the same people read it as before
}

// byStamp judges a document by its place, its size and its time of change, or
// reports that its file has to be opened.
func (j *judge) byStamp(f file) (v verdict, ok bool) {
	known := j.known[documentID(f.source.ID, f.path)]
	switch {
	case f.problem != nil:
		e := j.blank(f)
		e.state, e.reason, e.attempts = stateFailed, f.problem.Error(), 0 // looking again costs nothing
		return j.withoutText(failed, e), true
	case j.isCurrent(known, f) && isSameFile(known, f):
		return j.sameText(f, known), true
	case j.isSettled(known, f):
		return j.again(known), true
	}
	return verdict{}, false
}

// byContent judges a document by its content. An error says that ctx has ended.
func (j *judge) byContent(ctx context.Context, f file, data []byte) (verdict, error) {
	version := j.hashOf(f, data)
	if e := j.known[documentID(f.source.ID, f.path)]; j.isCurrent(e, f) && e.document.Version == version {
		e.size, e.modified = f.size, f.modified.UnixNano()
		return j.sameText(f, e), nil
	}
	x, err := j.reader.Extract(ctx, f.path, data)
	switch {
	case ctx.Err() != nil:
		return verdict{}, ctx.Err() // which is no fault of the file
	case err != nil:
		return j.unreadable(f, err, mayPass(err)), nil
	}
	if f.isPage() {
		x.Markdown = j.furniture[f.source.ID].strip(x.Markdown)
	}
	if x.Language == "" {
		x.Language = f.source.Language
	}
	return j.newText(f, version, x), nil
}

// sameText judges a document whose text the index has: only who reads it can
// be another.
func (j *judge) sameText(f file, e entry) verdict {
	e.rules, e.holder = f.rules, f.holder
	readers, warnings, change := j.decide(f, e, e.front, true)
	e.document.Readers = readers
	if readers.IsNobody() {
		return j.ofNobody(e, warnings, change)
	}
	e.granted = readers
	return verdict{kind: kept, entry: e, warnings: warnings, change: change}
}

// newText judges a document whose text the index does not have.
func (j *judge) newText(f file, version string, x Extracted) verdict {
	e := j.blank(f)
	text := hashOfText(x.Markdown)
	isSame := e.text == text || e.text == "" || isSameFile(j.known[e.document.ID], f)
	readers, warnings, change := j.decide(f, e, x.Front, isSame)
	if readers.IsNobody() {
		return j.ofNobody(e, warnings, change)
	}
	e.front = x.Front
	e.front.FromTime, e.front.UntilTime = storable(x.Front.FromTime), storable(x.Front.UntilTime)
	d := &e.document
	d.Title, d.Language, d.Updated, d.Version, d.Readers = x.Title, x.Language, x.Updated, version, readers
	e.state, e.reason, e.extraction, e.markdown = stateExtracted, waitsToBeEmbedded, j.extraction(f), &x.Markdown
	e.places = x.Places
	e.granted, e.text = readers, text
	_, has := j.indexed[d.ID]
	return verdict{kind: taken, entry: e, isNew: !has, warnings: append(warnings, x.Warnings...), change: change}
}

// waitsToBeEmbedded is why a document that was read is not in the index yet.
const waitsToBeEmbedded = "it was read and is to be embedded"

// ofNobody is the verdict on a document that nobody may read.
func (j *judge) ofNobody(e entry, warnings []string, change *ReaderChange) verdict {
	e.state, e.reason, e.extraction = stateWithheld, strings.Join(warnings, "; "), ""
	v := j.withoutText(withheld, e)
	v.warnings = warnings
	if change != nil && change.Asked != nil {
		v.change = change
	}
	return v
}

// withoutText is the verdict on a document that the index is not to have.
func (j *judge) withoutText(k kind, e entry) verdict {
	return verdict{kind: k, entry: e, change: j.changeOf(e.document, j.known[e.document.ID].document.Readers, access.Readers{})}
}

// blank is the entry of a file of which nothing is known but its place, and
// how often it has failed and who read it before.
func (j *judge) blank(f file) entry {
	id := documentID(f.source.ID, f.path)
	e := entry{
		document: retrieval.Document{ID: id, Source: f.source.ID, Path: f.path},
		size:     f.size, modified: f.modified.UnixNano(), since: j.clock().UnixNano(),
		holder: f.holder, rules: f.rules,
	}
	known := j.known[id]
	e.granted, e.text = known.granted, known.text
	if isSameFile(known, f) {
		e.attempts = known.attempts
	}
	return e
}

// isCurrent reports whether the index has the text of e, extracted as this run
// does it.
func (j *judge) isCurrent(e entry, f file) bool {
	document, ok := j.indexed[e.document.ID]
	return ok && e.state == stateIndexed && document.Version == e.document.Version && e.extraction == j.extraction(f)
}

// isSameFile reports whether a file is as it was when e was written, as far as
// can be told without opening it.
func isSameFile(e entry, f file) bool {
	return e.document.ID != "" && e.size == f.size && e.modified == f.modified.UnixNano()
}

// hashOf is the version of a document: of its file's content, and of the way
// its text is made of it.
func (j *judge) hashOf(f file, data []byte) string {
	h := sha256.New()
	_, _ = h.Write(append([]byte(j.extraction(f)+"\x00"), data...)) // never fails
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// hashOfText tells whether a document says the same as before, whatever its
// front matter says.
func hashOfText(markdown string) string {
	sum := sha256.Sum256([]byte(markdown))
	return hex.EncodeToString(sum[:16])
}
