package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// write appends a line for each entry at the end that was found, brings them to
// the disk and moves the head behind them.
func (l *Log) write(at end, entries []Entry) error {
	now := l.config.Now().UTC()
	fresh := at.segment == 0 || at.torn.Bytes == 0 && (at.size >= l.config.Segment || now.Sub(at.Began) >= l.config.Age)
	if fresh {
		at.segment, at.Began = at.Seq+1, now
	}
	path := filepath.Join(l.config.Folder, segmentName(at.segment))
	if info, err := os.Stat(path); fresh && err == nil && info.Size() > 0 {
		at.open = true // somebody has put a file there; our lines are lines nevertheless
	}
	lines, err := l.encode(&at.head, now, append(at.first(), entries...))
	if err != nil {
		return err
	}
	if at.open {
		lines = append([]byte{'\n'}, lines...)
	}
	size, err := appendTo(path, lines)
	if err != nil {
		return err
	}
	if fresh {
		if err := syncFolder(l.config.Folder); err != nil {
			return err
		}
	}
	at.Segment, at.End = at.segment, size
	return writeHead(l.config.Folder, l.config.Key, at.head, fresh)
}

// appendTo writes data at the end of a file, brings it to the disk and returns
// the file's size.
func appendTo(path string, data []byte) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(data); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// encode returns entries as lines that follow h, and moves h behind them.
func (l *Log) encode(h *head, now time.Time, entries []Entry) ([]byte, error) {
	var b bytes.Buffer
	for _, e := range entries {
		event, err := json.Marshal(e.Event)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", e.Event.kind(), err)
		}
		line := Line{
			Seq: h.Seq + 1, Time: now, Before: h.Hash, Kind: e.Event.kind(), By: e.By,
			Question: l.question(e.Question), Event: event, Key: l.config.Key.ID,
		}
		if e.Typed != "" {
			line.Typed = l.config.Key.Conceal(e.Typed)
		}
		data, err := l.config.Key.seal(line)
		if err != nil {
			return nil, err
		}
		b.Write(data)
		b.WriteByte('\n')
		h.Seq, h.Hash = h.Seq+1, hashOf(data)
	}
	return b.Bytes(), nil
}

// question returns what is kept of a question.
func (l *Log) question(text string) *Question {
	switch {
	case text == "":
		return nil
	case l.config.Text:
		return &Question{Text: text}
	}
	return &Question{Hash: l.config.Key.Conceal(text)}
}
