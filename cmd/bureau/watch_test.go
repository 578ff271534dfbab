package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// watched runs a watch in a time of its own, in which each step of the test
// takes as long as it says, and returns why it ran and when.
func watched(t *testing.T, w *watch, test func(changes chan<- struct{})) (because []string, at []time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		changes := make(chan struct{}, 1)
		w.changes = changes
		if w.edited == nil {
			w.edited = func() bool { return false }
		}
		if w.due == nil {
			w.due = func(context.Context) bool { return false }
		}
		w.run = func(_ context.Context, why string) time.Duration {
			because, at = append(because, why), append(at, time.Since(start))
			return 15 * time.Minute
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { w.loop(ctx); close(ended) }()
		synctest.Wait()
		test(changes)
		synctest.Wait()
		cancel()
		<-ended
	})
	return because, at
}

func TestWatchRunsOnceForABurstOfChanges(t *testing.T) {
	because, at := watched(t, &watch{}, func(changes chan<- struct{}) {
		for range 5 {
			changes <- struct{}{}
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
	})
	if !slices.Equal(because, []string{becauseBegun, becauseChanged}) || at[1] != 6*time.Second {
		t.Errorf("ran because of %v at %v", because, at)
	}
}

func TestWatchDoesNotWaitForAnEndlessBurst(t *testing.T) {
	because, at := watched(t, &watch{}, func(changes chan<- struct{}) {
		for range 40 {
			changes <- struct{}{}
			time.Sleep(time.Second)
		}
	})
	if len(because) < 2 || because[1] != becauseChanged || at[1] != burstLimit {
		t.Errorf("ran because of %v at %v", because, at)
	}
}

func TestWatchRunsByTheScheduleWhereNothingIsSeen(t *testing.T) {
	because, at := watched(t, &watch{}, func(chan<- struct{}) { time.Sleep(31 * time.Minute) })
	if !slices.Equal(because, []string{becauseBegun, becauseScheduled, becauseScheduled}) || at[2] != 30*time.Minute {
		t.Errorf("ran because of %v at %v", because, at)
	}
}

func TestP3_WatchRunsWithinASecondOfAnEdit(t *testing.T) {
	var edited atomic.Bool
	because, at := watched(t, &watch{edited: func() bool { return edited.Swap(false) }}, func(chan<- struct{}) {
		time.Sleep(90*time.Second + 1)
		edited.Store(true)
		time.Sleep(time.Second)
	})
	if !slices.Equal(because, []string{becauseBegun, becauseEdited}) || at[1] > 92*time.Second {
		t.Errorf("ran because of %v at %v", because, at)
	}
}

func TestWatchTriesAgainWhatIsDue(t *testing.T) {
	asked := 0
	because, _ := watched(t, &watch{due: func(context.Context) bool { asked++; return asked == 2 }}, func(chan<- struct{}) { time.Sleep(150 * time.Second) })
	if !slices.Equal(because, []string{becauseBegun, becauseDue}) {
		t.Errorf("ran because of %v", because)
	}
}

// The whole program: files, the configuration, a mistake in it, and the end.
func TestWatchFollowsFilesAndTheConfiguration(t *testing.T) {
	config := smallCompany(t, "# Leave\n\nAnnual leave is 28 days.\n")
	h := newHouse(t, config)
	c := start(t, "-c", config, "--data", h.data, "--model", none, "--embedder", none, "ingest", "--watch")
	c.await(` start: 2 documents: 2 indexed`)
	write(t, filepath.Dir(config), map[string]string{"documents/new/trip.md": "# Trips\n\nBook the train.\n"})
	c.await(` files: 3 documents: 1 indexed \(1 new\), 2 unchanged`)
	if got := h.mustRun("search", "train", "--as", "mei"); !strings.Contains(got, "Book the train") {
		t.Errorf("the new document is not found:\n%s", got)
	}
	good := read(t, config)
	write(t, filepath.Dir(config), map[string]string{"bureau.yaml": good + "peple: []\n"})
	c.await(`the configuration was changed and is not used: .*unknown key "peple"`)
	write(t, filepath.Dir(config), map[string]string{"bureau.yaml": strings.Replace(good, "documents,", "documents, exclude: [new/**],", 1)})
	c.await(` configuration: 2 documents: .* 1 deleted`)
	if err := os.Remove(filepath.Join(filepath.Dir(config), "documents", "note.md")); err != nil {
		t.Fatal(err)
	}
	c.await(` files: 1 documents: .* 1 deleted`)
	c.signal(syscall.SIGTERM)
	if status := c.status(); status != exitDone {
		t.Errorf("status %d", status)
	}
}
