package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// promote makes next ready to be put in place by a run.
func (m mirror) promote() error {
	if err := discard(m.ready, m.old); err != nil {
		return err
	}
	return errors.Join(os.Rename(m.next, m.ready), persist(filepath.Dir(m.ready)))
}

// discard removes a mirror by way of another place. It goes at once or not at
// all: half of one would look as if the other half had been deleted.
func discard(folder, by string) error {
	if err := os.RemoveAll(by); err != nil {
		return err
	}
	if err := os.Rename(folder, by); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	return os.RemoveAll(by)
}

// place puts what is ready in the place of the mirror. A mirror of another
// origin than the source's is removed: its documents are not the source's. What
// is ready is left to the next run while a fetch is under way.
func (m mirror) place(source Source) error {
	name := source.Origin.String()
	if had := originOf(m.folder); had == "" {
		if _, err := os.Lstat(m.folder); err == nil {
			return fmt.Errorf("%s is where what is fetched is to be, and something else is there; move it away", m.folder)
		}
	} else if had != name {
		if err := discard(m.folder, m.gone); err != nil {
			return fmt.Errorf("remove what was fetched from another origin: %w", err)
		}
	}
	if originOf(m.ready) == "" {
		return nil
	}
	lock, err := TryLock(m.lock)
	if errors.Is(err, ErrRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }()
	if originOf(m.ready) != name {
		return discard(m.ready, m.old)
	}
	if err := os.RemoveAll(m.old); err != nil {
		return err
	}
	if err := os.Rename(m.folder, m.old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(m.ready, m.folder); err != nil {
		return errors.Join(err, os.Rename(m.old, m.folder))
	}
	return errors.Join(persist(filepath.Dir(m.folder)), os.RemoveAll(m.old))
}
