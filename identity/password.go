package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The cost of argon2id, as OWASP's Password Storage Cheat Sheet (2024) has it:
// 19 MiB, two passes, one thread.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// hashesAtOnce bounds the memory that people who sign in take.
const hashesAtOnce = 4

// Bounds of a password: characters at least, bytes at most.
const (
	MinPassword = 12
	maxPassword = 1024
)

// ErrWeakPassword says that a password is too short or too long.
var ErrWeakPassword = fmt.Errorf("a password has at least %d characters and at most %d bytes", MinPassword, maxPassword)

// hashPassword returns the hash of a new password in the form of PHC.
func (d *Directory) hashPassword(ctx context.Context, password string) (string, error) {
	if utf8.RuneCountInString(password) < MinPassword || len(password) > maxPassword {
		return "", ErrWeakPassword
	}
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // crypto/rand.Read never fails: it ends the program instead
	key, err := d.derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s%s$%s", hashPrefix, base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// hashPrefix begins every hash. Another cost is another prefix, and asks for a
// second one to be accepted here.
var hashPrefix = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashPasses, hashThreads)

// nobody is the hash that the password of somebody without an account is held
// against, so that it takes as long. No password has it.
var nobody = hashPrefix + strings.Repeat("A", base64.RawStdEncoding.EncodedLen(saltLength)) + "$" +
	strings.Repeat("A", base64.RawStdEncoding.EncodedLen(hashLength))

// matches reports whether a password has a hash.
func (d *Directory) matches(ctx context.Context, password, hash string) (bool, error) {
	rest, ok := strings.CutPrefix(hash, hashPrefix)
	salt, key, split := strings.Cut(rest, "$")
	saltBytes, saltErr := base64.RawStdEncoding.DecodeString(salt)
	want, keyErr := base64.RawStdEncoding.DecodeString(key)
	if err := errors.Join(saltErr, keyErr); !ok || !split || err != nil || len(want) != hashLength {
		return false, errors.New("a kept hash of a password is damaged")
	}
	got, err := d.derive(ctx, password, saltBytes)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}

// derive hashes a password when its turn comes.
func (d *Directory) derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case d.hashes <- struct{}{}:
		defer func() { <-d.hashes }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	return argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashLength), nil
}
