package visitors

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// minSecret is how long a shared secret is at least, in bytes: as the hash that
// it is used with.
const minSecret = 32

// ErrNoKey says that there is nothing to hold a site's tokens against.
var ErrNoKey = errors.New("it has neither keys nor a secret to hold tokens against")

// A Key is the public half of one that a site signs with.
type Key struct {
	ID     string // "kid" in the header of its tokens
	Public crypto.PublicKey
}

// ParseKey reads a public key, Ed25519 or ECDSA over P-256, in PEM.
func ParseKey(document []byte) (crypto.PublicKey, error) {
	block, _ := pem.Decode(document)
	switch {
	case block == nil:
		return nil, errors.New("it is no key in PEM, which begins with -----BEGIN PUBLIC KEY-----")
	case strings.Contains(block.Type, "PRIVATE"):
		return nil, errors.New("it is a private key, which is the site's alone: name the public one here, and make another pair if others have seen it")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("it is no public key: %w", err)
	}
	if _, err := algorithmOf(key); err != nil {
		return nil, err
	}
	return key, nil
}

// algorithmOf returns the one signature that a key is for.
func algorithmOf(key crypto.PublicKey) (jose.SignatureAlgorithm, error) {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return jose.EdDSA, nil
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return jose.ES256, nil
		}
	}
	return "", errors.New("it is neither an Ed25519 key nor an ECDSA key over P-256")
}

// A verifier holds a signature against one key, and takes that key's own kind
// of signature alone: a public key is never taken for a shared secret.
type verifier struct {
	key       any
	algorithm jose.SignatureAlgorithm
}

// verifiers returns those of a configuration by the ids of the keys. A shared
// secret has the id "".
func verifiers(c Config) (map[string]verifier, error) {
	switch {
	case c.Secret == "" && len(c.Keys) == 0:
		return nil, ErrNoKey
	case c.Secret != "" && len(c.Keys) > 0:
		return nil, errors.New("it has both keys and a secret: leave one of them out")
	case c.Secret != "" && len(c.Secret) < minSecret:
		return nil, fmt.Errorf("its secret is shorter than %d bytes: \"openssl rand -base64 32\" makes one", minSecret)
	case c.Secret != "":
		return map[string]verifier{"": {[]byte(c.Secret), jose.HS256}}, nil
	}
	by := map[string]verifier{}
	for _, key := range c.Keys {
		algorithm, err := algorithmOf(key.Public)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key.ID, err)
		}
		if _, twice := by[key.ID]; twice {
			return nil, fmt.Errorf("two keys have the id %q", key.ID)
		}
		by[key.ID] = verifier{key.Public, algorithm}
	}
	return by, nil
}
