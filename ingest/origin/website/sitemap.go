package website

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"bureau/ingest/origin"
)

// What a sitemap may have, by its protocol and with room to spare.
const (
	maxSitemap   = 64 << 20 // bytes of one, unpacked
	mostSitemaps = 200      // that an index lists
	mostListed   = 500_000  // pages of all of them
)

// A sitemap is one file of the protocol: pages, or further sitemaps.
type sitemap struct {
	XMLName xml.Name
	Pages   []location `xml:"url"`
	Maps    []location `xml:"sitemap"`
}

type location struct {
	Loc string `xml:"loc"`
}

// listed returns the pages that the sitemaps list, in their order, each once,
// as far as they are of the host and below the site's own address.
func (s *session) listed(ctx context.Context, maps []*url.URL) (pages []*url.URL, err error) {
	seen := map[string]bool{}
	for depth := 0; len(maps) > 0; depth++ {
		var further []*url.URL
		for _, address := range maps {
			if seen[address.String()] {
				continue
			}
			seen[address.String()] = true
			m, err := s.sitemap(ctx, address)
			if err != nil {
				return nil, fmt.Errorf("sitemap %s: %w", origin.Address(address.String()), err)
			}
			pages = append(pages, s.own(m.Pages, seen)...)
			further = append(further, s.ofHost(m.Maps)...)
			if len(further) > mostSitemaps || len(pages) > mostListed {
				return nil, fmt.Errorf("sitemap %s: with the others it lists more than %d sitemaps or %d pages", origin.Address(address.String()), mostSitemaps, mostListed)
			}
		}
		if depth > 1 && len(further) > 0 {
			return nil, errors.New("sitemaps list sitemaps that list sitemaps")
		}
		maps = further
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("the sitemap lists no page below %s", s.base)
	}
	return pages, nil
}

// ofHost returns the addresses that are of the host.
func (s *session) ofHost(locations []location) (addresses []*url.URL) {
	for _, l := range locations {
		u, err := url.Parse(strings.TrimSpace(l.Loc))
		if err != nil {
			continue
		}
		if u.Scheme == "http" && s.base.Scheme == "https" { // as old sitemaps still say
			u.Scheme = "https"
		}
		if u.Fragment = ""; isOf(s.base, u) {
			addresses = append(addresses, u)
		}
	}
	return addresses
}

// own returns the addresses below the site's own that were not seen before.
func (s *session) own(locations []location, seen map[string]bool) (pages []*url.URL) {
	for _, u := range s.ofHost(locations) {
		if name := u.String(); strings.HasPrefix(u.Path, s.base.Path) && !seen[name] {
			seen[name] = true
			pages = append(pages, u)
		}
	}
	return pages
}

// sitemap reads one sitemap. Package xml expands no entities of a document's
// own, and what it reads is bounded, packed or not.
func (s *session) sitemap(ctx context.Context, address *url.URL) (m sitemap, err error) {
	if err := s.pause(ctx); err != nil {
		return sitemap{}, err
	}
	response, err := s.ask(ctx, address, nil)
	if err != nil {
		return sitemap{}, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	if response.StatusCode != http.StatusOK {
		return sitemap{}, fmt.Errorf("the host answers %s; name the sitemap with sitemap", response.Status)
	}
	packed := bufio.NewReader(io.LimitReader(response.Body, maxSitemap))
	var text io.Reader = packed
	if magic, _ := packed.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		if text, err = gzip.NewReader(packed); err != nil {
			return sitemap{}, err
		}
	}
	bounded := &io.LimitedReader{R: text, N: maxSitemap}
	err = xml.NewDecoder(bounded).Decode(&m)
	if err == nil && m.XMLName.Local != "urlset" && m.XMLName.Local != "sitemapindex" {
		err = fmt.Errorf("it begins with <%s>", m.XMLName.Local)
	}
	if err != nil {
		return sitemap{}, fmt.Errorf("it is no whole sitemap of at most %d MiB: %w", maxSitemap>>20, err)
	}
	return m, nil
}
