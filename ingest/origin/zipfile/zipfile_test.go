package zipfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"bureau/ingest/origin"
	"bureau/ingest/origin/origintest"
)

func wantsSmall(_ string, size int64) (bool, error) {
	if size > 100 {
		return true, errors.New("too large")
	}
	return true, nil
}

// pack returns an archive of pairs of names and texts.
func pack(t *testing.T, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i])
		if err == nil {
			_, err = f.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFetchUnpacksWhatTheArchiveHasNow(t *testing.T) {
	place, folder := filepath.Join(t.TempDir(), "docs.zip"), t.TempDir()
	a := &Archive{Place: place, Wants: wantsSmall}
	write(t, place, pack(t, "a.md", "a", "b/c.md", "c", "gone.md", "x"))
	if got, err := origintest.Fetch(t, a, folder); err != nil || !reflect.DeepEqual(got, map[string]string{"a.md": "a", "b/c.md": "c", "gone.md": "x"}) {
		t.Fatalf("%q, %v", got, err)
	}
	write(t, place, pack(t, "a.md", "a2", "b/c.md", "c"))
	if got, err := origintest.Fetch(t, a, folder); err != nil || !reflect.DeepEqual(got, map[string]string{"a.md": "a2", "b/c.md": "c"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestHostileArchivesStayInTheFolder(t *testing.T) {
	outside := t.TempDir()
	place, folder := filepath.Join(outside, "docs.zip"), filepath.Join(outside, "in", "work")
	write(t, place, pack(t, "../../evil.md", "x", "ok.md", "ok", "large.md", strings.Repeat("x", 101), ".ssh/id", "x"))
	got, err := origintest.Fetch(t, &Archive{Place: place, Wants: wantsSmall}, folder)
	var missed origin.Missed
	if !errors.As(err, &missed) || len(missed) != 2 || !reflect.DeepEqual(got, map[string]string{"ok.md": "ok"}) {
		t.Errorf("%q, %v", got, err)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestDamagedArchiveIsAnError(t *testing.T) {
	place := filepath.Join(t.TempDir(), "docs.zip")
	whole := pack(t, "a.md", "a")
	write(t, place, whole[:len(whole)-10])
	for _, a := range []*Archive{{Place: place, Wants: wantsSmall}, {Place: place + "none", Wants: wantsSmall}} {
		var missed origin.Missed
		if _, err := origintest.Fetch(t, a, t.TempDir()); err == nil || errors.As(err, &missed) {
			t.Errorf("%v", err)
		}
	}
}

func TestDownloadIsConditionalAndStaysAtItsAddress(t *testing.T) {
	data, sent := pack(t, "a.md", "a"), 0
	var fault http.HandlerFunc
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault != nil {
			fault(w, r)
			return
		}
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent++
		_, _ = w.Write(data)
	}))
	defer server.Close()
	trusted := *client
	transport := client.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	trusted.Transport = transport
	a, folder := &Archive{Place: server.URL + "/docs.zip?key=secret", Wants: wantsSmall, client: &trusted}, t.TempDir()
	if err := a.Check(); err != nil || strings.Contains(a.String(), "secret") {
		t.Errorf("%v, %s", err, a)
	}
	want := map[string]string{"a.md": "a"}
	for range 2 {
		if got, err := origintest.Fetch(t, a, folder); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if err := a.Reach(t.Context()); err != nil || sent != 2 { // one for the fetches, one for this
		t.Errorf("%v, sent %d times", err, sent)
	}
	for name, f := range map[string]http.HandlerFunc{
		"Fails":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"LeadsAway": http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP,
		"Truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write(data)
		},
		"NoArchive": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Sign in</html>")) },
	} {
		fault = f
		if _, err := origintest.Fetch(t, a, folder); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlacesThatAreNotFetched(t *testing.T) {
	for _, place := range []string{"http://www.example.com/docs.zip", "ftp://www.example.com/docs.zip", "https://mei:secret@www.example.com/docs.zip"} {
		if err := (&Archive{Place: place}).Check(); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", place, err)
		}
	}
}

// A member is unpacked in memory, so that what it says of its size counts
// before anything is.
func TestMemberThatUnpacksToTooMuchIsMissed(t *testing.T) {
	place := filepath.Join(t.TempDir(), "docs.zip")
	write(t, place, packLarge(t, 129<<20))
	got, err := origintest.Fetch(t, &Archive{Place: place, Wants: wantsSmall}, t.TempDir())
	var missed origin.Missed
	if !errors.As(err, &missed) || len(missed) != 1 || missed[0].Name != "large.md" || !strings.Contains(err.Error(), "128 MiB") {
		t.Errorf("%v", err)
	}
	if !reflect.DeepEqual(got, map[string]string{"ok.md": "ok"}) {
		t.Errorf("%q", got)
	}
}

// packLarge returns an archive with a member that says it unpacks to size
// bytes, at a ratio that tables of one value get to, and a small one.
func packLarge(t *testing.T, size uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	packed := make([]byte, size/200)
	large, err := w.CreateRaw(&zip.FileHeader{Name: "large.md", Method: zip.Deflate, UncompressedSize64: size, CompressedSize64: uint64(len(packed))})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := large.Write(packed); err != nil {
		t.Fatal(err)
	}
	small, err := w.Create("ok.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := small.Write([]byte("ok")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
