package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
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

// secure reports whether browsers reach the server over TLS alone.
func (c serveConfig) secure() bool {
	return strings.HasPrefix(c.URL, "https://") || c.URL == "" && c.TLS.configured()
}

// host returns the name that people reach the server by, "" where none is told.
func (c serveConfig) host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return "" // unreachable: it was checked
	}
	return u.Hostname()
}

// certificate returns the server's, or nil.
func (c serveConfig) certificate() (*certificate, error) {
	if !c.TLS.configured() {
		return nil, nil //nolint:nilnil // there is none, which is no error
	}
	return openCertificate(c.TLS)
}

// listen listens, and refuses an address that others could reach without being
// asked who they are, or in the clear.
func (d doors) listen(ctx context.Context, serve serveConfig) (net.Listener, error) {
	address := serve.Listen
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, misuse{fmt.Errorf("serve.listen: %q is not an address like 127.0.0.1:8080", address)}
	}
	switch {
	case isLoopback(host), d.anyAddress:
	case d.demo:
		return nil, misuse{fmt.Errorf("listen on %s: people sign in by choosing who they are, so Bureau serves loopback only; use 127.0.0.1", address)}
	case !serve.secure():
		return nil, misuse{fmt.Errorf("listen on %s: passwords and sessions would travel in the clear, so Bureau serves loopback only; "+
			"name a certificate in serve.tls, or put a server with TLS in front and name its address in serve.url", address)}
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; choose another address with --listen", address, err)
	}
	return listener, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// serve answers on a listener, over TLS where there is a certificate.
func (d doors) serve(h *http.Server, listener net.Listener) error {
	if d.certificate == nil {
		return h.Serve(listener)
	}
	h.TLSConfig = d.certificate.server()
	return h.ServeTLS(listener, "", "")
}

func (d doors) scheme() string {
	if d.certificate == nil {
		return "http"
	}
	return "https"
}
