package audit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Head returns the last line that was acknowledged, to be noted elsewhere.
func (l *Log) Head() (Head, error) { return HeadOf(l.config.Folder, l.config.Key) }

// HeadOf returns the last line of the audit in a folder that was acknowledged.
// It changes nothing. Where nothing was written the error is ErrNone.
func HeadOf(folder string, key *Key) (h Head, err error) {
	if segments, err := segmentsIn(folder); err != nil || len(segments) == 0 {
		return Head{}, errors.Join(err, ErrNone)
	}
	unlock, err := lock(folder)
	if err != nil {
		return Head{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	found, err := readHead(folder, ringOf(key))
	if errors.Is(err, errNoHead) {
		return Head{}, ErrNone
	}
	if err != nil {
		return Head{}, err
	}
	return Head{found.Seq, found.Hash}, nil
}

// String returns a head as it is noted: its number and its hash.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Seq, h.Hash) }

// ParseHead reads what String returns.
func ParseHead(text string) (Head, error) {
	number, hash, _ := strings.Cut(strings.TrimSpace(text), ":")
	seq, err := strconv.ParseUint(number, 10, 64)
	if err != nil || len(hash) != len(hashOf(nil)) {
		return Head{}, fmt.Errorf("%q is no head such as 120:9f86…: a number, a colon and 64 digits", text)
	}
	return Head{seq, hash}, nil
}
