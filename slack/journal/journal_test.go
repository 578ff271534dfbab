package journal

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"bureau/store"
)

func TestP7_WhatWasTakenAndNotEndedIsLeft(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bureau.db")
	open := func() (*Journal, *store.DB) {
		t.Helper()
		db, err := store.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		j, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		return j, db
	}
	j, db := open()
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			id := fmt.Sprintf("q%d", i)
			if err := j.Taken(t.Context(), id, []byte("place of "+id)); err != nil {
				t.Error(err)
			}
			if err := j.Taken(t.Context(), id, []byte("another place")); err != nil {
				t.Error(err)
			}
			if i%10 == 0 {
				return
			}
			if err := j.Ended(t.Context(), id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again, _ := open()
	left, err := again.Left(t.Context())
	if err != nil || len(left) != 10 {
		t.Fatalf("%d questions are left (%v)", len(left), err)
	}
	for i := 0; i < 100; i += 10 {
		if id := fmt.Sprintf("q%d", i); string(left[id]) != "place of "+id {
			t.Errorf("%s was asked at %q", id, left[id])
		}
	}
}

func TestAnErrorOfTheStoreIsTold(t *testing.T) {
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	j, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Taken(t.Context(), "q", nil); err == nil {
		t.Error("a question that was not noted was said to be")
	}
}
