package ingest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newWatcher(t *testing.T) *Watcher {
	t.Helper()
	w, err := NewWatcher()
	if err != nil {
		t.Skipf("this machine watches no folders: %v", err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// wantChange waits for the watcher to tell of a change. Only a failure waits
// for the clock.
func wantChange(t *testing.T, w *Watcher, what string) {
	t.Helper()
	select {
	case <-w.Changes():
	case <-time.After(time.Minute):
		t.Fatalf("%s is not told", what)
	}
}

func TestWatcherTellsOfChangesHoweverDeep(t *testing.T) {
	folder := t.TempDir()
	writeFile(t, filepath.Join(folder, "a", "old.md"), "A holiday.")
	w := newWatcher(t)
	if problems := w.Follow([]string{folder}, ""); len(problems) > 0 {
		t.Skip(problems)
	}
	writeFile(t, filepath.Join(folder, "a", "old.md"), "A longer holiday.")
	wantChange(t, w, "a changed file")
	writeFile(t, filepath.Join(folder, "new", "deep", "b.md"), "A holiday.")
	wantChange(t, w, "a new folder")
	if err := os.Remove(filepath.Join(folder, "a", "old.md")); err != nil {
		t.Fatal(err)
	}
	wantChange(t, w, "a file that is gone")
}

// What the program itself writes must not wake it.
func TestWatcherLeavesOutWhatIsHiddenAndItsOwn(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	for _, name := range []string{data, filepath.Join(folder, ".git")} {
		if err := os.Mkdir(name, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := newWatcher(t)
	if problems := w.Follow([]string{folder}, data); len(problems) > 0 {
		t.Skip(problems)
	}
	for _, name := range w.events.WatchList() {
		if name != folder {
			t.Errorf("%s is watched", name)
		}
	}
	if problems := w.Follow(nil, ""); len(problems) > 0 || len(w.events.WatchList()) > 0 {
		t.Errorf("%v is watched: %v", w.events.WatchList(), problems)
	}
}

func TestFolderThatCannotBeWatchedIsNamed(t *testing.T) {
	away := filepath.Join(t.TempDir(), "away")
	problems := newWatcher(t).Follow([]string{away}, "")
	if len(problems) != 1 || !strings.Contains(problems[0].Error(), away) {
		t.Errorf("problems %v", problems)
	}
}
