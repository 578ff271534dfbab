package main

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A clock that is set ahead by mistake deletes nothing if it is mended within a
// day. One that was right after all deletes a day later.
func TestAClockThatIsSetAheadDeletesNothingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const day, year, keep = 24 * time.Hour, 365 * 24 * time.Hour, 180 * 24 * time.Hour
		var ahead atomic.Int64
		wrong := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		begun, until := time.Now(), []time.Duration{}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			retention{keep, wrong, func(_ context.Context, since time.Time) (int, error) {
				until = append(until, since.Sub(begun)+keep)
				return 0, nil
			}}.follow(ctx)
		}()
		time.Sleep(day / 2) // the clock is set at noon, and looked at at midnight
		for _, step := range []time.Duration{0, 10 * year, -2 * time.Hour, time.Minute - 2*time.Hour, 30 * day, 30 * day} {
			ahead.Store(int64(step))
			time.Sleep(day)
		}
		end()
		<-ended
		want := []time.Duration{
			0, day, // and then not, for it is ten years ahead
			3*day - 2*time.Hour, 4*day + time.Minute - 2*time.Hour, // and not in the first night of thirty days ahead
			6*day + 30*day,
		}
		if diff := cmp.Diff(want, until); diff != "" {
			t.Error(diff)
		}
	})
}
