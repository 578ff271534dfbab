package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxPage is the size of the largest page of a listing, in bytes: a thousand
// keys of a thousand bytes, each escaped, with what is around them.
const maxPage = 16 << 20

// A refusal is the answer of a server that does not do what it is asked.
type refusal struct {
	status  int
	code    string
	message string
}

func (r *refusal) Error() string {
	return strings.TrimSpace(fmt.Sprintf("the server answers %d %s: %s", r.status, r.code, r.message))
}

// get asks for something in the bucket. Its answer is 200 or the error.
func (b *Bucket) get(ctx context.Context, key string, query url.Values, header http.Header) (*http.Response, error) {
	secret, err := b.Key()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(b.endpoint())
	if err != nil {
		return nil, err
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/" + b.Name + "/" + key
	u.RawPath = escape(u.Path, true)
	u.RawQuery = canonicalQuery(query)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	secret.sign(request, b.region(), time.Now())
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, refused(response)
	}
	return response, nil
}

// client follows no redirect: that of a bucket elsewhere would leave the server
// that the configuration names.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{
		ResponseHeaderTimeout: time.Minute, TLSHandshakeTimeout: 30 * time.Second, IdleConnTimeout: time.Minute,
		DisableCompression: true, // the length of an object is that of its bytes
	},
}

// refused reads an answer that is an error.
func refused(response *http.Response) error {
	defer func() { _ = response.Body.Close() }() // it was read
	var said struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
	}
	data, _ := io.ReadAll(io.LimitReader(response.Body, maxPage)) // what it says is only for people
	_ = xml.Unmarshal(data, &said)
	if said.Code == "PermanentRedirect" || response.StatusCode == http.StatusMovedPermanently {
		said.Message += "; name the region of the bucket, or its own endpoint"
	}
	return &refusal{response.StatusCode, said.Code, said.Message}
}

// A page is a part of a listing.
type page struct {
	XMLName     xml.Name `xml:"ListBucketResult"` // another document is no empty listing
	IsTruncated bool     `xml:"IsTruncated"`
	Next        string   `xml:"NextContinuationToken"`
	Encoding    string   `xml:"EncodingType"`
	Contents    []struct {
		Key          string    `xml:"Key"`
		LastModified time.Time `xml:"LastModified"`
		ETag         string    `xml:"ETag"`
		Size         int64     `xml:"Size"`
	} `xml:"Contents"`
}

// listing asks for the page of a listing that follows token, or the first one.
func (b *Bucket) listing(ctx context.Context, token string, most string) (p page, err error) {
	query := url.Values{"list-type": {"2"}, "encoding-type": {"url"}, "max-keys": {most}}
	if b.Prefix != "" {
		query.Set("prefix", b.Prefix)
	}
	if token != "" {
		query.Set("continuation-token", token)
	}
	response, err := b.get(ctx, "", query, nil)
	if err != nil {
		return page{}, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	err = xml.NewDecoder(io.LimitReader(response.Body, maxPage)).Decode(&p)
	if p.Encoding == "url" {
		for i := range p.Contents {
			key, failed := url.QueryUnescape(p.Contents[i].Key)
			p.Contents[i].Key, err = key, errors.Join(err, failed)
		}
	}
	if p.IsTruncated && p.Next == "" {
		err = errors.Join(err, errors.New("it is said to go on and not how"))
	}
	return p, err
}
