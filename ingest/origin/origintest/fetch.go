// Package origintest has what the tests of origins have in common.
package origintest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An Origin is what package ingest calls one.
type Origin interface {
	Fetch(ctx context.Context, folder string) error
}

// Fetch fetches into a folder, and returns the texts that are there by their
// names, without those that are hidden.
func Fetch(t *testing.T, o Origin, folder string) (map[string]string, error) {
	t.Helper()
	err := o.Fetch(t.Context(), folder)
	found := map[string]string{}
	walked := filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		data, err := os.ReadFile(name)
		inside, _ := filepath.Rel(folder, name)
		found[filepath.ToSlash(inside)] = string(data)
		return err
	})
	if walked != nil && !errors.Is(walked, os.ErrNotExist) {
		t.Fatal(walked)
	}
	return found, err
}
