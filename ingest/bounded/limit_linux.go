package bounded

import (
	"os/exec"
	"syscall"
)

// self is this program, also where its file has been replaced by a newer one.
const self = "/proc/self/exe"

// limitMemory sets the limit of the process's data, which the kernel counts
// for every private page that may be written, and so for Go's heap as it grows.
// The limit of the address space would count what Go only reserves, too. What
// is over the limit ends the process with a "fatal error" of the runtime.
func limitMemory(bytes int64) error {
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)})
}

// endWithParent has the kernel kill a child when its parent ends in any way. It
// watches the thread that starts the child; threads of Go live as long as the
// process, but for those locked to a goroutine that ends.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
