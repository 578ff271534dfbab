package git

import (
	"encoding/pem"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// serve serves the repositories in a folder over https to whoever has the token,
// and returns the address and the file with the certificate.
func serve(t *testing.T, folder string) (url, certificate string) {
	t.Helper()
	place, err := exec.CommandContext(t.Context(), "git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	backend := filepath.Join(strings.TrimSpace(string(place)), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("git is installed here without its http-backend")
	}
	git := &cgi.Handler{Path: backend, Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1", "PATH=" + os.Getenv("PATH"), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"}}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "x-access-token" || password != "t0ken":
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasPrefix(r.URL.Path, "/moved/"):
			http.Redirect(w, r, "/"+strings.TrimPrefix(r.URL.RequestURI(), "/moved/"), http.StatusMovedPermanently)
		default:
			git.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	certificate = filepath.Join(t.TempDir(), "certificate.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, certificate
}

func TestTokenSignsInOverHTTPS(t *testing.T) {
	p := newProject(t)
	p.commit(map[string]string{"a.md": "a"})
	url, certificate := serve(t, filepath.Dir(p.folder))
	r := p.repository()
	r.URL = url + "/" + filepath.Base(p.folder) + "/.git"
	r.Environment = append(r.Environment, "GIT_SSL_CAINFO="+certificate)
	folder, token := t.TempDir(), "wrong"
	r.Token = func() (string, error) { return token, nil }
	if err := r.Fetch(t.Context(), folder); err == nil || strings.Contains(err.Error(), "wrong") { // and nobody is asked for another
		t.Errorf("a wrong token: %v", err)
	}
	token = "t0ken"
	if err := r.Fetch(t.Context(), folder); err != nil || texts(t, folder)["a.md"] != "a" {
		t.Errorf("%v, %q", err, texts(t, folder))
	}
	r.URL = strings.Replace(r.URL, url, url+"/moved", 1)
	if err := r.Fetch(t.Context(), t.TempDir()); err == nil || strings.Contains(err.Error(), token) {
		t.Errorf("a redirect is followed: %v", err)
	}
}
