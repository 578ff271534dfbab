package main

import (
	"net/http"
	"time"
)

// maxHeader is how many bytes the headers of a request may have. Cookies of
// other products under the same name are among them.
const maxHeader = 32 << 10

// newHTTPServer returns a server that waits for nobody longer than an honest
// browser takes. Bodies and replies have times of their own, by route: those of
// a socket and of a stream end with it.
func newHTTPServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
	}
}
