package chat_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"bureau/chat"
	"bureau/store"
	"bureau/store/storetest"
)

// long is more than a full store has room for.
var long = strings.Repeat("A long answer. ", 2000)

// held writes a long answer in two halves, and the second when goOn is closed.
func held(goOn chan struct{}) writer {
	return func(_ context.Context, _ chat.Question, yield func(chat.Event, error) bool) {
		if !yield(chat.Delta{Text: long}, nil) {
			return
		}
		<-goOn
		_ = yield(chat.Delta{Text: long}, nil) && yield(chat.Done{Mode: chat.ByModel, Text: long + long}, nil)
	}
}

// kept returns what the record has of an answer of Hanna's.
func (o *office) kept(answer string) (text string, last chat.Event) {
	o.t.Helper()
	scope, err := o.as("hanna").Scope()
	if err != nil {
		o.t.Fatal(err)
	}
	events, err := o.record.Events(o.t.Context(), scope, "hanna", answer)
	if err != nil {
		o.t.Fatal(err)
	}
	text, _ = chat.Written(events)
	return text, events[len(events)-1]
}

// A store that is full or locked in mid-answer costs nobody the answer, and
// whoever asks meanwhile is told. Once it is over everything is there.
func TestP7_WhatAStoreInTroubleDidNotTakeIsKeptWhenItDoes(t *testing.T) {
	for name, trouble := range map[string]struct {
		begin func(*office) (over func())
		err   error
	}{
		"Full":   {func(o *office) func() { return storetest.Fill(o.t, o.store) }, store.ErrFull},
		"Locked": {func(o *office) func() { return storetest.Lock(o.t, o.store.Path()) }, store.ErrBusy},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				goOn := make(chan struct{})
				o := newOffice(t, held(goOn), nil)
				answer := o.begin("hanna", "1", "x")
				over := trouble.begin(o)

				asked := time.Now()
				errs := make(chan error, 5)
				for i := range cap(errs) { // nobody waits for the others
					go func() {
						who := o.as("felix")
						who.Person = fmt.Sprint("felix-", i)
						_, err := o.Begin(t.Context(), who, chat.Ask{ID: "2", Text: strings.Repeat("长", 2000)})
						errs <- err
					}()
				}
				for range cap(errs) {
					if err := <-errs; !errors.Is(err, trouble.err) || time.Since(asked) > 11*time.Second {
						t.Errorf("after %v whoever asks is told %v", time.Since(asked), err)
					}
				}

				close(goOn)
				last, err := o.end("hanna", answer)
				if done, _ := last.(chat.Done); err != nil || !done.Unkept || done.Text != long+long {
					t.Errorf("the answer ends in %T, %v", last, err)
				}
				again, err := o.end("hanna", answer)
				if done, _ := again.(chat.Done); err != nil || done.Text != long+long {
					t.Errorf("read again it ends in %T, %v", again, err)
				}
				if _, err := o.end("felix", answer); !errors.Is(err, chat.ErrNoAnswer) {
					t.Errorf("somebody else reads it: %v", err)
				}
				if same, err := o.Begin(t.Context(), o.as("hanna"), chat.Ask{ID: "1", Conversation: "c", Text: "x"}); name == "Full" && (same != answer || err != nil) {
					t.Errorf("asked again it is %s, %v", same, err)
				}
				if text, _ := o.kept(answer); text == long+long {
					t.Error("the trouble is none")
				}

				over()
				time.Sleep(30 * time.Second)
				text, last := o.kept(answer)
				if done, _ := last.(chat.Done); text != long+long || done.Unkept || done.Mode != chat.ByModel {
					t.Errorf("afterwards %d bytes are kept, and the end %T", len(text), last)
				}
				if last, err := o.end("hanna", o.begin("hanna", "3", "z")); reason(last) != "" || err != nil {
					t.Errorf("the next question: %v, %v", last, err)
				}
				synctest.Wait()
				if said := o.log.String(); strings.Count(said, "not written down") != 1 || strings.Count(said, "written down again") != 1 {
					t.Errorf("the operator is told:\n%s", said)
				}
			})
		})
	}
}

// What could not be kept is tried a last time when the desk is closed.
func TestP7_ClosingKeepsWhatItCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		o := newOffice(t, held(goOn), nil)
		answer := o.begin("hanna", "1", "x")
		room := storetest.Fill(t, o.store)
		close(goOn)
		if last, err := o.end("hanna", answer); err != nil || last.(chat.Done).Unkept == false {
			t.Fatalf("%v, %v", last, err)
		}
		room()
		if err := o.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if text, _ := o.kept(answer); text != long+long {
			t.Errorf("%d bytes are kept", len(text))
		}
	})
}
