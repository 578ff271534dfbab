package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the servers in front of this one that are believed about where a
// request comes from. Without any, no header is.
type Proxies struct {
	From []netip.Prefix
	// Forwarded says that they write the header of RFC 7239. The other one,
	// X-Forwarded-For, is then what a client wrote, and the other way around.
	Forwarded bool
}

// client returns the address that a request comes from: of the connection or,
// where that is a believed proxy's, the last one on its list that is no proxy's.
// What stands before that, the client may have written itself. The zero address
// is one that is not known.
func (p Proxies) client(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr) // zero for a test's connection
	at := peer.Addr().Unmap()
	if !p.believes(at) {
		return at
	}
	for _, hop := range slices.Backward(p.hops(r.Header)) {
		address, ok := hopAddress(hop)
		if !ok { // "unknown", or a name: the proxy that says so is all that is known
			return at
		}
		if at = address; !p.believes(at) {
			return at
		}
	}
	return at
}

func (p Proxies) believes(a netip.Addr) bool {
	return slices.ContainsFunc(p.From, func(of netip.Prefix) bool { return of.Contains(a) })
}

// hops returns what proxies say that requests came from, the farthest first.
func (p Proxies) hops(h http.Header) (hops []string) {
	if !p.Forwarded {
		return split(strings.Join(h.Values("X-Forwarded-For"), ","), ',')
	}
	for _, element := range split(strings.Join(h.Values("Forwarded"), ","), ',') {
		of := "" // an element without "for" hides where it came from
		for _, pair := range split(element, ';') {
			if name, value, _ := strings.Cut(pair, "="); strings.EqualFold(strings.TrimSpace(name), "for") {
				of = strings.Trim(strings.TrimSpace(value), `"`)
			}
		}
		hops = append(hops, of)
	}
	return hops
}

// split cuts a header at a separator that is not in quotes.
func split(value string, separator rune) []string {
	quoted := false
	return strings.FieldsFunc(value, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return c == separator && !quoted
	})
}

// hopAddress reads an address with or without a port.
func hopAddress(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if withPort, err := netip.ParseAddrPort(hop); err == nil {
		return withPort.Addr().Unmap(), true
	}
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	return address.Unmap(), err == nil
}

// network returns what is counted as one place: an address, or of IPv6 the /64
// that one household or server has whole.
func network(a netip.Addr) string {
	if a.Is6() {
		if of, err := a.WithZone("").Prefix(64); err == nil {
			return of.String()
		}
	}
	return a.String()
}
