package s3

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The examples and their signatures are AWS's own, from "Signature Calculations
// for the Authorization Header".
func TestSignaturesAreThoseOfTheDocumentation(t *testing.T) {
	key := Key{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	now := time.Date(2013, time.May, 24, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct{ name, url, signature string }{
		{"GetObject", "https://examplebucket.s3.amazonaws.com/test.txt", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
		{"GetBucketLifecycle", "https://examplebucket.s3.amazonaws.com/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		{"ListObjects", "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodGet, c.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if c.name == "GetObject" {
				r.Header.Set("Range", "bytes=0-9")
			}
			key.sign(r, "us-east-1", now)
			if got := r.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+c.signature) {
				t.Error(got)
			}
		})
	}
}

func TestPathsAreEscapedByteByByte(t *testing.T) {
	if got, want := escape("a b/制+&'(!~.md", true), "a%20b/%E5%88%B6%2B%26%27%28%21~.md"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
