package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// guardedCompany is a configuration of one person; a test adds its serve.
const guardedCompany = `
data: data
departments: [{id: hr, name: Human Resources}]
people: [{id: hanna, name: Hanna Reed, departments: [hr], roles: [administrator]}, {id: mei, name: Mei Lin, departments: [hr]}]
sources: [{id: hr, path: hr, readers: [hr]}]
sign_in: {passwords: true}
`

// smallHouse writes a company into a folder and indexes it.
func smallHouse(t *testing.T, serve string) house {
	t.Helper()
	folder := t.TempDir()
	write(t, folder, map[string]string{
		"bureau.yaml": guardedCompany + serve,
		"hr/leave.md": "# Leave\n\nAnnual leave is 26 days a year in Leeds.\n",
	})
	h := house{t, filepath.Join(folder, "bureau.yaml"), filepath.Join(folder, "data")}
	h.mustRun("ingest")
	return h
}

// account gives a person a password.
func (h house) account(person, password string) {
	h.t.Helper()
	var said bytes.Buffer
	args := []string{"-c", h.config, "--data", h.data, "user", "add", person}
	if status := run(h.t.Context(), env{args: args, lookup: unset, stdout: &said, stderr: &said, stdin: strings.NewReader(password + "\n")}); status != exitDone {
		h.t.Fatalf("user add: %d\n%s", status, &said)
	}
}

// unset is an environment without anything in it.
func unset(string) (string, bool) { return "", false }

// serve runs the server until the test ends and returns its address, with the
// scheme.
func (h house) serve() string {
	t := h.t
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		args := []string{"-c", h.config, "--data", h.data, "--model", none, "--embedder", none, "serve", "--listen", "127.0.0.1:0"}
		ended <- run(ctx, env{args: args, lookup: unset, stdout: writer, stderr: io.Discard})
		writer.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != exitDone {
			t.Errorf("serve ended with %d", status)
		}
	})
	said := make([]byte, 200)
	n, err := reader.Read(said)
	address := regexp.MustCompile(`https?://\S+`).FindString(string(said[:n]))
	if address == "" {
		t.Fatalf("serve said %q, %v", said[:n], err)
	}
	return address
}

// certify writes a certificate for localhost with its key, and returns who
// trusts it.
func certify(t *testing.T, folder string, serial int64) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	whole := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	if err := os.WriteFile(filepath.Join(folder, "tls.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "tls.crt"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(whole)
	return pool
}

// A seen is what a client sees of a reply.
type seen struct {
	status, version int
	header          http.Header
}

// overTLS asks for a page with certain settings.
func overTLS(t *testing.T, address string, settings *tls.Config) (seen, error) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{TLSClientConfig: settings, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/sign-in", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return seen{}, err
	}
	defer response.Body.Close()
	return seen{response.StatusCode, response.ProtoMajor, response.Header}, nil
}

func TestTLSIsServedFromFilesAndRenewedWithThem(t *testing.T) {
	h := smallHouse(t, "serve: {tls: {cert: tls.crt, key: tls.key}}\n")
	first := certify(t, h.folder(), 1)
	address := h.serve()
	if !strings.HasPrefix(address, "https://") {
		t.Fatalf("it says %s", address)
	}
	got, err := overTLS(t, address, &tls.Config{RootCAs: first})
	if err != nil || got.status != http.StatusOK || got.header.Get("Strict-Transport-Security") == "" || got.version != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for version, spoken := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		dialer := tls.Dialer{Config: &tls.Config{RootCAs: first, ServerName: "localhost", MinVersion: version, MaxVersion: version}}
		conn, err := dialer.DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "https://"))
		if (err == nil) != spoken {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			conn.Close()
		}
	}
	if inClear, err := overTLS(t, "http"+strings.TrimPrefix(address, "https"), nil); err == nil && inClear.status < http.StatusBadRequest {
		t.Errorf("in the clear: %d", inClear.status)
	}

	write(t, h.folder(), map[string]string{"tls.crt": "half a renewal"})
	if _, err := overTLS(t, address, &tls.Config{RootCAs: first}); err != nil {
		t.Errorf("while it is renewed: %v", err)
	}
	second := certify(t, h.folder(), 2)
	if _, err := overTLS(t, address, &tls.Config{RootCAs: second}); err != nil {
		t.Errorf("after it was renewed: %v", err)
	}
	if _, err := overTLS(t, address, &tls.Config{RootCAs: first}); err == nil {
		t.Error("the certificate before is still served")
	}
}

