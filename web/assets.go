package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var staticFiles embed.FS

// An asset is a file of the browser side. Its address holds a hash of its
// content, so that it can be kept for ever.
type asset struct {
	content []byte
	gzipped []byte // the same
	tag     string // hash of the content
	kind    string // media type
}

// assets are the files of static, by name, and the widget's script, which is
// made of them.
var assets = loadAssets()

// loadAssets reads the embedded files. They are part of the program, so that
// an error is a mistake in it.
func loadAssets() map[string]asset {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(fmt.Sprintf("read embedded files: %v", err))
	}
	loaded := make(map[string]asset, len(entries))
	read := func(name string) ([]byte, error) { return staticFiles.ReadFile(path.Join("static", name)) }
	for _, e := range entries {
		content, err := read(e.Name())
		if err != nil {
			panic(fmt.Sprintf("read embedded file %s: %v", e.Name(), err))
		}
		loaded[e.Name()] = newAsset(e.Name(), content)
	}
	script, err := bundle("element.js", read)
	if err == nil {
		script, err = shrunk(script)
	}
	if err != nil {
		panic(err)
	}
	loaded[widgetScript] = newAsset(widgetScript, script)
	return loaded
}

// newAsset returns a file as it is served.
func newAsset(name string, content []byte) asset {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // an error is another level
	_, _ = w.Write(content)                               // a bytes.Buffer does not fail
	_ = w.Close()
	sum := sha256.Sum256(content)
	return asset{content, b.Bytes(), hex.EncodeToString(sum[:8]), mediaType(name)}
}

// mediaType returns the media type of a file by its name. JavaScript is named
// here because a machine's own table may call it something else.
func mediaType(name string) string {
	if isScript(name) {
		return "text/javascript; charset=utf-8"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// assetPath returns the address of a file: /static/widget.1a2b….js.
func assetPath(name string) (string, error) {
	a, ok := assets[name]
	if !ok {
		return "", fmt.Errorf("no asset %s", name)
	}
	ext := path.Ext(name)
	return "/static/" + strings.TrimSuffix(name, ext) + "." + a.tag + ext, nil
}

// static serves a file. Under the address with its hash it may be kept; under
// its plain name, which pages of others use for the widget, it is asked for
// again each time and answered by its tag.
func (s *Server) static(w http.ResponseWriter, r *http.Request) error {
	name, tag := splitAssetName(r.PathValue("file"))
	a, ok := assets[name]
	if !ok || (tag != "" && tag != a.tag) {
		return errNoPage
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	etag := `W/"` + a.tag + `"` // weak: the bytes differ by their encoding
	h.Set("ETag", etag)
	h.Set("Cache-Control", "public, no-cache")
	h.Set("Vary", "Accept-Encoding")
	s.lendScript(h, name)
	if tag != "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	content := a.content
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = a.gzipped
	}
	_, _ = w.Write(content) // an error here is a browser that left
	return nil
}

// splitAssetName splits widget.1a2b….js into widget.js and the hash.
func splitAssetName(file string) (name, tag string) {
	ext := path.Ext(file)
	stem := strings.TrimSuffix(file, ext)
	base, tag, ok := strings.Cut(stem, ".")
	if !ok {
		return file, ""
	}
	return base + ext, tag
}
