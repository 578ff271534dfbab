package s3

import (
	"crypto/md5"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/ingest/origin"
	"bureau/ingest/origin/origintest"
)

// A store is a small server that speaks as S3 does: it holds signatures against
// its own key, gives a listing in pages of two, and can be made to fail.
type store struct {
	t      *testing.T
	url    string
	mu     sync.Mutex
	texts  map[string]string
	when   time.Time
	fault  func(w http.ResponseWriter, r *http.Request) bool // answers in the store's place where it is true
	gotten []string                                          // keys
}

var testKey = Key{ID: "ID", Secret: "secret", Session: "session"}

func newStore(t *testing.T) *store {
	t.Helper()
	s := &store{t: t, texts: map[string]string{}, when: time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *store) bucket() *Bucket {
	return &Bucket{
		Endpoint: s.url, Name: "docs", Prefix: "pub/", Key: func() (Key, error) { return testKey, nil },
		Wants: func(string, int64) (bool, error) { return true, nil },
	}
}

// isSigned signs the request again as its sender should have.
func (s *store) isSigned(r *http.Request) bool {
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), http.NoBody)
	if err != nil {
		return false
	}
	_, list, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	for name := range strings.SplitSeq(list, ";") {
		if name != "host" {
			again.Header.Set(name, r.Header.Get(name))
		}
	}
	when, err := time.Parse(timeForm, r.Header.Get("X-Amz-Date"))
	testKey.sign(again, "us-east-1", when)
	return err == nil && time.Since(when).Abs() < 15*time.Minute && again.Header.Get("Authorization") == r.Header.Get("Authorization")
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch key, ok := strings.CutPrefix(r.URL.Path, "/docs/"); {
	case !s.isSigned(r):
		s.refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
	case s.fault != nil && s.fault(w, r):
	case !ok:
		s.refuse(w, http.StatusNotFound, "NoSuchBucket")
	case key == "":
		s.list(w, r)
	default:
		s.get(w, r, key)
	}
}

func (s *store) refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>said by the test</Message></Error>", code)
}

func etagOf(text string) string { return fmt.Sprintf("%q", fmt.Sprintf("%x", md5.Sum([]byte(text)))) }

func (s *store) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	type object struct {
		Key, ETag    string
		LastModified time.Time
		Size         int
	}
	var result struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string `xml:",omitempty"`
		EncodingType          string
		Contents              []object
	}
	result.EncodingType = "url"
	for _, key := range slices.Sorted(func(yield func(string) bool) {
		for key := range s.texts {
			if !yield(key) {
				return
			}
		}
	}) {
		if strings.HasPrefix(key, query.Get("prefix")) && key > query.Get("continuation-token") {
			if len(result.Contents) == 2 {
				result.IsTruncated, result.NextContinuationToken = true, s.keyOf(result.Contents[1].Key)
				break
			}
			result.Contents = append(result.Contents, object{url.QueryEscape(key), etagOf(s.texts[key]), s.when, len(s.texts[key])})
		}
	}
	if err := xml.NewEncoder(w).Encode(result); err != nil {
		s.t.Error(err)
	}
}

func (s *store) keyOf(escaped string) string {
	key, err := url.QueryUnescape(escaped)
	if err != nil {
		s.t.Error(err)
	}
	return key
}

func (s *store) get(w http.ResponseWriter, r *http.Request, key string) {
	text, ok := s.texts[key]
	switch {
	case !ok:
		s.refuse(w, http.StatusNotFound, "NoSuchKey")
	case r.Header.Get("If-Match") != etagOf(text):
		s.refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
	default:
		s.gotten = append(s.gotten, key)
		_, _ = w.Write([]byte(text))
	}
}

func TestFetchBringsWhatHasChangedAndNoMore(t *testing.T) {
	s, folder := newStore(t), t.TempDir()
	s.texts = map[string]string{"pub/a b+c.md": "a", "pub/制度/'(1)!.md": "b", "pub/c.md": "c", "pub/empty.md": "", "pub/folder/": "", "private/d.md": "d", "pub2.md": "e"}
	b := s.bucket()
	got, err := origintest.Fetch(t, b, folder)
	if want := map[string]string{"a b+c.md": "a", "制度/'(1)!.md": "b", "c.md": "c", "empty.md": ""}; err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%q, %v, want %q", got, err, want)
	}
	s.gotten = nil
	delete(s.texts, "pub/a b+c.md")
	s.texts["pub/c.md"] = "C"
	got, err = origintest.Fetch(t, b, folder)
	if want := map[string]string{"制度/'(1)!.md": "b", "c.md": "C", "empty.md": ""}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if !slices.Equal(s.gotten, []string{"pub/c.md"}) {
		t.Errorf("asked for %q", s.gotten)
	}
	if err := b.Reach(t.Context()); err != nil {
		t.Error(err)
	}
}

