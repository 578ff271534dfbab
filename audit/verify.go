package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// A Head is a line as somebody noted it elsewhere: its number and its hash.
type Head struct {
	Seq  uint64
	Hash string
}

// ErrNone says that there is no audit in a folder.
var ErrNone = errors.New("there is no audit")

// Verify reads the whole audit in a folder and returns what it found. keys are
// those that lines were made with; heads are lines that were noted elsewhere.
// An error is a file that cannot be read, and no fault.
func Verify(folder string, keys []*Key, heads []Head) (Report, error) {
	v := &verifier{
		ring: ringOf(keys...), aside: sha256.New(), heads: map[uint64]string{}, removed: map[uint64]string{},
		keys: map[string]bool{}, report: Report{Notes: []string{}, Faults: []Fault{}, Attested: []uint64{}},
	}
	for _, h := range heads {
		v.heads[h.Seq] = h.Hash
	}
	files, err := v.snapshot(folder)
	if err != nil {
		return Report{}, err
	}
	for i, f := range files {
		if err := v.file(f, i == len(files)-1); err != nil {
			return Report{}, fmt.Errorf("verify %s: %w", f.path, err)
		}
	}
	v.finish(files)
	return v.report, nil
}

// A measured is a segment with its size at one moment.
type measured struct {
	segment
	size int64
}

// snapshot takes the head, and the files as far as they were written then.
func (v *verifier) snapshot(folder string) (files []measured, err error) {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w in %s", ErrNone, folder)
	}
	unlock, err := lock(folder)
	switch {
	case err == nil:
		defer func() { err = errors.Join(err, unlock()) }()
	case !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS): // a copy that nobody writes needs none
		return nil, err
	}
	v.head, v.headErr = readHead(folder, v.ring)
	segments, err := segmentsIn(folder)
	if err != nil {
		return nil, err
	}
	if len(segments) == 0 && errors.Is(v.headErr, errNoHead) {
		return nil, fmt.Errorf("%w in %s", ErrNone, folder)
	}
	for _, s := range segments {
		info, err := os.Stat(s.path)
		if err != nil {
			return nil, err
		}
		files = append(files, measured{s, info.Size()})
	}
	return files, nil
}

// A verifier goes through the lines in the order in which they stand.
type verifier struct {
	ring    keyring
	head    head
	headErr error
	heads   map[uint64]string // given, by number
	report  Report

	name      string // of the file
	line      int
	half      string // what is at the end without a line break, "" for nothing
	last      place  // the highest line so far
	before    string // what the first line of all says is before it
	aside     hash.Hash
	asideSize int64
	bad       []badLine // since the last good line
	unknown   []unknown // lines of keys that were not given, since the last good line
	gaps      []gap
	removed   map[uint64]string // hashes of the last lines of files that were removed
	keys      map[string]bool
	clock     time.Time // of the line before
}

// A badLine is one that does not fit its key, or is no line.
type badLine struct {
	file  string
	line  int
	claim uint64 // the number it claims, or 0
}

// An unknown is a line of a key that was not given. It goes on from the one
// before it, and counts for one of Bureau's when a known line goes on from it.
type unknown struct {
	badLine
	place
	key string
}

// A gap is lines that are not where they belong.
type gap struct {
	from, to uint64
	file     string
	line     int
}

// file goes through one file.
func (v *verifier) file(f measured, final bool) error {
	if v.report.Files == 0 {
		v.last = place{seq: f.first - 1}
		if f.first == 1 {
			v.last.hash = hashOf(nil)
		}
	}
	v.report.Files++
	v.name, v.line = f.path, 0
	v.resetAside()
	opened, err := os.Open(f.path)
	if err != nil {
		return err
	}
	err = eachLine(io.LimitReader(opened, f.size), 0, func(raw rawLine) error {
		v.line++
		if !raw.whole && final {
			v.half = fmt.Sprintf("%s:%d is half a line of %d bytes", filepath.Base(f.path), v.line, raw.end-raw.start)
			return nil
		}
		v.take(f, raw)
		return nil
	})
	return errors.Join(err, opened.Close())
}

