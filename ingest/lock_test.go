package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

func TestSecondHolderIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := TryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := TryLock(path); !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("error %v, want ErrRunning with the process", err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := TryLock(path)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

func TestWaitingSaysForWhomAndEndsWithTheRelease(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	synctest.Test(t, func(t *testing.T) {
		first, err := TryLock(path)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		second, err := WaitLock(t.Context(), path, func(cause error) {
			told++
			if !errors.Is(cause, ErrRunning) {
				t.Errorf("told %v", cause)
			}
			if err := first.Release(); err != nil {
				t.Error(err)
			}
		})
		if err != nil || told != 1 {
			t.Fatalf("error %v, told %d times", err, told)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := WaitLock(ctx, path, func(error) { cancel() }); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want the end of the wait", err)
		}
		if err := second.Release(); err != nil {
			t.Error(err)
		}
	})
}
