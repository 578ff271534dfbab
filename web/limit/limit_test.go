package limit

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestABudgetIsTakenAtOnceAndGivenBackEvenly(t *testing.T) {
	l := New(Budget{3, time.Minute}, 10)
	for i := range 3 {
		if wait := l.Take("a", noon); wait != 0 {
			t.Errorf("take %d: wait %s", i, wait)
		}
	}
	for range 5 { // what is refused costs nothing
		if wait := l.Take("a", noon.Add(5*time.Second)); wait != 15*time.Second {
			t.Errorf("over the budget: wait %s", wait)
		}
	}
	if wait := l.Take("b", noon); wait != 0 {
		t.Errorf("another caller waits %s", wait)
	}
	if wait := l.Take("a", noon.Add(20*time.Second)); wait != 0 {
		t.Errorf("after a third of the time: wait %s", wait)
	}
}

func TestNoNumberOfCallersFillsTheMemory(t *testing.T) {
	const keys = 100
	l := New(Budget{1, time.Hour}, keys)
	l.Take("regular", noon)
	for i := range 10 * keys {
		l.Take(fmt.Sprint(i), noon)
		if i%(keys/2) == 0 && l.Take("regular", noon) == 0 {
			t.Fatalf("somebody who keeps coming was forgotten after %d others", i)
		}
	}
	if len(l.by) != keys || l.recent.Len() != keys {
		t.Errorf("%d and %d callers are remembered", len(l.by), l.recent.Len())
	}
}

func TestLimitsAreReadAsWritten(t *testing.T) {
	for text, want := range map[string]Budget{"60/m": {60, time.Minute}, "1/s": {1, time.Second}, "5000/h": {5000, time.Hour}, "off": {}} {
		var b Budget
		if err := b.UnmarshalText([]byte(text)); err != nil || b != want {
			t.Errorf("%s: %v, %v", text, b, err)
		}
	}
	for _, text := range []string{"", "60", "/m", "0/m", "-1/m", "60/d", "60/m/s", "1.5/s", "none"} {
		if err := new(Budget).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
	off := New(Budget{}, 1)
	for range 1000 {
		if wait := off.Take("a", noon); wait != 0 {
			t.Fatalf("off makes people wait %s", wait)
		}
	}
}