// take checks one line.
func (v *verifier) take(f measured, raw rawLine) {
	l, err := v.ring.read(raw.data)
	if err != nil {
		v.doubt(l, err, badLine{f.path, v.line, l.Seq}, raw)
		return
	}
	v.settle(l.Seq-1, l.Before)
	v.report.Lines++
	v.keys[l.Key] = true
	if v.line == 1 && l.Seq != f.first {
		v.fault(WrongFile, l.Seq, l.Seq, fmt.Sprintf("the file is named for line %d and begins with line %d", f.first, l.Seq))
	}
	v.tell(l)
	v.place(l, hashOf(raw.data))
	v.resetAside()
}

// doubt puts a line aside that its key does not vouch for.
func (v *verifier) doubt(l Line, why error, at badLine, raw rawLine) {
	before := v.last
	if n := len(v.unknown); n > 0 {
		before = v.unknown[n-1].place
	}
	if errors.Is(why, errForeign) && len(v.bad) == 0 && l.Seq == before.seq+1 && (l.Before == before.hash || before.hash == "") {
		v.unknown = append(v.unknown, unknown{at, place{l.Seq, hashOf(raw.data)}, l.Key})
		return
	}
	v.bad = append(v.bad, at)
	v.aside.Write(raw.data)
	v.aside.Write([]byte{'\n'})
	v.asideSize += raw.end - raw.start
}

// settle decides about lines of keys that were not given, where the next known
// line says which one is before it: the last of them, or none.
func (v *verifier) settle(seq uint64, hash string) {
	n := len(v.unknown)
	if n == 0 {
		return
	}
	if last := v.unknown[n-1]; last.seq != seq || last.hash != hash {
		lines := make([]badLine, 0, n+len(v.bad))
		for _, u := range v.unknown {
			lines = append(lines, u.badLine)
		}
		v.bad, v.unknown = append(lines, v.bad...), nil
		return
	}
	for _, u := range v.unknown {
		v.report.fault(Fault{OtherKey, u.seq, u.seq, u.file, u.line, "made with the key " + u.key + ", which was not given"})
		v.keys[u.key] = true
		v.last = u.place
		v.attest(u.seq, u.hash)
	}
	v.report.Lines += uint64(n)
	v.unknown = nil
}

func (v *verifier) resetAside() {
	v.aside.Reset()
	v.asideSize = 0
}

// tell takes in what a line says of the audit itself.
func (v *verifier) tell(l Line) {
	if t, ok := Decode[Torn](l); ok && l.Seq == v.last.seq+1 && t.Bytes == v.asideSize && t.Hash == hex.EncodeToString(v.aside.Sum(nil)) {
		v.bad = nil
		v.report.note("%d bytes before line %d are of a process that was ended while it wrote, before it told anybody", t.Bytes, l.Seq)
	}
	if d, ok := Decode[Damaged](l); ok {
		words := "when it wrote this line, Bureau found: " + d.What
		if d.From > 0 {
			words += fmt.Sprintf(", %d to %d", d.From, d.To)
		}
		v.fault(Found, l.Seq, l.Seq, words)
	}
	if r, ok := Decode[SegmentRemoved](l); ok {
		v.removed[r.Last] = r.Hash
	}
	if k, ok := Decode[KeyChanged](l); ok {
		v.report.note("from line %d on the key is %s, before it was %s", l.Seq, l.Key, k.Before)
	}
	if lost, ok := Decode[LinesLost](l); ok {
		v.report.note("line %d says that %d lines could not be written from %s on, and that people were answered without", l.Seq, lost.Lines, lost.Since.Format(time.RFC3339))
	}
	if l.Time.Before(v.clock) {
		v.report.note("the clock was set back before line %d, by %s", l.Seq, v.clock.Sub(l.Time).Round(time.Second))
	}
	v.clock = l.Time
}

