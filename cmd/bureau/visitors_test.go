package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// visitorsConfiguration is a company with one site, whose key is in a file.
const visitorsConfiguration = `departments: [{id: hr}]
sources: [{id: hr, path: hr, readers: [hr]}]
groups: [{id: g-hr, departments: [hr]}]
serve: {url: "https://bureau.larkfield.example"}
sign_in:
  visitors:
    - {id: intranet, origins: ["https://intranet.larkfield.example"], keys: [{file: intranet.pem}], groups: {staff: g-hr}}
`

// writeKeys writes a key pair as a site has it.
func writeKeys(t *testing.T, folder string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	publicBytes, publicErr := x509.MarshalPKIXPublicKey(public)
	privateBytes, privateErr := x509.MarshalPKCS8PrivateKey(private)
	if err := errors.Join(publicErr, privateErr); err != nil {
		t.Fatal(err)
	}
	write(t, folder, map[string]string{
		"intranet.pem": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: publicBytes})),
		"intranet.key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: privateBytes})),
	})
}

func TestMistakesInTheSitesAreNamedWithTheirLine(t *testing.T) {
	folder := t.TempDir()
	writeKeys(t, folder)
	write(t, folder, map[string]string{"hr/leave.md": "# Leave\n\nThere are 26 days.\n"})
	config := filepath.Join(folder, "bureau.yaml")
	check := func(document string, vars map[string]string) outcome {
		write(t, folder, map[string]string{"bureau.yaml": document})
		return program(t.Context(), vars, "-c", config, "--model", none, "--embedder", none, "status")
	}
	if got := check(visitorsConfiguration, nil); got.status != exitDone {
		t.Fatalf("%d: %s", got.status, got.stderr)
	}
	with := func(old, replacement string) string {
		changed := strings.Replace(visitorsConfiguration, old, replacement, 1)
		if changed == visitorsConfiguration {
			t.Fatalf("%q is not there", old)
		}
		return changed
	}
	const secret = "0123456789abcdef0123456789abcdef"
	for name, c := range map[string]struct {
		document string
		vars     map[string]string
		why      []string
	}{
		"NoOrigins":     {with(`origins: ["https://intranet.larkfield.example"], `, ""), nil, []string{":7: visitors of intranet", "origins is empty"}},
		"EmptyOrigins":  {with(`["https://intranet.larkfield.example"]`, "[]"), nil, []string{"origins is empty"}},
		"Wildcard":      {with("https://intranet.", "https://*."), nil, []string{"wildcard"}},
		"AnyOrigin":     {with(`"https://intranet.larkfield.example"`, `"*"`), nil, []string{"wildcard"}},
		"InTheClear":    {with("https://intranet.", "http://intranet."), nil, []string{"must begin with https://"}},
		"OwnOrigin":     {with("https://intranet.", "https://bureau."), nil, []string{"Bureau's own"}},
		"NoURL":         {with(`serve: {url: "https://bureau.larkfield.example"}`, ""), nil, []string{"serve.url is missing"}},
		"ID":            {with("id: intranet", "id: Intra_net"), nil, []string{"its id"}},
		"IDOfAWayIn":    {with("id: intranet", "id: password"), nil, []string{"its id"}},
		"NoGroups":      {with(", groups: {staff: g-hr}", ""), nil, []string{"groups is missing"}},
		"UnknownGroup":  {with("staff: g-hr", "staff: g-hrr"), nil, []string{`"staff" stands for group "g-hrr"`}},
		"UnknownPerson": {with("groups: {staff: g-hr}", `people: {"1": hanna}`), nil, []string{`"1" stands for person "hanna"`}},
		"ShortIdle":     {with("groups: {", "idle: 1m, groups: {"), nil, []string{"session and idle"}},
		"IdleIsLonger":  {with("groups: {", "idle: 1h, groups: {"), nil, []string{"session and idle"}},
		"NoKeyFile":     {with("intranet.pem", "none.pem"), nil, []string{"none.pem"}},
		"PrivateKey":    {with("intranet.pem", "intranet.key"), nil, []string{"private key"}},
		"SecretInFile":  {with("keys: [{file: intranet.pem}]", "secret: "+secret), nil, []string{`unknown key "secret"`}},
		"KeyAndSecret":  {visitorsConfiguration, map[string]string{"BUREAU_VISITORS_SECRET_INTRANET": secret}, []string{"both keys and a secret"}},
		"ShortSecret":   {with("keys: [{file: intranet.pem}], ", ""), map[string]string{"BUREAU_VISITORS_SECRET_INTRANET": secret[1:]}, []string{"shorter", "BUREAU_VISITORS_SECRET_INTRANET"}},
		"Empty":         {with(`- {id: intranet, origins: ["https://intranet.larkfield.example"], keys: [{file: intranet.pem}], groups: {staff: g-hr}}`, "-"), nil, []string{":7: visitors of a site without anything"}},
		"OriginOfTwo": {visitorsConfiguration + `    - {id: two, origins: ["https://intranet.larkfield.example"], keys: [{file: intranet.pem}], groups: {staff: g-hr}}` + "\n", nil,
			[]string{":8: visitors of two", "is intranet's"}},
	} {
		got := check(c.document, c.vars)
		for _, why := range c.why {
			if got.status != exitMisused || !strings.Contains(got.stderr, why) {
				t.Errorf("%s: %d: %q is not in\n%s", name, got.status, why, got.stderr)
			}
		}
		if len(c.vars) > 0 && strings.Contains(got.stderr, secret[1:]) {
			t.Errorf("%s: the secret is in the message: %s", name, got.stderr)
		}
	}
}

