package website

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"path"
	"strings"
)

// nameOf returns the name of the file that a page is kept in: its path, with
// .html unless it is a file of a kind that is read, and with a hash of the
// query where there is one.
func nameOf(page *url.URL, reads func(name string) bool) string {
	name := strings.TrimPrefix(page.Path, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	extension := path.Ext(name)
	if extension == "" || !reads(name) {
		name, extension = name+".html", ".html"
	}
	if page.RawQuery == "" {
		return name
	}
	sum := sha256.Sum256([]byte(page.RawQuery))
	return strings.TrimSuffix(name, extension) + "-" + hex.EncodeToString(sum[:6]) + extension
}
