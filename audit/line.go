package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A Line is one line as it is kept.
type Line struct {
	Seq      uint64          `json:"seq"` // from 1
	Time     time.Time       `json:"time"`
	Before   string          `json:"before"` // hash of the line before; of the first one, of nothing
	Kind     Kind            `json:"kind"`
	By       By              `json:"by"`
	Question *Question       `json:"question,omitempty"`
	Typed    string          `json:"typed,omitempty"` // keyed hash, see [Entry]
	Event    json.RawMessage `json:"event"`
	Key      string          `json:"key"` // id of the key that Code is made with
	// Code authenticates all bytes in front of it.
	Code string `json:"code,omitempty"`
}

// A Question is what was asked, as it is kept.
type Question struct {
	Hash string `json:"hash,omitempty"` // keyed
	Text string `json:"text,omitempty"`
}

// The end of a sealed line, of which the code is a fixed part.
const (
	codeField = `,"code":"`
	codeSize  = 43 // of 32 bytes in base64
	sealSize  = len(codeField) + codeSize + len(`"}`)
)

var (
	errNoLine  = errors.New("not a line of the audit")
	errCode    = errors.New("its code does not fit")
	errForeign = errors.New("it was made with a key that is not at hand")
)

// seal returns a value as JSON that ends in a code of all before it. What is
// verified later are these bytes, and never an encoding of them anew.
func (k *Key) seal(value any) ([]byte, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encode a line of the audit: %w", err)
	}
	body = body[:len(body)-len("}")]
	made := base64.RawURLEncoding.EncodeToString(code(k.lines, body))
	return append(append(append(body, codeField...), made...), `"}`...), nil
}

// fits reports whether data was sealed with this key.
func (k *Key) fits(data []byte) bool {
	if len(data) <= sealSize {
		return false
	}
	body, seal := data[:len(data)-sealSize], data[len(data)-sealSize:]
	made := codeField + base64.RawURLEncoding.EncodeToString(code(k.lines, body)) + `"}`
	return hmac.Equal([]byte(made), seal)
}

// A keyring is the keys that lines may be made with, by their ids.
type keyring map[string]*Key

func ringOf(keys ...*Key) keyring {
	ring := keyring{}
	for _, k := range keys {
		ring[k.ID] = k
	}
	return ring
}

// read returns the line in data, without the line break. Errors are errNoLine,
// errCode, and errForeign, which comes with the line as it claims to be.
func (r keyring) read(data []byte) (Line, error) {
	var l Line
	if err := json.Unmarshal(data, &l); err != nil || l.Seq == 0 {
		return Line{}, errNoLine
	}
	key, ok := r[l.Key]
	if !ok {
		return l, errForeign
	}
	if !key.fits(data) {
		return l, errCode
	}
	return l, nil
}

// hashOf returns the hash by which a line is known.
func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Decode reads the event of a line that is of its kind.
func Decode[E Event](l Line) (event E, ok bool) {
	if l.Kind != event.kind() {
		return event, false
	}
	return event, json.Unmarshal(l.Event, &event) == nil
}
