package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// An end is where the next line goes, and what is to be said first.
type end struct {
	head
	segment uint64 // to write into, 0 for a new one
	size    int64  // of it
	torn    Torn   // what is set aside at its end, with the line break that Open asks for
	open    bool   // the file does not end in a line break
	notes   []Event
}

// first returns the lines that come before all others: of what is set aside
// directly behind it.
func (e end) first() []Entry {
	var entries []Entry
	if e.torn.Bytes > 0 {
		entries = append(entries, Entry{By: By{Door: Server}, Event: e.torn})
	}
	for _, n := range e.notes {
		entries = append(entries, Entry{By: By{Door: Server}, Event: n})
	}
	return entries
}

// findEnd finds the end of the chain in a folder whose lock is held. It starts
// at the head, so that its cost does not grow with the audit.
func findEnd(folder string, key *Key) (end, error) {
	ring := ringOf(key)
	h, err := readHead(folder, ring)
	switch {
	case errors.Is(err, errForeign):
		return endWithOtherKey(folder, key, h)
	case errors.Is(err, errNoHead), errors.Is(err, errBadHead):
		return endWithoutHead(folder, key, err)
	case err != nil:
		return end{}, err
	}
	return endBehind(folder, ring, h)
}

// endWithOtherKey returns the end of a chain whose head was made with another
// key. Nothing vouches for it but the lines, which must end where it says.
func endWithOtherKey(folder string, key *Key, h head) (end, error) {
	segments, err := segmentsIn(folder)
	if err != nil {
		return end{}, err
	}
	ring := ringOf(key)
	last, err := lastLine(segments, ring)
	if err != nil {
		return end{}, err
	}
	if last != (place{h.Seq, h.Hash}) {
		return endWithoutHead(folder, key, errBadHead)
	}
	at, err := endBehind(folder, ring, h)
	at.notes = append([]Event{KeyChanged{Before: h.Key}}, at.notes...)
	return at, err
}

// endWithoutHead returns the end of a chain that nothing tells the end of: of
// one that has not begun, or of one that is damaged. Such a one goes on in a new
// file.
func endWithoutHead(folder string, key *Key, why error) (end, error) {
	segments, err := segmentsIn(folder)
	if err != nil {
		return end{}, err
	}
	at := end{head: head{Hash: hashOf(nil)}}
	if len(segments) == 0 && errors.Is(why, errNoHead) {
		// The head comes first: lines without one are a chain that has lost it.
		at.segment, at.notes = 1, []Event{Began{}}
		return at, writeHead(folder, key, head{Hash: at.Hash, Segment: 1}, true)
	}
	ring := ringOf(key)
	last, err := lastLine(segments, ring)
	at.Seq, at.Hash = last.seq, last.hash
	at.notes = []Event{Damaged{What: why.Error()}}
	return at, err
}

// endBehind follows the lines behind the head. There are some where a process
// was ended between writing them and moving the head.
func endBehind(folder string, ring keyring, h head) (at end, err error) {
	at = end{head: h, segment: h.Segment, size: h.End}
	if h.Seq == 0 {
		defer func() {
			if at.Seq == 0 && err == nil {
				at.notes = append(at.notes, Began{})
			}
		}()
	}
	for {
		there, err := at.follow(filepath.Join(folder, segmentName(at.segment)), ring)
		if err != nil {
			return end{}, err
		}
		if !there {
			return at.lost(folder, ring)
		}
		if at.torn.Bytes > 0 {
			return at, nil
		}
		next := at.Seq + 1
		if _, err := os.Stat(filepath.Join(folder, segmentName(next))); errors.Is(err, fs.ErrNotExist) || next == at.segment {
			return at, nil
		}
		at.segment, at.size = next, 0
	}
}

// lost returns the end of a chain that lacks lines which were acknowledged.
func (e end) lost(folder string, ring keyring) (end, error) {
	segments, err := segmentsIn(folder)
	if err != nil {
		return end{}, err
	}
	last, err := lastLine(segments, ring)
	damage := Damaged{What: "lines at the end are missing", To: e.Seq}
	if last.seq < e.Seq {
		damage.From = last.seq + 1
	}
	e.segment, e.notes = 0, []Event{damage}
	return e, err
}

// errSetAside ends the reading where the chain does.
var errSetAside = errors.New("set aside")

// follow moves the end behind the lines of a file that go on from it, and sets
// aside what does not. It reports false where the file ends before the head.
func (e *end) follow(path string, ring keyring) (there bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return e.size == 0, nil // the first file has not been written yet
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil || info.Size() < e.size {
		return false, err
	}
	if info.Size() == e.size {
		return true, nil
	}
	err = eachLine(io.NewSectionReader(f, e.size, info.Size()-e.size), e.size, func(raw rawLine) error {
		l, err := ring.read(raw.data)
		if err != nil || !raw.whole || l.Seq != e.Seq+1 || l.Before != e.Hash {
			return errSetAside
		}
		e.Seq, e.Hash, e.size = l.Seq, hashOf(raw.data), raw.end
		return nil
	})
	if errors.Is(err, errSetAside) {
		err = e.setAside(f, info.Size())
	}
	if err != nil {
		return false, fmt.Errorf("read the end of %s: %w", path, err)
	}
	return true, nil
}

// setAside notes the bytes between the last line and the size of a file.
func (e *end) setAside(f *os.File, size int64) error {
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, e.size, size-e.size)); err != nil {
		return err
	}
	e.torn.Bytes = size - e.size
	if e.open = last[0] != '\n'; e.open {
		h.Write([]byte{'\n'})
		e.torn.Bytes++
	}
	e.torn.Hash = hex.EncodeToString(h.Sum(nil))
	return nil
}

// A place is a line of the chain.
type place struct {
	seq  uint64
	hash string
}

// lastLine returns the last line of the segments that fits its key, or whose key
// is not at hand.
func lastLine(segments []segment, ring keyring) (last place, err error) {
	last.hash = hashOf(nil)
	for _, s := range segments {
		f, err := os.Open(s.path)
		if err != nil {
			return last, err
		}
		err = eachLine(f, 0, func(raw rawLine) error {
			l, err := ring.read(raw.data)
			if (err == nil || errors.Is(err, errForeign)) && l.Seq > last.seq {
				last = place{l.Seq, hashOf(raw.data)}
			}
			return nil
		})
		if err = errors.Join(err, f.Close()); err != nil {
			return last, err
		}
	}
	return last, nil
}