// Over TLS a session is in a cookie that no other host and nothing in the clear
// can set, whatever a header says.
func TestCookiesAreSecureBehindAProxyThatEndsTLS(t *testing.T) {
	h := smallHouse(t, "serve: {url: https://bureau.example.com, proxies: [127.0.0.1]}\n")
	h.account("hanna", "a long enough password")
	address := h.serve()
	for proto, host := range map[string]string{"https": "bureau.example.com", "http": "BUREAU.example.com:443", "": "bureau.example.com"} {
		form := url.Values{"person": {"hanna"}, "password": {"a long enough password"}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/sign-in", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-Proto", proto)
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		cookie := response.Header.Get("Set-Cookie")
		for _, part := range []string{"__Host-bureau_session=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"} {
			if !strings.Contains(cookie, part) {
				t.Errorf("the proxy says %q: cookie %q lacks %s", proto, cookie, part)
			}
		}
		if response.Header.Get("Strict-Transport-Security") == "" || strings.Contains(cookie, "Domain") {
			t.Errorf("%v", response.Header)
		}
	}
}

func TestBureauAnswersUnderItsOwnNameAlone(t *testing.T) {
	address := smallHouse(t, "serve: {url: https://bureau.example.com}\n").serve()
	for _, c := range []struct {
		path, host string
		status     int
	}{
		{"/sign-in", "bureau.example.com", http.StatusOK}, {"/sign-in", "127.0.0.1", http.StatusOK}, {"/sign-in", "localhost:8080", http.StatusOK},
		{"/sign-in", "evil.example", http.StatusMisdirectedRequest}, {"/api/sessions", "bureau.example.com.evil.example", http.StatusMisdirectedRequest},
		{"/healthz", "10.1.2.3", http.StatusOK},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+c.path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = c.host
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%s under %s: %d, not %d", c.path, c.host, response.StatusCode, c.status)
		}
	}
}

func TestMistakesInTheGuardsAreNamed(t *testing.T) {
	for serve, want := range map[string]string{
		"{metrics: 9464}":                                 `serve.metrics: "9464"`,
		"{proxies: [nginx]}":                              `serve.proxies: "nginx"`,
		"{proxies: [0.0.0.0/0]}":                          "is everybody",
		"{proxies: ['::/0']}":                             "is everybody",
		"{proxies: [10.0.0.1], proxy_header: Via}":        `"Via"`,
		"{proxy_header: Forwarded}":                       "serve.proxies",
		"{limits: {asks: 60}}":                            `"60" is no limit such as 60/m`,
		"{limits: {asks: 0/m}}":                           `"0/m"`,
		"{limits: {askss: 60/m}}":                         `"askss"`,
		"{tls: {cert: a.pem}}":                            "serve.tls: it needs both",
		"{tls: {cert: a, key: b}, url: http://localhost}": `"http://localhost" must begin with https://`,
		"{tls: {cert: none.pem, key: none.key}}":          "serve.tls.key",
		"{tls: {cert: open.pem, key: open.pem}}":          "chmod 600",
		"{tls: {cert: hr/leave.md, key: kept.key}}":       "serve.tls: certificate",
	} {
		folder := t.TempDir()
		write(t, folder, map[string]string{"bureau.yaml": guardedCompany + "serve: " + serve + "\n", "hr/leave.md": "# Leave\n", "kept.key": "", "open.pem": ""})
		for name, mode := range map[string]os.FileMode{"kept.key": 0o600, "open.pem": 0o644} {
			if err := os.Chmod(filepath.Join(folder, name), mode); err != nil {
				t.Fatal(err)
			}
		}
		h := house{t, filepath.Join(folder, "bureau.yaml"), filepath.Join(folder, "data")}
		h.run("ingest")
		got := h.run("serve", "--listen", "127.0.0.1:0")
		if got.status != exitMisused || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: status %d, %q is not in: %s", serve, got.status, want, got.stderr)
		}
	}
}

// freeAddress returns an address of loopback that nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// form sends a form as a page of the server does.
func (v visitor) form(path string, form url.Values) string {
	v.t.Helper()
	request, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(request)
}
