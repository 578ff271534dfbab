package s3

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Key signs requests. Session is empty for keys that last.
type Key struct{ ID, Secret, Session string }

const (
	algorithm = "AWS4-HMAC-SHA256"
	// emptyHash is the hash of a request without a body, as all are.
	emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	timeForm  = "20060102T150405Z"
	dayForm   = "20060102"
)

// sign signs a request without a body, by version 4 of AWS's signatures. All
// headers that it has by then are signed.
func (k Key) sign(r *http.Request, region string, now time.Time) {
	now = now.UTC()
	r.Header.Set("X-Amz-Date", now.Format(timeForm))
	r.Header.Set("X-Amz-Content-Sha256", emptyHash)
	if k.Session != "" {
		r.Header.Set("X-Amz-Security-Token", k.Session)
	}
	headers := map[string]string{"host": r.URL.Host}
	for name := range r.Header {
		headers[strings.ToLower(name)] = strings.TrimSpace(r.Header.Get(name))
	}
	names := slices.Sorted(maps.Keys(headers))
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + r.URL.EscapedPath() + "\n" + canonicalQuery(r.URL.Query()) + "\n")
	for _, name := range names {
		canonical.WriteString(name + ":" + headers[name] + "\n")
	}
	signed := strings.Join(names, ";")
	canonical.WriteString("\n" + signed + "\n" + emptyHash)

	scope := strings.Join([]string{now.Format(dayForm), region, "s3", "aws4_request"}, "/")
	hash := sha256.Sum256([]byte(canonical.String()))
	toSign := strings.Join([]string{algorithm, now.Format(timeForm), scope, hex.EncodeToString(hash[:])}, "\n")
	key := []byte("AWS4" + k.Secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	r.Header.Set("Authorization", algorithm+" Credential="+k.ID+"/"+scope+",SignedHeaders="+signed+",Signature="+hex.EncodeToString(mac(key, toSign)))
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write([]byte(text)) // never fails
	return h.Sum(nil)
}

// canonicalQuery writes a query sorted by name, each part as [escape] does.
func canonicalQuery(query url.Values) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			parts = append(parts, escape(name, false)+"="+escape(value, false))
		}
	}
	return strings.Join(parts, "&")
}

// escape writes all bytes as %XX but letters, digits and -._~, and, in a path,
// the slash.
func escape(text string, isPath bool) string {
	const hexadecimal = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 || isPath && c == '/' {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hexadecimal[c>>4], hexadecimal[c&15]})
	}
	return b.String()
}