// A secret is the server's alone: other commands do without it.
func TestASitesSecretComesFromTheEnvironmentOrAFile(t *testing.T) {
	folder := t.TempDir()
	const secret = "0123456789abcdef0123456789abcdef"
	document := strings.Replace(visitorsConfiguration, "keys: [{file: intranet.pem}], ", "", 1)
	write(t, folder, map[string]string{"bureau.yaml": document, "intranet.secret": secret + "\n", "hr/leave.md": "# Leave\n\nThere are 26 days.\n"})
	config := filepath.Join(folder, "bureau.yaml")
	command := func(vars map[string]string, args ...string) outcome {
		return program(t.Context(), vars, append([]string{"-c", config, "--model", none, "--embedder", none}, args...)...)
	}
	if got := command(nil, "ingest"); got.status != exitDone {
		t.Errorf("ingest without the secret: %d: %s", got.status, got.stderr)
	}
	if got := command(nil, "serve", "--listen", "127.0.0.1:0"); got.status != exitMisused || !strings.Contains(got.stderr, "neither keys nor a secret") || !strings.Contains(got.stderr, "BUREAU_VISITORS_SECRET_INTRANET") {
		t.Errorf("serve without the secret: %d: %s", got.status, got.stderr)
	}
	lookup := func(name string) (string, bool) {
		return map[string]string{"BUREAU_VISITORS_SECRET_INTRANET": secret}[name], name == "BUREAU_VISITORS_SECRET_INTRANET"
	}
	opens := func(s *settings) {
		t.Helper()
		c, err := s.load()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.site(c.signIn.Visitors[0], nil); err != nil {
			t.Error(err)
		}
	}
	opens(&settings{Config: config, lookup: lookup})
	write(t, folder, map[string]string{"bureau.yaml": strings.Replace(document, "groups: {staff", "secret_file: intranet.secret, groups: {staff", 1)})
	opens(&settings{Config: config})
	if got := command(map[string]string{"BUREAU_VISITORS_SECRET_INTRANET": secret}, "status"); got.status != exitMisused || !strings.Contains(got.stderr, "leave one of them out") {
		t.Errorf("in both: %d: %s", got.status, got.stderr)
	}
	if err := os.Remove(filepath.Join(folder, "intranet.secret")); err != nil {
		t.Fatal(err)
	}
	if got := command(nil, "status"); got.status != exitMisused || !strings.Contains(got.stderr, "secret_file") {
		t.Errorf("a file that is not there: %d: %s", got.status, got.stderr)
	}
}
