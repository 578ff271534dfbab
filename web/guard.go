package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// guard sets the headers that every reply has. The policy lets a page use
// only files of this server and nothing inline, and be framed by it alone. Over
// TLS, browsers never come in the clear again.
func guard(h http.Header, secure bool) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
		"img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// named reports whether the server answers under the name that it is called
// by. While people may choose who they are, that is a name of this machine;
// else it is the configured one, and on this machine one of its own. A foreign
// name that leads here would be another site with the same content.
func (s *Server) named(r *http.Request, at route) error {
	own := loopbackName(r)
	switch {
	case s.config.DemoSignIn && (!own || !s.config.AnyAddress && !loopbackAddress(r)):
		return errBadHost
	case s.config.DemoSignIn || s.config.Host == "" || at.anyName,
		strings.EqualFold(hostName(r), s.config.Host), own && loopbackAddress(r):
		return nil
	}
	return errOtherHost
}

// hostName returns the name that a request asks for, without a port.
func hostName(r *http.Request) string {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	return strings.Trim(name, "[]")
}

// loopbackAddress reports whether a request came to a loopback address.
func loopbackAddress(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	address, err := netip.ParseAddrPort(local.String())
	return err == nil && address.Addr().Unmap().IsLoopback()
}

// loopbackName reports whether a request asks for a loopback name. A foreign
// name that is made to point here would let a foreign page be this site.
func loopbackName(r *http.Request) bool {
	name := strings.ToLower(hostName(r))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(name)
	return err == nil && ip.Unmap().IsLoopback()
}

// sameOrigin reports whether a request is of a page of this server. Every
// browser says where what changes something comes from; who does not say is
// refused.
func sameOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && strings.EqualFold(origin.Host, r.Host)
}
