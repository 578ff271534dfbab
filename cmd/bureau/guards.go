package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"bureau/web"
)

// guards are what stands between the chat server and whoever reaches it.
type guards struct {
	Proxies     []string   `yaml:"proxies"`      // addresses and networks of servers in front
	ProxyHeader string     `yaml:"proxy_header"` // that they write; X-Forwarded-For unless set
	Limits      web.Limits `yaml:"limits"`
	TLS         tlsConfig  `yaml:"tls"`
	Metrics     string     `yaml:"metrics"` // address that they are served at without asking who reads them
}

// The headers that a proxy may say with where a request comes from.
const (
	headerList = "x-forwarded-for"
	headerRFC  = "forwarded" // RFC 7239
)

// check returns every mistake.
func (g guards) check() error {
	var mistakes []error
	for _, proxy := range g.Proxies {
		if of, err := proxyRange(proxy); err != nil {
			mistakes = append(mistakes, fmt.Errorf("serve.proxies: %q is no address or network such as 10.0.0.0/8", proxy))
		} else if of.Bits() == 0 {
			mistakes = append(mistakes, fmt.Errorf("serve.proxies: %q is everybody, and anybody could say to be anywhere; name the servers in front", proxy))
		}
	}
	if _, _, err := net.SplitHostPort(g.Metrics); g.Metrics != "" && err != nil {
		mistakes = append(mistakes, fmt.Errorf("serve.metrics: %q is not an address like 127.0.0.1:9464", g.Metrics))
	}
	switch strings.ToLower(g.ProxyHeader) {
	case "", headerList, headerRFC:
	default:
		mistakes = append(mistakes, fmt.Errorf("serve.proxy_header: %q is neither X-Forwarded-For nor Forwarded", g.ProxyHeader))
	}
	if g.ProxyHeader != "" && len(g.Proxies) == 0 {
		mistakes = append(mistakes, errors.New("serve.proxy_header: no header is believed without serve.proxies, which names the servers in front"))
	}
	return errors.Join(mistakes...)
}

// proxyRange reads an address or a network.
func proxyRange(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil {
		return address.Unmap().Prefix(address.Unmap().BitLen())
	}
	of, err := netip.ParsePrefix(text)
	return of.Masked(), err
}

// believed returns the servers in front as the front door knows them.
func (g guards) believed() web.Proxies {
	believed := web.Proxies{Forwarded: strings.EqualFold(g.ProxyHeader, headerRFC)}
	for _, proxy := range g.Proxies {
		if of, err := proxyRange(proxy); err == nil { // else unreachable: it was checked
			believed.From = append(believed.From, of)
		}
	}
	return believed
}