// A listing that breaks off in the middle is no listing: what it does not name
// is not gone.
func TestHalfAListingTakesNothingOut(t *testing.T) {
	s, folder := newStore(t), t.TempDir()
	s.texts = map[string]string{"pub/a.md": "a", "pub/b.md": "b", "pub/c.md": "c"}
	before, err := origintest.Fetch(t, s.bucket(), folder)
	if err != nil {
		t.Fatal(err)
	}
	for name, fault := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"AnError": func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Query().Get("continuation-token") == "" {
				return false
			}
			s.refuse(w, http.StatusInternalServerError, "InternalError")
			return true
		},
		"HalfAPage": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`<ListBucketResult><Contents><Key>pub/a.md</Key>`))
			return true
		},
		"NoWayOn": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>`))
			return true
		},
		"AnotherDocument": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte(`<html><body>Sign in</body></html>`))
			return true
		},
		"ARedirect": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "http://127.0.0.1:1/docs/", http.StatusTemporaryRedirect)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.fault = fault
			after, err := origintest.Fetch(t, s.bucket(), folder)
			if err == nil || !reflect.DeepEqual(after, before) {
				t.Errorf("%q, %v", after, err)
			}
		})
	}
}

func TestObjectsThatCannotBeHad(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  func(s *store, w http.ResponseWriter)
		ends   bool // the fetch
		missed bool
		want   string // of the object, as it was "old"
	}{
		{"Refused", func(s *store, w http.ResponseWriter) { s.refuse(w, http.StatusForbidden, "AccessDenied") }, false, true, ""},
		{"Gone", func(s *store, w http.ResponseWriter) { s.refuse(w, http.StatusNotFound, "NoSuchKey") }, false, false, ""},
		{"WrittenMeanwhile", func(s *store, w http.ResponseWriter) {
			s.refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		}, false, true, "old"},
		{"ServerDown", func(s *store, w http.ResponseWriter) { s.refuse(w, http.StatusBadGateway, "") }, true, false, "old"},
		{"Truncated", func(_ *store, w http.ResponseWriter) {
			w.Header().Set("Content-Length", "3")
			_, _ = w.Write([]byte("ne"))
		}, true, false, "old"},
		{"Shorter", func(_ *store, w http.ResponseWriter) { _, _ = w.Write([]byte("ne")) }, true, false, "old"},
		{"Longer", func(_ *store, w http.ResponseWriter) { _, _ = w.Write([]byte("new, and more")) }, true, false, "old"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, folder := newStore(t), t.TempDir()
			s.texts = map[string]string{"pub/a.md": "old", "pub/b.md": "b"}
			if _, err := origintest.Fetch(t, s.bucket(), folder); err != nil {
				t.Fatal(err)
			}
			s.texts["pub/a.md"] = "new"
			s.fault = func(w http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, "/a.md") {
					c.fault(s, w)
					return true
				}
				return false
			}
			got, err := origintest.Fetch(t, s.bucket(), folder)
			var missed origin.Missed
			if isMissed := errors.As(err, &missed); isMissed != c.missed || (err != nil && !isMissed) != c.ends {
				t.Errorf("%v", err)
			}
			if got["a.md"] != c.want || got["b.md"] != "b" {
				t.Errorf("%q", got)
			}
			s.fault = nil // and afterwards
			if got, err := origintest.Fetch(t, s.bucket(), folder); err != nil || got["a.md"] != "new" {
				t.Errorf("the next fetch: %q, %v", got, err)
			}
		})
	}
}

func TestHostileKeysStayInTheFolder(t *testing.T) {
	s, outside := newStore(t), t.TempDir()
	s.texts = map[string]string{"pub/../../evil.md": "x", "pub//etc/passwd": "x", "pub/a\\..\\..\\b.md": "x", "pub/ok.md": "ok", "pub/.ssh/id": "x"}
	got, err := origintest.Fetch(t, s.bucket(), filepath.Join(outside, "in", "work"))
	var missed origin.Missed
	if !errors.As(err, &missed) || len(missed) != 2 {
		t.Errorf("%v", err)
	}
	if want := map[string]string{"ok.md": "ok", "etc/passwd": "x"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q", got)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWrongKeysAreSaid(t *testing.T) {
	s := newStore(t)
	b := s.bucket()
	b.Key = func() (Key, error) { return Key{ID: "ID", Secret: "another", Session: "session"}, nil }
	if err := b.Reach(t.Context()); err == nil || !strings.Contains(err.Error(), "403 SignatureDoesNotMatch") || strings.Contains(err.Error(), "another") {
		t.Errorf("%v", err)
	}
}

func TestBucketsThatAreNotFetched(t *testing.T) {
	for _, b := range []Bucket{{}, {Name: "a/b"}, {Name: "docs", Endpoint: "s3.example.com"}, {Name: "docs", Endpoint: "https://id:secret@s3.example.com"}} {
		if err := b.Check(); err == nil || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%+v: %v", b, err)
		}
	}
	if err := (&Bucket{Name: "docs", Region: "eu-central-1"}).Check(); err != nil {
		t.Error(err)
	}
}
