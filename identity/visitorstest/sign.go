// Package visitorstest signs tokens as the server of a site does, and as one does
// who would like to be one. It is for tests.
package visitorstest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// Claims are what a token says.
type Claims map[string]any

// Of returns the claims of a good token: of a site, for Bureau at an address,
// about a subject who sees a page under an origin.
func Of(site, audience, origin, subject string, now time.Time, groups ...string) Claims {
	return Claims{
		"iss": site, "aud": audience, "origin": origin, "sub": subject, "groups": groups,
		"iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(),
	}
}

// With returns the claims with one of them changed, or without it for nil.
func (c Claims) With(name string, value any) Claims {
	changed := maps.Clone(c)
	changed[name] = value
	if value == nil {
		delete(changed, name)
	}
	return changed
}

// Sign signs with a key that the token names with kid unless that is "": a
// private one of Ed25519 or of ECDSA, a []byte that is a shared secret, or nil
// for no signature.
func Sign(key any, kid string, claims Claims) string {
	input := func(algorithm string) string {
		header := Claims{"alg": algorithm, "typ": "JWT", "kid": kid}
		if kid == "" {
			header = header.With("kid", nil)
		}
		return encode(header) + "." + encode(claims)
	}
	var signed string
	var signature []byte
	switch key := key.(type) {
	case nil:
		signed = input("none")
	case []byte:
		signed = input("HS256")
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	case ed25519.PrivateKey:
		signed = input("EdDSA")
		signature = ed25519.Sign(key, []byte(signed))
	case *ecdsa.PrivateKey:
		signed = input("ES256")
		sum := sha256.Sum256([]byte(signed))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			panic(err) // unreachable: the keys are made for it
		}
		signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	default:
		panic(fmt.Sprintf("no key: %T", key))
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func encode(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err) // a test's own claims
	}
	return base64.RawURLEncoding.EncodeToString(data)
}
