package audit

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// minKey is how many characters the file of a key has at least: 32 random bytes
// in base64 have 43.
const minKey = 40

// A Key makes the codes of lines and the hashes of questions. Whoever has it
// can make any line; without it nobody can.
type Key struct {
	ID    string // names the key and opens nothing
	lines []byte
	words []byte
}

// NewKey returns the key of a secret.
func NewKey(secret string) (*Key, error) {
	secret = strings.TrimSpace(secret)
	if len(secret) < minKey {
		return nil, fmt.Errorf("a key of the audit has at least %d characters", minKey)
	}
	derive := func(purpose string) []byte {
		derived, err := hkdf.Key(sha256.New, []byte(secret), nil, "bureau audit "+purpose, 32)
		if err != nil {
			panic(err) // unreachable: the length is within what the hash allows
		}
		return derived
	}
	return &Key{ID: hex.EncodeToString(derive("id")[:6]), lines: derive("lines"), words: derive("words")}, nil
}

// ReadKey returns the key in a file.
func ReadKey(file string) (*Key, error) {
	secret, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the key of the audit: %w", err)
	}
	key, err := NewKey(string(secret))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return key, nil
}

// ErrKeyLost says that there is an audit and that its key is missing.
var ErrKeyLost = errors.New("the audit has lines and its key is missing")

// KeyFor returns the key in a file, and makes it for an audit without lines.
func KeyFor(file, folder string) (*Key, error) {
	key, err := ReadKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	segments, err := segmentsIn(folder)
	if err != nil {
		return nil, err
	}
	if len(segments) > 0 {
		return nil, fmt.Errorf("%w: bring %s back; with a new key, what is there cannot be checked any more", ErrKeyLost, file)
	}
	if err := makeKey(file); err != nil && !errors.Is(err, fs.ErrExist) { // another process was first
		return nil, fmt.Errorf("make the key of the audit: %w", err)
	}
	return ReadKey(file)
}

// makeKey writes a new key. The file appears with all that is in it.
func makeKey(file string) (err error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // crypto/rand.Read never fails: it ends the program instead
	f, err := os.CreateTemp(filepath.Dir(file), ".audit-key-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = fmt.Fprintln(f, base64.RawURLEncoding.EncodeToString(secret[:]))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), file) // which does not replace one that is there
}

// Conceal returns the keyed hash of words: equal for equal words, and without
// the key nobody can try which words have it.
func (k *Key) Conceal(words string) string {
	return base64.RawURLEncoding.EncodeToString(code(k.words, []byte(strings.TrimSpace(words))))
}

// code returns the HMAC-SHA-256 of data.
func code(key, data []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil)
}
