package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"time"
)

// tokenTime is how long the page has to bring a token to Bureau. It does so at
// once.
const tokenTime = 2 * time.Minute

// A signer vouches for the people of one site to one Bureau.
type signer struct {
	key    ed25519.PrivateKey // whose public half is in Bureau's configuration
	site   string             // the site's id there
	bureau string             // serve.url there
	origin string             // of the site's pages
}

// token returns a token that says who sees a page. It is a JWT; a library for
// them does the same.
func (s signer) token(subject, name string, groups []string) (string, error) {
	header, err := json.Marshal(map[string]string{"alg": "EdDSA", "typ": "JWT"})
	if err != nil {
		return "", err
	}
	now := time.Now()
	claims, err := json.Marshal(map[string]any{
		"iss":    s.site,
		"aud":    s.bureau,
		"origin": s.origin,
		"sub":    subject, // an id that is never given to anybody else
		"name":   name,    // for display
		"groups": groups,  // as sign_in.visitors names them
		"iat":    now.Unix(),
		"exp":    now.Add(tokenTime).Unix(),
		"jti":    rand.Text(), // it is taken once
	})
	if err != nil {
		return "", err
	}
	base64url := base64.RawURLEncoding
	signed := base64url.EncodeToString(header) + "." + base64url.EncodeToString(claims)
	return signed + "." + base64url.EncodeToString(ed25519.Sign(s.key, []byte(signed))), nil
}
