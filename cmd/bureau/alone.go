package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"bureau/ingest"
)

// serveAlone keeps other servers away from the data folder until it is released
// or this process ends, however it ends. An answer lives in the server that
// writes it: another one would show it as interrupted.
func (p *parts) serveAlone() (*ingest.Lock, error) {
	lock, err := ingest.TryLock(filepath.Join(p.config.data, "serve.lock"))
	if errors.Is(err, ingest.ErrRunning) {
		return nil, fmt.Errorf("serve from the data folder %s: %w or stop it; a second server needs a data folder of its own (--data)", p.config.data, err)
	}
	return lock, err
}
