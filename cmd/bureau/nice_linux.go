package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// lowest is the priority of a program that runs when no other wants to.
const lowest = 19

// giveWay has the system prefer every other program to this one, so that those
// who ask do not wait for a processor. Linux keeps a priority for each thread,
// and a new one has that of the thread that made it.
func giveWay() error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("list the threads of this program: %w", err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			continue // no thread
		}
		if err := syscall.Setpriority(syscall.PRIO_PROCESS, id, lowest); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("lower the priority of this program: %w", err)
		}
	}
	return nil
}
