package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// A head is the place of the last line that was acknowledged. It is kept beside
// the lines and sealed, so that a chain which was cut at its end is found.
type head struct {
	Seq     uint64    `json:"seq"`
	Hash    string    `json:"hash"`    // of that line
	Segment uint64    `json:"segment"` // by the number in its name
	End     int64     `json:"end"`     // of that line in the segment, bytes
	Began   time.Time `json:"began"`   // when the segment did
	Key     string    `json:"key"`
	Code    string    `json:"code,omitempty"`
}

const (
	headName = "head"
	// headSize is what the head takes on the disk, so that a new one covers the
	// old one in one write.
	headSize = 512
)

var (
	errNoHead  = errors.New("there is no head")
	errBadHead = errors.New("the head does not fit its key")
)

// readHead returns the head of a folder. With another key than those of the
// ring it is returned with errForeign.
func readHead(folder string, ring keyring) (h head, err error) {
	data, err := os.ReadFile(filepath.Join(folder, headName))
	if errors.Is(err, fs.ErrNotExist) {
		return h, errNoHead
	}
	if err != nil {
		return h, fmt.Errorf("read the head of the audit: %w", err)
	}
	data = bytes.TrimRight(data, " \n")
	if err := json.Unmarshal(data, &h); err != nil {
		return head{}, errBadHead
	}
	key, ok := ring[h.Key]
	if !ok {
		return h, errForeign
	}
	if !key.fits(data) {
		return head{}, errBadHead
	}
	return h, nil
}

// writeHead puts a head in the place of the one there is. It is not brought to
// the disk unless durable: after a loss of power the head may be older than the
// lines, never newer.
func writeHead(folder string, key *Key, h head, durable bool) (err error) {
	h.Key, h.Code = key.ID, ""
	sealed, err := key.seal(h)
	if err != nil {
		return err
	}
	record := append(bytes.Repeat([]byte{' '}, headSize-1), '\n')
	copy(record, sealed)
	f, err := os.OpenFile(filepath.Join(folder, headName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write the head of the audit: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteAt(record, 0); err != nil {
		return fmt.Errorf("write the head of the audit: %w", err)
	}
	if durable {
		return errors.Join(f.Sync(), syncFolder(folder))
	}
	return nil
}

// syncFolder brings the names in a folder to the disk.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
