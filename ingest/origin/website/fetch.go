package website

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"bureau/ingest/origin"
)

// Fetch brings the pages.
func (s *Site) Fetch(ctx context.Context, folder string) error {
	w, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	pages, err := w.listed(ctx, w.sitemaps())
	if err != nil {
		return err
	}
	return origin.Bring(folder, func(f *origin.Folder) error {
		files, err := f.Expect(w.files(pages, f), s.Wants)
		if err != nil {
			return err
		}
		for _, file := range files {
			if err := w.bring(ctx, f, file); err != nil {
				return err
			}
		}
		return nil
	})
}

// files returns the pages that the host allows, up to the limit.
func (s *session) files(pages []*url.URL, f *origin.Folder) (list []origin.File) {
	most, seen := cmp.Or(s.Pages, mostPages), map[string]bool{}
	for _, page := range pages {
		name := nameOf(page, s.Reads)
		if !s.robots.allows(page.RequestURI()) || seen[name] { // the same page under another address
			continue
		}
		if len(list) == most {
			f.Miss(".", fmt.Errorf("the sitemap lists %d pages, and only the first %d were brought; raise pages", len(pages), most))
			break
		}
		seen[name] = true
		list = append(list, origin.File{Name: name, Key: page.String()})
	}
	return list
}

// bring brings one page, if it has changed. One that is gone or refused is not
// kept; one that fails stays as it was. An error ends the fetch.
func (s *session) bring(ctx context.Context, f *origin.Folder, file origin.File) (err error) {
	if err := s.pause(ctx); err != nil {
		return err
	}
	address, err := url.Parse(file.Key)
	if err != nil {
		return err // unreachable: it was parsed before
	}
	response, err := s.ask(ctx, address, conditions(f.Mark(file.Name)))
	if errors.Is(err, errAway) || errors.Is(err, errForbidden) {
		f.Miss(file.Name, err)
		return f.Drop(file.Name)
	}
	if err != nil {
		return s.fault(ctx, f, file, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	switch code := response.StatusCode; {
	case code == http.StatusNotModified:
		s.faults = 0
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		s.faults = 0
		return f.Drop(file.Name)
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable:
		return fmt.Errorf("%s: the host answers %s, and is left alone", address, response.Status)
	case code >= http.StatusInternalServerError:
		return s.fault(ctx, f, file, fmt.Errorf("the host answers %s", response.Status))
	case code != http.StatusOK:
		f.Miss(file.Name, fmt.Errorf("the host answers %s", response.Status))
		return f.Drop(file.Name)
	}
	return s.keep(ctx, f, file, response)
}

// fault notes a page that failed. Where many do, one after the other, the host
// is down.
func (s *session) fault(ctx context.Context, f *origin.Folder, file origin.File, cause error) error {
	if s.faults++; ctx.Err() != nil || s.faults >= mostFaults {
		return fmt.Errorf("%s: %w", file.Key, cause)
	}
	f.Miss(file.Name, cause)
	return nil
}

// keep keeps an answer as the page's file.
func (s *session) keep(ctx context.Context, f *origin.Folder, file origin.File, response *http.Response) error {
	if kind := typeOf(response); strings.HasSuffix(file.Name, ".html") && kind != "text/html" && kind != "application/xhtml+xml" {
		f.Miss(file.Name, fmt.Errorf("it is of type %q and no page; exclude it", kind))
		return f.Drop(file.Name)
	}
	file.Mark = response.Header.Get("ETag") + "\n" + response.Header.Get("Last-Modified")
	file.Modified, _ = http.ParseTime(response.Header.Get("Last-Modified")) // zero where it is none
	content := &bounded{r: response.Body, left: min(maxPage, s.left)}
	err := f.Put(file, content)
	s.left -= content.read
	switch {
	case err == nil:
		s.faults = 0
		return nil
	case errors.Is(err, errLarge) && s.left <= 0:
		return fmt.Errorf("the pages have more than %d MiB together; raise megabytes, or exclude some", cmp.Or(s.Bytes, mostBytes)>>20)
	case errors.Is(err, errLarge):
		f.Miss(file.Name, err)
		return f.Drop(file.Name)
	case content.failed:
		return s.fault(ctx, f, file, err)
	}
	return err
}

// typeOf returns the media type of an answer, without its parameters.
func typeOf(response *http.Response) string {
	kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return "text/html" // which is what pages without a type are
	}
	return kind
}

// conditions ask for a page only where it is another one than that with the
// mark.
func conditions(mark string) http.Header {
	header := http.Header{}
	etag, modified, _ := strings.Cut(mark, "\n")
	if etag != "" {
		header.Set("If-None-Match", etag)
	}
	if _, err := time.Parse(http.TimeFormat, modified); err == nil {
		header.Set("If-Modified-Since", modified)
	}
	return header
}

var errLarge = fmt.Errorf("it has more than %d MiB; exclude it", maxPage>>20)

// A bounded is an answer up to a size.
type bounded struct {
	r          io.Reader
	left, read int64 // bytes
	failed     bool  // it ended with an error of its own
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.read += int64(n)
	if b.left -= int64(n); b.left < 0 {
		return n, errLarge
	}
	b.failed = err != nil && !errors.Is(err, io.EOF)
	return n, err
}
