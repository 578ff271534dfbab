package website

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"bureau/ingest/origin"
)

// A Site is a website, or the part of it below an address.
type Site struct {
	URL     string                 // https://host/ or https://host/below/
	Sitemap string                 // "" for what robots.txt says, or else /sitemap.xml
	Pages   int                    // at most; 0 for 1,000
	Bytes   int64                  // of all pages, at most; 0 for 1 GiB
	Delay   time.Duration          // between two requests, at least
	Private bool                   // the host is in a private network, or on this machine
	Reads   func(name string) bool // by its extension, whatever is included or not
	Wants   origin.Wants
}

const (
	mostPages = 1000
	mostBytes = 1 << 30
	maxPage   = 32 << 20  // bytes of one page
	maxRobots = 512 << 10 // bytes that are read of robots.txt
	// mostFaults is how many pages in a row may fail before the host is left
	// alone.
	mostFaults = 5
)

// A session is one fetch of a site.
type session struct {
	*Site
	base   *url.URL
	client *http.Client
	robots robots
	last   time.Time // of the last request
	left   int64     // bytes
	faults int       // in a row
}

// Check reports why a site cannot be named so, or nil.
func (s *Site) Check() error {
	base, err := s.base()
	if err != nil {
		return err
	}
	if s.Sitemap == "" {
		return nil
	}
	if u, err := url.Parse(s.Sitemap); err != nil || !isOf(base, u) {
		return errors.New("sitemap is not of the host of the url") // and may have a secret in it, as a url
	}
	return nil
}

func (s *Site) base() (*url.URL, error) {
	u, err := url.Parse(s.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("url is not an address like https://www.example.com/, without who signs in and without a query")
	}
	u.Path = cmp.Or(u.Path, "/")
	return u, nil
}

// String names the site and its sitemap.
func (s *Site) String() string {
	if s.Sitemap == "" {
		return "website " + s.URL
	}
	return "website " + s.URL + " by " + origin.Address(s.Sitemap)
}

// begin asks for the host's rules.
func (s *Site) begin(ctx context.Context) (*session, error) {
	base, err := s.base()
	if err != nil {
		return nil, err
	}
	w := &session{Site: s, base: base, client: newClient(s.Private), left: cmp.Or(s.Bytes, mostBytes)}
	w.client.CheckRedirect = w.redirect
	response, err := w.ask(ctx, base.ResolveReference(&url.URL{Path: "/robots.txt"}), nil)
	if err != nil {
		w.end()
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxRobots))
	err = errors.Join(err, response.Body.Close())
	switch {
	case err != nil:
	case response.StatusCode == http.StatusOK:
		w.robots = parseRobots(text)
	case response.StatusCode >= http.StatusInternalServerError || response.StatusCode == http.StatusTooManyRequests:
		err = fmt.Errorf("robots.txt: the host answers %s, so that nobody knows what it allows", response.Status)
	}
	if err != nil {
		w.end()
		return nil, err
	}
	w.last = time.Now()
	return w, nil
}

func (s *session) end() { s.client.CloseIdleConnections() }

// pause waits until the host may be asked again.
func (s *session) pause(ctx context.Context) error {
	wait := time.NewTimer(time.Until(s.last.Add(max(s.Delay, s.robots.delay))))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
	}
	s.last = time.Now()
	return nil
}

// Reach reports why the site cannot be asked, or nil.
func (s *Site) Reach(ctx context.Context) error {
	w, err := s.begin(ctx)
	if err == nil {
		w.end()
	}
	return err
}

// sitemaps returns where the sitemaps are.
func (s *session) sitemaps() []*url.URL {
	if s.Sitemap != "" {
		u, _ := url.Parse(s.Sitemap) // Check has parsed it
		return []*url.URL{u}
	}
	var said []location
	for _, address := range s.robots.sitemaps {
		said = append(said, location{address})
	}
	if maps := s.ofHost(said); len(maps) > 0 {
		return maps
	}
	return []*url.URL{s.base.ResolveReference(&url.URL{Path: "/sitemap.xml"})}
}
