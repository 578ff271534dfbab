package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"bureau/chat/history"
)

// Limits of what a client may send, beside maxFrame.
const (
	maxQuestion    = 2000 // characters
	maxID          = 128  // bytes of an id
	maxDepartments = 200
	maxResumed     = 8
	maxReason      = 64   // bytes of a feedback's reason
	maxComment     = 2000 // characters of its comment
)

// decode reads one frame of a client. Unknown fields are ignored, so that
// newer clients are understood.
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
		return a.tidied(), nil
	case "follow":
		return decodeAs[follow](data)
	case "stop":
		return decodeAs[stop](data)
	case "feedback":
		return decodeAs[feedback](data)
	}
	return nil, errUnknownType
}

// decodeAs reads a frame whose type is known.
func decodeAs[T hello | ask | follow | stop | feedback](data []byte) (T, error) {
	var frame T
	if err := json.Unmarshal(data, &frame); err != nil {
		return frame, fmt.Errorf("%w: %w", errBadFrame, err)
	}
	return frame, nil
}

// tidied returns a question without space around it.
func (a ask) tidied() ask {
	a.Text = strings.TrimSpace(strings.ToValidUTF8(a.Text, "\uFFFD"))
	return a
}

// check returns what is wrong with a question.
func (a ask) check() error {
	switch {
	case a.ID == "" || len(a.ID) > maxID || len(a.Conversation) > maxID || len(a.Departments) > maxDepartments,
		a.After != nil && len(*a.After) > maxID:
		return errBadFrame
	case a.Text == "":
		return errEmpty
	case utf8.RuneCountInString(a.Text) > maxQuestion:
		return errTooLong
	}
	return nil
}

// check returns what is wrong with a wish to follow.
func (f follow) check() error {
	if f.Answer == "" || len(f.Answer) > maxID || f.After < 0 {
		return errBadFrame
	}
	return nil
}

// check returns what is wrong with feedback.
func (f feedback) check() error {
	known := slices.Contains([]history.Vote{history.Up, history.Down, history.Taken}, history.Vote(f.Vote))
	if !known || len(f.Reason) > maxReason || utf8.RuneCountInString(f.Comment) > maxComment {
		return errBadFrame
	}
	return nil
}
