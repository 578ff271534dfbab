package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
)

// The kinds of keys.
const (
	RS256 = "RS256"
	ES256 = "ES256"
)

// A key signs tokens.
type key struct {
	id, kind string
	rsa      *rsa.PrivateKey
	ec       *ecdsa.PrivateKey
}

func newKey(id, kind string) *key {
	k := &key{id: id, kind: kind}
	var err error
	if kind == ES256 {
		k.ec, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		k.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		panic(err) // unreachable: crypto/rand does not fail
	}
	return k
}

// Rotate makes a new key, which signs from now on; the one before stays
// published. It must not be called under Set.
func (p *Provider) Rotate(kind string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = append(p.keys, newKey(fmt.Sprintf("key-%d", len(p.keys)), kind))
	p.keys = p.keys[max(0, len(p.keys)-2):]
}

// Swapped signs with a key that the provider never published, under the id of
// one that it did.
func (p *Provider) Swapped() func(Claims) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return newKey(p.keys[len(p.keys)-1].id, RS256).sign
}

// Unpublished signs with a key under an id that the provider never published. It
// is called under Set.
func (p *Provider) Unpublished() func(Claims) string { return newKey("never published", RS256).sign }

// Confused signs as with a shared secret, which is the provider's own public
// key: what everybody has. It is called under Set.
func (p *Provider) Confused() func(Claims) string {
	k := p.keys[len(p.keys)-1]
	return func(claims Claims) string {
		der, err := x509.MarshalPKIXPublicKey(&k.rsa.PublicKey)
		if err != nil {
			panic(err) // unreachable: the key is a known kind
		}
		return shared(claims, k.id, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
}

// Unsigned is a token with "alg": "none".
func Unsigned(claims Claims) string { return signingInput(claims, "none", "") + "." }

// Shared signs with the client's secret.
func Shared(claims Claims) string { return shared(claims, "", []byte(Secret)) }

func shared(claims Claims, id string, secret []byte) string {
	input := signingInput(claims, "HS256", id)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func signingInput(claims Claims, kind, id string) string {
	header, err := json.Marshal(map[string]string{"alg": kind, "kid": id, "typ": "JWT"})
	if err != nil {
		panic(err) // unreachable: strings encode
	}
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err) // a test's own claims
	}
	return base64.RawURLEncoding.EncodeToString(header) + "." + base64.RawURLEncoding.EncodeToString(body)
}

func (k *key) sign(claims Claims) string {
	input := signingInput(claims, k.kind, k.id)
	sum := sha256.Sum256([]byte(input))
	var signature []byte
	var err error
	if k.kind == ES256 {
		var r, s *big.Int
		if r, s, err = ecdsa.Sign(rand.Reader, k.ec, sum[:]); err == nil {
			signature = append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
		}
	} else {
		signature, err = rsa.SignPKCS1v15(rand.Reader, k.rsa, crypto.SHA256, sum[:])
	}
	if err != nil {
		panic(err) // unreachable: the keys are made for it
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// publish answers with the public keys.
func (p *Provider) publish(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var keys []map[string]string
	for _, k := range p.keys {
		public := map[string]string{"kid": k.id, "use": "sig", "alg": k.kind}
		if k.kind == ES256 {
			point, err := k.ec.PublicKey.Bytes() // 4, x, y
			if err != nil {
				panic(err) // unreachable: the curve is a known one
			}
			public["kty"], public["crv"] = "EC", "P-256"
			public["x"], public["y"] = base64.RawURLEncoding.EncodeToString(point[1:33]), base64.RawURLEncoding.EncodeToString(point[33:])
		} else {
			public["kty"], public["e"] = "RSA", "AQAB"
			public["n"] = base64.RawURLEncoding.EncodeToString(k.rsa.N.Bytes())
		}
		keys = append(keys, public)
	}
	respond(w, http.StatusOK, map[string]any{"keys": keys})
}
