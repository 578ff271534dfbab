package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of what a client may send, beside maxFrame.
const (
	maxQuestion    = 2000 // characters
	maxID          = 128  // bytes of an id
	maxDepartments = 200
)

// decode reads one frame of a client: a hello, an ask or a stop. Unknown
// fields are ignored, so that newer clients are understood.
func decode(data []byte) (any, error) {
	var envelope struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &envelope); err != nil {
		return nil, fmt.Errorf("%w: %w", errBadFrame, err)
	}
	switch envelope.Type {
	case "hello":
		return decodeAs[hello](data)
	case "ask":
		a, err := decodeAs[ask](data)
		if err != nil {
			return nil, err
		}
		a.Text = strings.TrimSpace(strings.ToValidUTF8(a.Text, "\uFFFD"))
		return a, nil
	case "stop":
		return decodeAs[stop](data)
	}
	return nil, errUnknownType
}

// decodeAs reads a frame whose type is known.
func decodeAs[T hello | ask | stop](data []byte) (T, error) {
	var frame T
	if err := json.Unmarshal(data, &frame); err != nil {
		return frame, fmt.Errorf("%w: %w", errBadFrame, err)
	}
	return frame, nil
}

// check returns what is wrong with a question.
func (a ask) check() error {
	switch {
	case a.ID == "" || len(a.ID) > maxID || len(a.Conversation) > maxID || len(a.Departments) > maxDepartments:
		return errBadFrame
	case a.Text == "":
		return errEmpty
	case utf8.RuneCountInString(a.Text) > maxQuestion:
		return errTooLong
	}
	return nil
}
