package website

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// errAway is the error of an answer that leads to another host.
var errAway = errors.New("it leads to another host, which is not asked")

// errForbidden is the error of an answer that leads to what robots.txt forbids.
var errForbidden = errors.New("it leads to what robots.txt forbids")

// mostRedirects is how many answers may lead on.
const mostRedirects = 5

// newClient returns a client. Addresses of private networks are dialled only if
// isPrivate says so: neither a redirect nor a name server makes Bureau ask what
// only this machine reaches.
func newClient(isPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		return checkAddress(address, isPrivate)
	}}
	return &http.Client{
		Timeout: 2 * time.Minute, // of one page
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 30 * time.Second, IdleConnTimeout: time.Minute,
			ResponseHeaderTimeout: time.Minute, MaxResponseHeaderBytes: 1 << 20, MaxIdleConnsPerHost: 1,
		},
	}
}

// redirect lets an answer lead on to what may be asked itself: on the host, and
// allowed by its robots.txt.
func (s *session) redirect(next *http.Request, before []*http.Request) error {
	switch {
	case !isOf(s.base, next.URL):
		return fmt.Errorf("%w: %s://%s", errAway, next.URL.Scheme, next.URL.Host)
	case !s.robots.allows(next.URL.RequestURI()):
		return fmt.Errorf("%w: %s", errForbidden, next.URL.Path)
	case len(before) > mostRedirects:
		return fmt.Errorf("it leads on more than %d times", mostRedirects)
	}
	return nil
}

// checkAddress refuses an address of a network that is not the internet's. It
// sees what is dialled, after all names are looked up.
func checkAddress(address string, isPrivate bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap().WithZone("")
	switch {
	case ip.IsMulticast(), ip.IsUnspecified(), givesKeys(ip), givesKeys(translated(ip)):
		return fmt.Errorf("%s is no address of a website", ip)
	case isPrivate, ip.IsGlobalUnicast() && !ip.IsPrivate() && !isReserved(ip):
		return nil
	}
	return fmt.Errorf("%s is an address of a private network; if the website is meant to be there, say private: true", ip)
}

// keyServices are where clouds hand out keys to their machines beside the
// addresses of the link: Alibaba's, Azure's, and those of Amazon, Google, Oracle
// and Scaleway.
var keyServices = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("168.63.129.16"), netip.MustParseAddr("fd00:ec2::254"),
	netip.MustParseAddr("fd20:ce::254"), netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("fd00:c1::a9fe:a9fe"), netip.MustParseAddr("fd00:42::42"),
}

// givesKeys reports whether a cloud hands out keys to its machines at an
// address. No documents are there.
func givesKeys(ip netip.Addr) bool {
	return ip.IsLinkLocalUnicast() || slices.Contains(keyServices, ip)
}

// translation is the network of the addresses of IPv4 inside IPv6 (RFC 6052).
var translation = netip.MustParsePrefix("64:ff9b::/96")

// translated returns the address of IPv4 that a network may take ip for.
func translated(ip netip.Addr) netip.Addr {
	if !translation.Contains(ip) {
		return ip
	}
	bytes := ip.As16()
	return netip.AddrFrom4([4]byte(bytes[12:]))
}

// reserved are networks that are not the internet's, beside those that package
// netip knows: of providers, of tests, and of IPv4 inside IPv6.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), translation,
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"),
}

func isReserved(ip netip.Addr) bool {
	for _, network := range reserved {
		if network.Contains(ip) {
			return true
		}
	}
	return ip.IsLoopback()
}

// isOf reports whether an address is of the host, by the same scheme.
func isOf(host, address *url.URL) bool {
	return address.Scheme == host.Scheme && address.Host == host.Host && address.User == nil
}

// ask asks for an address of the host.
func (s *session) ask(ctx context.Context, address *url.URL, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", "Bureau")
	response, err := s.client.Do(request)
	var failed *url.Error
	if errors.As(err, &failed) { // its own text has the query
		return nil, failed.Err
	}
	return response, err
}
