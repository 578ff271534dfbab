package visitors

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Config is what Bureau knows of a site.
type Config struct {
	ID       string   // "iss" of its tokens
	Audience string   // "aud" of its tokens: the address of Bureau
	Origins  []string // of its pages; none is nobody
	Secret   string   // that both have, or
	Keys     []Key    // those that only the site can sign with
	Spent    *Spent
	Now      func() time.Time // time.Now unless set
}

// A Site vouches for those who visit it. It is safe for concurrent use.
type Site struct {
	config    Config
	verifiers map[string]verifier // by "kid"
}

// New returns a site of a complete Config.
func New(config Config) (*Site, error) {
	by, err := verifiers(config)
	if err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Site{config, by}, nil
}

// Issuer returns what the people of a site are made of, with their subject. No
// provider has an address like it.
func Issuer(id string) string { return "visitors:" + id }

// CheckOrigins reports what is wrong with a site's list of origins.
func CheckOrigins(origins []string) error {
	if len(origins) == 0 {
		return errors.New("origins is empty, so that no page may hold the chat: name each as https://intranet.example.com")
	}
	for i, origin := range origins {
		if err := checkOrigin(origin); err != nil {
			return err
		}
		if slices.Contains(origins[:i], origin) {
			return fmt.Errorf("origin %q is there twice", origin)
		}
	}
	return nil
}

// checkOrigin reports what is wrong with an origin. It is held against what a
// browser says to the letter, so it must be written as a browser does.
func checkOrigin(origin string) error {
	if strings.Contains(origin, "*") {
		return fmt.Errorf("origin %q has a wildcard: name each origin by itself, so that no other page is let in", origin)
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || origin != u.Scheme+"://"+u.Host || u.Hostname() == "" {
		return fmt.Errorf("origin %q is not one like https://intranet.example.com: a scheme and a host, with a port if there is one, and nothing behind", origin)
	}
	if ip := net.ParseIP(u.Hostname()); u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("origin %q must begin with https://: its visitors' tokens would travel in the clear", origin)
	}
	if origin != strings.ToLower(origin) || u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" || strings.HasSuffix(u.Host, ":") {
		return fmt.Errorf("origin %q is not written as a browser does: in lower case, and without the scheme's own port", origin)
	}
	return nil
}
