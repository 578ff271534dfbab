package zipfile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

// download asks for the archive.
func (a *Archive) download(ctx context.Context, version string) (data []byte, now string, err error) {
	response, err := a.ask(ctx, http.MethodGet, version)
	if err != nil {
		return nil, "", err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	switch response.StatusCode {
	case http.StatusNotModified:
		return nil, version, errSame
	case http.StatusOK:
		data, err = read(response.Body)
		return data, response.Header.Get("ETag"), err
	}
	return nil, "", answered(response)
}

func answered(response *http.Response) error {
	if to, err := response.Location(); err == nil {
		return fmt.Errorf("the host answers %s and leads to %s://%s; name that address", response.Status, to.Scheme, to.Host)
	}
	return fmt.Errorf("the host answers %s", response.Status)
}

// ask asks for the archive, or for whether it is another one than version.
func (a *Archive) ask(ctx context.Context, method, version string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.Place, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "Bureau")
	if version != "" {
		request.Header.Set("If-None-Match", version)
	}
	response, err := cmp.Or(a.client, client).Do(request)
	var failed *url.Error
	if errors.As(err, &failed) { // its own text has the query
		return nil, failed.Err
	}
	return response, err
}

// client follows no redirect: the configuration names whom to ask.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{
		ResponseHeaderTimeout: time.Minute, TLSHandshakeTimeout: 30 * time.Second, IdleConnTimeout: time.Minute, DisableCompression: true,
	},
}

// Reach reports why the archive cannot be had, or nil.
func (a *Archive) Reach(ctx context.Context) (err error) {
	if !IsAddress(a.Place) {
		_, err := os.Stat(a.Place)
		return err
	}
	response, err := a.ask(ctx, http.MethodHead, "")
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil || response.StatusCode == http.StatusOK {
		return err
	}
	return answered(response)
}
