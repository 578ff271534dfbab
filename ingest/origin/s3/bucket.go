package s3

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"bureau/ingest/origin"
)

// A Bucket is what is under a prefix in a bucket.
type Bucket struct {
	Endpoint string // https://…, or "" for AWS itself
	Region   string // "" for us-east-1
	Name     string
	Prefix   string              // of keys, which is left out of the files' names; "" for all
	Key      func() (Key, error) // asked for each request
	Wants    origin.Wants
}

// mostObjects is how many objects a bucket may have under the prefix.
const mostObjects = 500_000

func (b *Bucket) region() string { return cmp.Or(b.Region, "us-east-1") }

func (b *Bucket) endpoint() string {
	return cmp.Or(b.Endpoint, "https://s3."+b.region()+".amazonaws.com")
}

// Check reports why a bucket cannot be named so, or nil.
func (b *Bucket) Check() error {
	u, err := url.Parse(b.endpoint())
	switch {
	case b.Name == "" || strings.ContainsAny(b.Name, "/?#"):
		return fmt.Errorf("bucket %q is not the name of one", b.Name)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("endpoint is not an address like https://s3.example.com") // it may have a secret in it
	case u.User != nil || u.RawQuery != "":
		return errors.New("endpoint has more than a host and a path: name the variables that hold the keys with access_key_env and secret_key_env")
	}
	return nil
}

// String names the bucket, the prefix and the server.
func (b *Bucket) String() string {
	return fmt.Sprintf("s3 bucket %s/%s at %s", b.Name, b.Prefix, b.endpoint())
}

// Fetch brings the objects.
func (b *Bucket) Fetch(ctx context.Context, folder string) error {
	list, err := b.list(ctx)
	if err != nil {
		return err
	}
	return origin.Bring(folder, func(f *origin.Folder) error {
		missing, err := f.Expect(list, b.Wants)
		if err != nil {
			return err
		}
		for _, file := range missing {
			if err := b.bring(ctx, f, file); err != nil {
				return err
			}
		}
		return nil
	})
}

// Reach reports why the bucket cannot be listed, or nil.
func (b *Bucket) Reach(ctx context.Context) error {
	_, err := b.listing(ctx, "", "1")
	return err
}

// list returns every object. Those whose key ends in a slash are folders.
func (b *Bucket) list(ctx context.Context) (list []origin.File, err error) {
	for token := ""; ; {
		p, err := b.listing(ctx, token, "1000")
		if err != nil {
			return nil, fmt.Errorf("list the bucket after %d objects: %w", len(list), err)
		}
		for _, object := range p.Contents {
			name, inside := strings.CutPrefix(object.Key, b.Prefix)
			if !inside || strings.HasSuffix(name, "/") {
				continue
			}
			list = append(list, origin.File{
				Name: strings.TrimPrefix(name, "/"), Key: object.Key, Mark: object.ETag + " " + object.LastModified.String(),
				Size: object.Size, Modified: object.LastModified,
			})
		}
		if len(list) > mostObjects {
			return nil, fmt.Errorf("there are more than %d objects; name a prefix", mostObjects)
		}
		if !p.IsTruncated {
			return list, nil
		}
		token = p.Next
	}
}

// bring brings one object, as it was listed. One that is refused is missed and
// not kept either; an error is that of the server and ends the fetch.
func (b *Bucket) bring(ctx context.Context, f *origin.Folder, file origin.File) (err error) {
	etag, _, _ := strings.Cut(file.Mark, " ")
	response, err := b.get(ctx, file.Key, nil, http.Header{"If-Match": {etag}})
	var refusal *refusal
	switch {
	case errors.As(err, &refusal) && refusal.status == http.StatusNotFound: // since it was listed
		return f.Drop(file.Name)
	case errors.As(err, &refusal) && refusal.status == http.StatusPreconditionFailed:
		f.Miss(file.Name, errors.New("it was written while it was fetched; the next fetch brings it"))
		return nil
	case errors.As(err, &refusal) && refusal.status == http.StatusForbidden:
		f.Miss(file.Name, err)
		return f.Drop(file.Name)
	case err != nil:
		return fmt.Errorf("get %s: %w", file.Key, err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	return f.Put(file, origin.Whole(response.Body, file.Size))
}
