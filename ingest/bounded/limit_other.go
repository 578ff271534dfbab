//go:build !linux

package bounded

import (
	"fmt"
	"os"
	"os/exec"
	"runtime/metrics"
	"time"
)

// self is left to [os.Executable].
const self = ""

// limitMemory watches the memory of the process from inside and ends it, in
// the words of the runtime, where it is over the limit. A child may be over it
// for as long as the watch sleeps.
func limitMemory(bytes int64) error {
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
		for range time.Tick(10 * time.Millisecond) {
			metrics.Read(sample)
			if sample[0].Value.Uint64()-sample[1].Value.Uint64() > uint64(bytes) {
				fmt.Fprintln(os.Stderr, "fatal error: out of memory")
				os.Exit(2)
			}
		}
	}()
	return nil
}

// endWithParent does nothing: a child ends when its standard input does.
func endWithParent(*exec.Cmd) {}
