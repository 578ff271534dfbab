package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// A Watcher tells when something changes in folders, however deep. It sees what
// this machine changes: a share that others write to may change unseen.
type Watcher struct {
	events  *fsnotify.Watcher
	changes chan struct{}
	follow  chan following
}

// A following is the folders to watch from now on.
type following struct {
	folders []string
	except  string
	done    chan []error
}

// NewWatcher returns a watcher of nothing. It is to be closed. An error means
// that this machine has no way to watch folders, or no more of them.
func NewWatcher() (*Watcher, error) {
	events, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watch folders: %w", err)
	}
	w := &Watcher{events: events, changes: make(chan struct{}, 1), follow: make(chan following)}
	go w.run()
	return w, nil
}

// Changes has a value when something has changed since the last one was taken.
func (w *Watcher) Changes() <-chan struct{} { return w.changes }

// Close ends the watching.
func (w *Watcher) Close() error { return w.events.Close() }

// Follow watches the folders, with all that are or will be in them, and no
// others; nothing that is hidden, and nothing in except, the folder in which
// the program itself writes. It returns why some cannot be watched, or not in
// full.
func (w *Watcher) Follow(folders []string, except string) []error {
	f := following{folders: folders, except: except, done: make(chan []error, 1)}
	w.follow <- f
	return <-f.done
}

// run is the one goroutine that knows what is watched. It ends when the watcher
// is closed.
func (w *Watcher) run() {
	var now following
	for {
		select {
		case now = <-w.follow:
			now.done <- w.begin(now)
		case event, ok := <-w.events.Events:
			if !ok {
				return
			}
			if isDotted(event.Name) || isIn(now.except, event.Name) || event.Op == fsnotify.Chmod {
				continue
			}
			if event.Has(fsnotify.Create) {
				_ = w.add(event.Name, now.except) // what cannot be watched is seen by the schedule
			}
			w.tell()
		case _, ok := <-w.events.Errors:
			if !ok {
				return
			}
			w.tell() // events were lost
		}
	}
}

// tell says that something has changed, unless that is said already.
func (w *Watcher) tell() {
	select {
	case w.changes <- struct{}{}:
	default:
	}
}

// begin watches folders in place of those before.
func (w *Watcher) begin(f following) (problems []error) {
	for _, name := range w.events.WatchList() {
		if !slices.ContainsFunc(f.folders, func(folder string) bool { return isIn(folder, name) }) {
			_ = w.events.Remove(name) // it may be gone
		}
	}
	for _, folder := range f.folders {
		real, err := filepath.EvalSymlinks(folder)
		if err == nil {
			err = w.add(real, f.except)
		}
		if err == nil && isRemote(real) {
			err = errors.New("it is on a network share, where changes that others make are not seen")
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("watch folder %s: %w", folder, err))
		}
	}
	return problems
}

// add watches a folder and all folders in it. A file is left alone.
func (w *Watcher) add(folder, except string) error {
	return filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == folder:
			return err
		case err != nil || !entry.IsDir():
			return nil
		case name != folder && isDotted(name) || isIn(except, name):
			return fs.SkipDir
		}
		err = w.events.Add(name)
		if errors.Is(err, syscall.ENOSPC) {
			return fmt.Errorf("%w: this machine watches as many folders as it may; raise fs.inotify.max_user_watches", err)
		}
		return err
	})
}

func isDotted(name string) bool { return strings.HasPrefix(filepath.Base(name), ".") }

// isIn reports whether name is folder or in it. Nothing is in "".
func isIn(folder, name string) bool {
	inside, err := filepath.Rel(folder, name)
	return folder != "" && err == nil && filepath.IsLocal(inside)
}

// remoteTypes are the file systems of other machines, by the numbers that
// statfs gives them.
var remoteTypes = []int64{
	0x6969,     // NFS
	0x517B,     // SMB
	0xFE534D42, // SMB 2
	0xFF534D42, // CIFS
	0x01021997, // 9P
	0x65735546, // FUSE: sshfs and the like
	0x00C36400, // Ceph
}

// isRemote reports whether a folder is on another machine.
func isRemote(folder string) bool {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return false
	}
	return slices.Contains(remoteTypes, int64(s.Type)) //nolint:unconvert // the type is narrower on other systems
}