// place holds the place of a line against those before it.
func (v *verifier) place(l Line, hash string) {
	if v.report.First == 0 {
		v.report.First, v.report.Began = l.Seq, l.Time
		if l.Seq == v.last.seq+1 && v.last.hash == "" && len(v.bad) == 0 {
			v.before = l.Before
		}
	}
	switch {
	case l.Seq <= v.last.seq:
		v.outOfPlace(l.Seq)
		v.judgeBad(v.last.seq + 1)
		return // where it belongs, something else was
	case l.Seq == v.last.seq+1:
		v.judgeBad(l.Seq)
		if v.last.hash != "" && l.Before != v.last.hash {
			v.fault(Forked, l.Seq, l.Seq, "it follows another line than the one before it: the audit was brought back from a copy, or two of them were joined")
		}
	default:
		v.judgeBad(l.Seq)
		v.miss(v.last.seq+1, l.Seq-1)
	}
	v.last = place{l.Seq, hash}
	v.attest(l.Seq, hash)
	v.report.Ended = l.Time
}

// judgeBad tells of the bad lines in front of the line with the number next:
// those that stand where a line is missing were edited, the others were put in.
func (v *verifier) judgeBad(next uint64) {
	numbers, taken := make([]uint64, len(v.bad)), map[uint64]bool{}
	for i, b := range v.bad { // what they claim goes first
		if b.claim > v.last.seq && b.claim < next && !taken[b.claim] {
			numbers[i], taken[b.claim] = b.claim, true
		}
	}
	lowest := v.last.seq + 1
	for i, b := range v.bad {
		for taken[lowest] {
			lowest++
		}
		if numbers[i] == 0 && lowest < next {
			numbers[i], taken[lowest] = lowest, true
		}
		if numbers[i] == 0 {
			v.report.fault(Fault{Inserted, 0, 0, b.file, b.line, "Bureau has not written this"})
			continue
		}
		v.report.fault(Fault{Edited, numbers[i], numbers[i], b.file, b.line, "it is not as it was written"})
	}
	v.bad = nil
	for _, n := range slices.Sorted(maps.Keys(taken)) {
		v.miss(v.last.seq+1, n-1)
		v.last = place{seq: n}
	}
}

// miss notes that lines are not where they belong.
func (v *verifier) miss(from, to uint64) {
	if from <= to {
		v.gaps = append(v.gaps, gap{from, to, v.name, v.line})
	}
}

// outOfPlace tells of a line with a number below that of a line before it.
func (v *verifier) outOfPlace(seq uint64) {
	for i, g := range v.gaps {
		if seq < g.from || seq > g.to {
			continue
		}
		rest := slices.Clone(v.gaps[:i])
		if g.from < seq {
			rest = append(rest, gap{g.from, seq - 1, g.file, g.line})
		}
		if seq < g.to {
			rest = append(rest, gap{seq + 1, g.to, g.file, g.line})
		}
		v.gaps = append(rest, v.gaps[i+1:]...)
		v.fault(Disorder, seq, seq, fmt.Sprintf("it stands behind line %d", v.last.seq))
		return
	}
	v.fault(Repeated, seq, seq, fmt.Sprintf("it stands behind line %d, and a line with this number is before that", v.last.seq))
}

// attest holds a line against the heads.
func (v *verifier) attest(seq uint64, hash string) {
	if given, ok := v.heads[seq]; ok {
		delete(v.heads, seq)
		if given == hash {
			v.report.Attested = append(v.report.Attested, seq)
		} else {
			v.fault(OtherHead, seq, seq, "it is another line than the head that you gave")
		}
	}
	if (v.headErr == nil || errors.Is(v.headErr, errForeign)) && seq == v.head.Seq && hash != v.head.Hash {
		v.fault(OtherHead, seq, seq, "it is another line than the head that is kept beside the audit")
	}
}

func (v *verifier) fault(kind FaultKind, from, to uint64, words string) {
	v.report.fault(Fault{kind, from, to, v.name, v.line, words})
}
