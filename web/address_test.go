package web

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestHeadersOfNamedProxiesAloneAreBelieved(t *testing.T) {
	near, far := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")
	behind, rfc := Proxies{From: []netip.Prefix{near, far}}, Proxies{From: []netip.Prefix{near, far}, Forwarded: true}
	for name, c := range map[string]struct {
		proxies         Proxies
		peer            string
		forwardedFor    []string
		forwarded, want string
	}{
		"NothingConfigured":    {Proxies{}, "10.0.0.1:9", []string{"198.51.100.7"}, "for=198.51.100.7", "10.0.0.1"},
		"NoProxy":              {behind, "203.0.113.5:9", []string{"198.51.100.7"}, "", "203.0.113.5"},
		"OneHop":               {behind, "10.0.0.1:9", []string{"198.51.100.7"}, "", "198.51.100.7"},
		"SpoofedBeforeIt":      {behind, "10.0.0.1:9", []string{"192.0.2.1, 198.51.100.7"}, "", "198.51.100.7"},
		"SpoofedAsAProxy":      {behind, "10.0.0.1:9", []string{"10.9.9.9, 198.51.100.7"}, "", "198.51.100.7"},
		"TwoProxies":           {behind, "10.0.0.1:9", []string{"192.0.2.1, 198.51.100.7, 10.0.0.2"}, "", "198.51.100.7"},
		"TwoLines":             {behind, "10.0.0.1:9", []string{"192.0.2.1", "198.51.100.7"}, "", "198.51.100.7"},
		"ProxiesAlone":         {behind, "10.0.0.1:9", []string{"10.0.0.3, 10.0.0.2"}, "", "10.0.0.3"},
		"NoHeader":             {behind, "10.0.0.1:9", nil, "", "10.0.0.1"},
		"EmptyHeader":          {behind, "10.0.0.1:9", []string{""}, "", "10.0.0.1"},
		"Nonsense":             {behind, "10.0.0.1:9", []string{"198.51.100.7, evil"}, "", "10.0.0.1"},
		"WithPort":             {behind, "10.0.0.1:9", []string{"198.51.100.7:4711"}, "", "198.51.100.7"},
		"IPv6":                 {behind, "[2001:db8:1::1]:9", []string{"[2001:db8:2::7]:4711"}, "", "2001:db8:2::7"},
		"IPv4InIPv6":           {behind, "[::ffff:10.0.0.1]:9", []string{"::ffff:198.51.100.7"}, "", "198.51.100.7"},
		"TheOtherHeader":       {behind, "10.0.0.1:9", nil, "for=198.51.100.7", "10.0.0.1"},
		"RFC":                  {rfc, "10.0.0.1:9", []string{"192.0.2.1"}, `for=192.0.2.1;proto=https, For="198.51.100.7:80";by=10.0.0.1`, "198.51.100.7"},
		"RFCOfIPv6":            {rfc, "10.0.0.1:9", nil, `for="[2001:db8:2::7]:4711";proto=https`, "2001:db8:2::7"},
		"RFCHidden":            {rfc, "10.0.0.1:9", nil, `for=198.51.100.7, for=_secret`, "10.0.0.1"},
		"RFCWithoutFor":        {rfc, "10.0.0.1:9", nil, `for=198.51.100.7, proto=https`, "10.0.0.1"},
		"RFCQuotedSeparators":  {rfc, "10.0.0.1:9", nil, `for="198.51.100.7, for=192.0.2.1"`, "10.0.0.1"},
		"AConnectionOfUnknown": {behind, "pipe", []string{"198.51.100.7"}, "", "invalid IP"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwardedFor}}
		if c.forwarded != "" {
			r.Header.Set("Forwarded", c.forwarded)
		}
		if got := c.proxies.client(r).String(); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}

func TestOnePlaceIsAnAddressOrAWholeNetworkOfIPv6(t *testing.T) {
	for address, want := range map[string]string{
		"198.51.100.7": "198.51.100.7", "2001:db8:0:1::7": "2001:db8:0:1::/64", "2001:db8:0:1:ffff::": "2001:db8:0:1::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := network(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is counted as %s, not %s", address, got, want)
		}
	}
}
