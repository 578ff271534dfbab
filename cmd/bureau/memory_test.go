package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// memory watches how much memory the process and those that it starts have
// together. What it returns is called after their end, and returns the most that
// was seen, in MiB, or 0 where the system does not tell. It looks often enough
// for what is held for more than a moment.
func (c *child) memory() (peak func() int) {
	var watching sync.WaitGroup
	most := 0
	watching.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-c.ended:
				return
			case <-tick.C:
			}
			together := resident(c.cmd.Process.Pid)
			for _, pid := range childrenOf(c.cmd.Process.Pid) {
				together += resident(pid)
			}
			most = max(most, together)
		}
	})
	return func() int {
		watching.Wait()
		return most >> 10
	}
}

// resident returns the memory that a process has, in KiB, or 0.
func resident(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // none of a process that has ended
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, _ := strconv.Atoi(number)
	return kib
}

// childrenOf returns the processes that a process has started.
func childrenOf(pid int) (children []int) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		list, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		for field := range strings.FieldsSeq(string(list)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}
