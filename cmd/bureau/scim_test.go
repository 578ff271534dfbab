package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bureau/identity/oidctest"
)

// rosterConfiguration is a company whose provider sends its people and groups.
var rosterConfiguration = strings.Replace(signInConfiguration, `      groups: {"/HR & Payroll/人力资源": g-hr}
`, `      groups: {"8aa1a0c0": g-hr}
      scim: {claim: oid, verified_addresses: true}
`, 1)

// A directoryOf is the directory of a provider, as it speaks to Bureau.
type directoryOf struct {
	h     *signInHouse
	token string
}

func (h *signInHouse) directory() directoryOf {
	h.t.Helper()
	return directoryOf{h, strings.TrimSpace(h.run("", "scim", "token", "create", "corp"))}
}

// send sends a request that must have a status, and returns the id in the reply.
func (d directoryOf) send(status int, method, path, body string) (id string) {
	d.h.t.Helper()
	got, text := d.try(method, path, body)
	if got != status {
		d.h.t.Fatalf("%s %s: %d %s", method, path, got, text)
	}
	var entry struct{ ID string }
	_ = json.Unmarshal([]byte(text), &entry) // of a reply with a body
	return entry.ID
}

func (d directoryOf) try(method, path, body string) (status int, text string) {
	d.h.t.Helper()
	request, err := http.NewRequestWithContext(d.h.t.Context(), method, public+"/scim/v2"+path, strings.NewReader(body))
	if err != nil {
		d.h.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	response, err := d.h.browser().client.Do(request)
	if err != nil {
		d.h.t.Fatal(err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil {
		d.h.t.Fatal(err)
	}
	return response.StatusCode, string(reply)
}

func (d directoryOf) user(external, name string) string {
	return d.send(201, "POST", "/Users", fmt.Sprintf(`{"externalId":%q,"userName":%q,"displayName":"%s of SCIM","emails":[{"value":"%s@larkfield.example"}],"active":true}`, external, name, name, name))
}

func (d directoryOf) group(external string, members ...string) string {
	list, _ := json.Marshal(members)
	values := strings.NewReplacer(`["`, `[{"value":"`, `","`, `"},{"value":"`, `"]`, `"}]`).Replace(string(list))
	return d.send(201, "POST", "/Groups", fmt.Sprintf(`{"externalId":%q,"displayName":"HR","members":%s}`, external, values))
}

func (d directoryOf) active(user string, active bool) {
	d.send(200, "PATCH", "/Users/"+user, fmt.Sprintf(`{"Operations":[{"op":"Replace","path":"active","value":"%t"}]}`, active))
}

// signsIn has the provider sign somebody in next.
func (h *signInHouse) signsIn(subject, oid string) {
	h.provider.Set(func(p *oidctest.Provider) {
		p.Person = oidctest.Claims{"sub": subject, "oid": oid, "name": "Hanna Reed", "groups": []string{"g-finance"}, "sid": "s-" + subject}
	})
}

func TestAProvidersDirectoryFromTheFirstTokenToTheLastDay(t *testing.T) {
	h := newSignInHouseOf(t, rosterConfiguration, public, "127.0.0.1:0")
	h.signsIn("pairwise-1", "u-1")
	b := h.browser()
	if page := b.get("/sign-in/corp"); !strings.Contains(page, "directory does not list you") {
		t.Fatalf("before the directory has sent anybody: %s", page)
	}
	d := h.directory()
	hanna := d.user("u-1", "hanna")
	group := d.group("8aa1a0c0", hanna)
	if page := b.get("/sign-in/corp"); !strings.Contains(page, "<bureau-chat") || !strings.Contains(page, "hanna of SCIM") {
		t.Fatalf("after the sign-in: %s", page)
	}
	if status, answer := b.askHTTP("", aboutEngineers); status != http.StatusOK || !strings.Contains(answer, "63,500") || strings.Contains(answer, "Heron") {
		t.Errorf("%d %s", status, answer)
	}
	if groups := decodeLines[[]scimGroupReport](t, h.run("", "scim", "groups", "corp", "--json")); len(groups) != 1 || groups[0].Group != "g-hr" || groups[0].Members != 1 || groups[0].ID != group {
		t.Errorf("groups %+v", groups)
	}
	for command, want := range map[string]string{
		"why sso:" + hanna + " hr/bands.md": "yes: sso:" + hanna + " (hanna of SCIM): member of hr, by group g-hr\n",
		"who hr/bands.md":                   "hanna of SCIM  member of hr, by group g-hr\n",
		"user list":                         `(hanna of SCIM): active, by SCIM of provider corp, "hanna", externalId "u-1", in g-hr of `,
		"scim groups corp":                  `(externalId 8aa1a0c0) "HR": 1 members, stands for g-hr`,
	} {
		if got := h.run("", strings.Fields(command)...); !strings.Contains(got, want) {
			t.Errorf("%s: %q is not in\n%s", command, want, got)
		}
	}
	token := strings.TrimSpace(h.run("", "token", "create", "sso:"+hanna, "--name", "nightly"))
	if status, _ := b.askHTTP(d.token, aboutEngineers); status != http.StatusUnauthorized {
		t.Errorf("the directory's token asks: %d", status)
	}

	// The group takes her out, in the middle of her session.
	d.send(204, "PATCH", "/Groups/"+group, `{"Operations":[{"op":"remove","path":"members[value eq \"`+hanna+`\"]"}]}`)
	if status, answer := b.askHTTP("", aboutEngineers); status != http.StatusNotFound || strings.Contains(answer, "63,500") {
		t.Errorf("out of the group: %d %s", status, answer)
	}
	d.send(204, "PATCH", "/Groups/"+group, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+hanna+`"}]}]}`)
	if status, _ := b.askHTTP("", aboutEngineers); status != http.StatusOK {
		t.Errorf("in the group again: %d", status)
	}

	// She is deleted in the middle of her session.
	ws := h.socketOf(b)
	d.send(204, "DELETE", "/Users/"+hanna, "")
	if took := ends(t, ws, time.Now()); took > 5*time.Second {
		t.Errorf("the socket stayed open for %v", took)
	}
	for name, secret := range map[string]string{"the session": "", "the token": token} {
		if status, answer := b.askHTTP(secret, aboutEngineers); status != http.StatusUnauthorized || strings.Contains(answer, "63,500") {
			t.Errorf("%s of who is deleted: %d %s", name, status, answer)
		}
	}
	if page := b.get("/sign-in/corp"); !strings.Contains(page, "directory does not list you") {
		t.Errorf("who is deleted signs in: %s", page)
	}
	tokens := decodeLines[[]scimTokenReport](t, h.run("", "scim", "token", "list", "--json"))
	if len(tokens) != 1 || tokens[0].Used.IsZero() || strings.Contains(fmt.Sprint(tokens), d.token) {
		t.Fatalf("%+v", tokens)
	}
	h.run("", "scim", "token", "revoke", tokens[0].ID)
	if status, text := d.try("GET", "/Users", ""); status != http.StatusUnauthorized {
		t.Errorf("a token that has ended: %d %s", status, text)
	}
}

func TestMistakesInSCIMAreNamed(t *testing.T) {
	folder := t.TempDir()
	config := filepath.Join(folder, "bureau.yaml")
	for name, c := range map[string]struct{ scim, want string }{
		"AName":     {"scim: {claim: preferred_username}", "bureau.yaml:4: provider corp: scim.claim: preferred_username is a name"},
		"Groups":    {"scim: {}\n      groups_claim: roles", "with scim the groups are those that SCIM sends"},
		"Nothing":   {"scim:", "bureau.yaml:7: scim without anything in it"},
		"Unknown":   {"scim: {claims: sub}", `unknown key "claims"`},
		"NoAddress": {"scim: {}", "serve.url is missing"},
	} {
		write(t, folder, map[string]string{"bureau.yaml": "departments: [{id: hr}]\nsign_in:\n  providers:\n    - id: corp\n      issuer: https://login.example.com\n      client_id: bureau\n      " + c.scim + "\n"})
		if got := program(t.Context(), nil, "-c", config, "status"); got.status != exitMisused || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	write(t, folder, map[string]string{"bureau.yaml": "departments: [{id: hr}]\nserve: {url: https://bureau.example.com}\nsign_in:\n  providers:\n    - {id: corp, issuer: https://login.example.com, client_id: bureau}\nsources: [{id: all, path: ., readers: [everyone]}]\n"})
	for _, args := range [][]string{{"scim", "token", "create", "corp"}, {"scim", "groups", "corp"}} {
		if got := program(t.Context(), nil, append([]string{"-c", config}, args...)...); got.status != exitMisused || !strings.Contains(got.stderr, `provider "corp" sends no people`) {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
