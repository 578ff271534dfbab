package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bureau/ingest/origin"
)

// Mirrors are the folders that hold what origins have. A run walks a mirror as
// any other folder.
//
// A fetch works in a folder of its own and never waits for a run, nor a run for
// it. What it brought is staged beside the mirror and put in its place by the
// next run, which has the lock of ingest: no walk sees half of a mirror, and
// none is taken away under its feet.
type Mirrors struct {
	Folder string           // absolute, for Bureau alone
	Clock  func() time.Time // nil for the machine's
}

// A mirror is the files about one source. They are in ".ID", but for the mirror
// itself, which is in "ID".
type mirror struct {
	folder string // what a run walks
	work   string // what the origin works in
	next   string // what is being staged
	ready  string // what the next run puts in the place of folder
	old    string // what was in the place of ready
	gone   string // what was in the place of folder
	record string
	lock   string // held by a fetch, and while folder is replaced
}

// Path returns the folder in which a source's mirror is, the source's Path.
func (m *Mirrors) Path(id string) string { return filepath.Join(m.Folder, id) }

func (m *Mirrors) of(id string) mirror {
	in := func(name string) string { return filepath.Join(m.Folder, "."+id, name) }
	return mirror{
		folder: m.Path(id), work: in("work"), next: in("next"), ready: in("ready"), old: in("old"), gone: in("gone"),
		record: in("fetch.json"), lock: in("lock"),
	}
}

func (m *Mirrors) now() time.Time {
	if m.Clock != nil {
		return m.Clock()
	}
	return time.Now()
}

// A fetchRecord is what is remembered of the fetches of one source.
type fetchRecord struct {
	Origin    string    `json:"origin"`    // that was tried last
	Begun     bool      `json:"begun"`     // the working folder is of this origin
	Selection string    `json:"selection"` // what the source took of it then
	Tried     time.Time `json:"tried"`
	Fetched   time.Time `json:"fetched,omitzero"` // the last time that it did not fail
	Attempts  int       `json:"attempts"`         // that failed since
	Problem   string    `json:"problem,omitempty"`
	Missed    []miss    `json:"missed,omitempty"` // by the last one that did not fail
	More      int       `json:"more,omitempty"`   // missed, and not in the list
}

// A miss is a file that could not be fetched.
type miss struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
}

// missedKept is how many missed files are remembered, and so reported.
const missedKept = 1000

// about returns the record as far as it is about the origin that the source
// has now.
func (m mirror) about(source Source) fetchRecord {
	var r fetchRecord
	data, err := os.ReadFile(m.record)
	if err != nil || json.Unmarshal(data, &r) != nil || r.Origin != source.Origin.String() {
		return fetchRecord{Origin: source.Origin.String()} // it is fetched again
	}
	return r
}

// write writes the record in one step.
func (m mirror) write(r fetchRecord) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	part := m.record + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		return fmt.Errorf("write down how a fetch went: %w", err)
	}
	return os.Rename(part, m.record)
}

// next returns when a source is due to be fetched, zero for at once.
func (r fetchRecord) next(source Source) time.Time {
	switch {
	case r.Attempts > 0 && r.Selection == source.selection():
		return r.Tried.Add(min(pauseAfter(r.Attempts), source.Every))
	case r.Fetched.IsZero() || r.Selection != source.selection():
		return time.Time{}
	}
	return r.Fetched.Add(source.Every)
}

// isDue reports whether a source is to be fetched. A mirror that is not there
// is, and so is one of a time to come: the clock was wrong.
func (m mirror) isDue(source Source, r fetchRecord, now time.Time) bool {
	if r.Attempts == 0 && originOf(m.folder) != source.Origin.String() && originOf(m.ready) != source.Origin.String() {
		return true
	}
	return !now.Before(r.next(source)) || now.Before(r.Tried)
}

// originFile names the origin of a mirror, in the mirror, so that the two are
// never apart.
const originFile = ".origin"

// originOf returns the origin of the mirror in a folder, "" where there is none.
func originOf(folder string) string {
	name, err := os.ReadFile(filepath.Join(folder, originFile))
	if err != nil {
		return ""
	}
	return string(name)
}

// A FetchStatus is how the fetches of a source go.
type FetchStatus struct {
	Source  string    `json:"source"`
	Origin  string    `json:"origin"`
	Fetched time.Time `json:"fetched,omitzero"`  // the last time that it did not fail
	Problem string    `json:"problem,omitempty"` // why the last one failed
	Missed  int       `json:"missed,omitempty"`  // files that could not be brought
	Next    time.Time `json:"next"`              // when it is due; now where it is
}

// Status says how the fetches of the sources go that have an origin.
func (m *Mirrors) Status(sources []Source) []FetchStatus {
	list := []FetchStatus{}
	for _, source := range sources {
		if source.Origin == nil {
			continue
		}
		f := m.of(source.ID)
		r := f.about(source)
		next := r.next(source)
		if now := m.now(); f.isDue(source, r, now) && now.Before(next) || next.IsZero() {
			next = now
		}
		list = append(list, FetchStatus{source.ID, r.Origin, r.Fetched, r.Problem, len(r.Missed) + r.More, next.UTC()})
	}
	return list
}

// Due reports whether a source is to be fetched.
func (m *Mirrors) Due(sources []Source) bool {
	for _, source := range sources {
		if source.Origin == nil {
			continue
		}
		if f := m.of(source.ID); f.isDue(source, f.about(source), m.now()) {
			return true
		}
	}
	return false
}

// remember puts the missed files into the record.
func (r *fetchRecord) remember(missed origin.Missed) {
	r.Missed, r.More = nil, max(0, len(missed)-missedKept)
	for _, m := range missed[:len(missed)-r.More] {
		r.Missed = append(r.Missed, miss{m.Name, m.Err.Error()})
	}
}

// prune removes the mirrors of sources that are not configured, or have no
// origin any more, and nothing that a fetch did not make. One that is being
// fetched is left to the next run.
func (m *Mirrors) prune(sources []Source) error {
	configured := map[string]bool{}
	for _, source := range sources {
		configured[source.ID] = source.Origin != nil
	}
	entries, err := os.ReadDir(m.Folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, entry := range entries {
		if id := strings.TrimPrefix(entry.Name(), "."); !configured[id] {
			err = errors.Join(err, m.remove(id))
		}
	}
	return err
}

func (m *Mirrors) remove(id string) error {
	f := m.of(id)
	if _, err := os.Stat(f.lock); err != nil {
		return nil //nolint:nilerr // it is of nobody's fetch
	}
	if originOf(f.folder) != "" {
		if err := discard(f.folder, f.gone); err != nil {
			return err
		}
	}
	lock, err := TryLock(f.lock)
	if errors.Is(err, ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(filepath.Dir(f.lock)), lock.Release())
}
