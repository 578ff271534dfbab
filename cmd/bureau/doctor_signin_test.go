package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"bureau/identity/oidctest"
)

func TestDoctorLooksAtTheSignIn(t *testing.T) {
	h := newSignInHouseOf(t, rosterConfiguration, public, "127.0.0.1:0")
	says := func() map[string]finding {
		t.Helper()
		found := map[string]finding{}
		got := program(t.Context(), nil, h.args("doctor", "--json")...)
		for _, f := range decodeLines[[]finding](t, got.stdout) {
			found[f.Part] = f
		}
		return found
	}
	expect := func(part string, ok bool, said, remedy string) {
		t.Helper()
		if f := says()[part]; f.OK != ok || !strings.Contains(f.Says, said) || !strings.Contains(f.Remedy, remedy) {
			t.Errorf("%+v", f)
		}
	}
	expect("sign-in corp", true, "1 keys; its redirect URI for Bureau must be http://localhost:9/sign-in/corp/callback", "")
	expect("scim corp", false, "no token that is good", "bureau scim token create corp")
	d := h.directory()
	expect("scim corp", false, "never sent anything", "the address http://localhost:9/scim/v2")
	d.send(201, "POST", "/Groups", `{"displayName":"HR"}`)
	expect("scim corp", false, "0 people, 1 groups, of which 0 stand for", "bureau scim groups corp")
	d.group("8aa1a0c0", d.user("u-1", "hanna"))
	expect("scim corp", true, "1 people, 2 groups, of which 1 stand for", "")
	for _, token := range decodeLines[[]scimTokenReport](t, h.run("", "scim", "token", "list", "--json")) {
		h.run("", "scim", "token", "revoke", token.ID)
	}
	h.run("", "scim", "token", "create", "corp", "--expires", "24h")
	expect("scim corp", false, "the last token ends at", "bureau scim token create corp")

	h.provider.Set(func(p *oidctest.Provider) { p.Before = func(*http.Request) bool { return false } })
	expect("sign-in corp", false, "does not answer", "/.well-known/openid-configuration")
	h.provider.Set(func(p *oidctest.Provider) { p.Before = nil })
	was := read(t, h.config)
	write(t, strings.TrimSuffix(h.config, "/bureau.yaml"), map[string]string{"bureau.yaml": strings.Replace(was, fmt.Sprintf("issuer: %q", h.provider.Issuer()), fmt.Sprintf("issuer: %q", h.provider.Issuer()+"/"), 1)})
	expect("sign-in corp", false, "issuer", "the same to the letter")
}
