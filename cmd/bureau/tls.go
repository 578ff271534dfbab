package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"
)

// A tlsConfig names the files of a certificate, in PEM.
type tlsConfig struct {
	Cert string `yaml:"cert"` // with the chain below it
	Key  string `yaml:"key"`
}

func (c tlsConfig) configured() bool { return c != tlsConfig{} }

// expiresSoon is how long before its end a certificate is warned of.
const expiresSoon = 14 * 24 * time.Hour

// A certificate is that of two files, as they are now. Who renews it replaces
// the files; connections that are open keep what they began with.
type certificate struct {
	files  tlsConfig
	mu     sync.Mutex
	loaded *tls.Certificate
	stamps [2]fileStamp // of the files as they were last read
}

// openCertificate reads a certificate that must be whole.
func openCertificate(files tlsConfig) (*certificate, error) {
	c := &certificate{files: files, stamps: [2]fileStamp{stamp(files.Cert), stamp(files.Key)}}
	if err := c.read(); err != nil {
		return nil, misuse{err}
	}
	return c, nil
}

// server returns the settings of a server with this certificate: TLS 1.2 or
// later, and what Go's library holds for safe beyond that.
func (c *certificate) server() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.now(), nil },
	}
}

// now returns the certificate of the files. While they are no whole one, as in
// the middle of a renewal, it is the one before.
func (c *certificate) now() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	stamps := [2]fileStamp{stamp(c.files.Cert), stamp(c.files.Key)}
	if stamps == c.stamps {
		return c.loaded
	}
	c.stamps = stamps
	if err := c.read(); err != nil {
		slog.Error("the certificate was changed and cannot be used; the one before is kept", "error", err)
	} else {
		slog.Info("the certificate was renewed", "until", c.loaded.Leaf.NotAfter)
	}
	return c.loaded
}

// read reads the files.
func (c *certificate) read() error {
	if err := keptToItself(c.files.Key); err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.files.Cert, c.files.Key)
	if err != nil {
		return fmt.Errorf("serve.tls: certificate %s with key %s: %w", c.files.Cert, c.files.Key, err)
	}
	if left := time.Until(pair.Leaf.NotAfter); left < expiresSoon {
		slog.Warn("the certificate of the server ends soon, or has: browsers refuse it then", "until", pair.Leaf.NotAfter)
	}
	c.loaded = &pair
	return nil
}

// keptToItself reports a key that everybody on the machine may read.
func keptToItself(key string) error {
	info, err := os.Stat(key)
	if err != nil {
		return fmt.Errorf("serve.tls.key: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return fmt.Errorf("serve.tls.key: everybody on this machine may read %s (%s); chmod 600 it", key, info.Mode().Perm())
	}
	return nil
}

// checkTLS returns what is wrong with how a server is named and keyed.
func (c serveConfig) checkTLS() error {
	switch {
	case c.TLS.configured() && (c.TLS.Cert == "" || c.TLS.Key == ""):
		return errors.New("serve.tls: it needs both cert and key, the files of a certificate and its key")
	case c.TLS.configured() && c.URL != "" && !c.secure():
		return fmt.Errorf("serve.url: %q must begin with https://, for serve.tls speaks nothing else", c.URL)
	}
	return nil
}
