package scim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/identity"
	"bureau/store"
)

// company is the policy of these tests.
const company = `
departments: [{id: hr}, {id: finance}]
groups:
  - {id: hr-team, departments: [hr]}
  - {id: finance-team, departments: [finance]}
people: [{id: finn, departments: [finance]}]
`

const issuer = "https://login.larkfield.example"

// A house is a door with the directory behind it.
type house struct {
	t         *testing.T
	directory *identity.Directory
	server    *httptest.Server
	token     string                                               // of provider corp
	reopen    func(map[string]identity.Grants) *identity.Directory // with other providers
	groups    map[string]string                                    // what the providers' groups stand for
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "bureau.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	policy, err := access.Parse("bureau.yaml", []byte(company))
	if err != nil {
		t.Fatal(err)
	}
	groups := map[string]string{"g-0001": "hr-team", "g-0002": "finance-team"}
	h := &house{t: t, groups: groups}
	h.reopen = func(providers map[string]identity.Grants) *identity.Directory {
		directory, err := identity.Open(t.Context(), db, identity.Config{Policy: func() *access.Policy { return policy }, Providers: providers})
		if err != nil {
			t.Fatal(err)
		}
		return directory
	}
	h.directory = h.reopen(map[string]identity.Grants{
		"corp":    {Issuer: issuer, Roster: true, Groups: groups, People: map[string]string{"u-0007": "finn"}},
		"partner": {Issuer: "https://partner.example", Roster: true, Groups: groups},
		"plain":   {Issuer: "https://plain.example"},
	})
	h.token = h.newToken("corp")
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", New(Config{Directory: h.directory, Base: "https://bureau.example.com/scim/v2"})))
	h.server = httptest.NewServer(mux)
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) newToken(provider string) string {
	h.t.Helper()
	_, secret, err := h.directory.NewRosterToken(h.t.Context(), identity.RosterToken{Provider: provider, Name: "sync", Expires: time.Now().Add(time.Hour)}, time.Now())
	if err != nil {
		h.t.Fatal(err)
	}
	return secret
}

// An answer is what the door says.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// send sends a request with a token.
func (h *house) send(token, method, path, body string) answer {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+"/scim/v2"+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	request.Header.Set("Content-Type", "application/scim+json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, header: response.Header, text: string(text)}
	if len(text) > 0 {
		if err := json.Unmarshal(text, &a.body); err != nil {
			h.t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return a
}

// do sends a request of provider corp that must have a status.
func (h *house) do(status int, method, path, body string) answer {
	h.t.Helper()
	a := h.send(h.token, method, path, body)
	if a.status != status {
		h.t.Fatalf("%s %s: %d, want %d\n%s", method, path, a.status, status, a.text)
	}
	return a
}

// user creates a user and returns the id.
func (h *house) user(external, name string) string {
	h.t.Helper()
	return h.do(201, "POST", "/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"externalId":%q,"userName":%q,"active":true}`, external, name)).body["id"].(string)
}

// group creates a group with members and returns the id.
func (h *house) group(external, name string, members ...string) string {
	h.t.Helper()
	list := []map[string]string{}
	for _, m := range members {
		list = append(list, map[string]string{"value": m})
	}
	body, err := json.Marshal(map[string]any{"schemas": []string{groupSchema}, "externalId": external, "displayName": name, "members": list})
	if err != nil {
		h.t.Fatal(err)
	}
	return h.do(201, "POST", "/Groups", string(body)).body["id"].(string)
}

// patch sends operations.
func (h *house) patch(status int, path, operations string) answer {
	h.t.Helper()
	return h.do(status, "PATCH", path, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`+operations+`]}`)
}

// reads returns what a user reads now, besides what everyone does, or why not.
func (h *house) reads(user string) string {
	h.t.Helper()
	scope, err := h.directory.Scope("sso:"+user, time.Now())
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, d := range scope.Departments() {
		if d != access.Everyone {
			names = append(names, string(d))
		}
	}
	return strings.Join(names, " ")
}

// at returns what is at a place such as "name.givenName" or "emails.0.value".
func (a answer) at(place string) any {
	var value any = a.body
	for part := range strings.SplitSeq(place, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			n := int(part[0] - '0')
			if n >= len(v) {
				return nil
			}
			value = v[n]
		default:
			return nil
		}
	}
	return value
}

// has checks what is at several places.
func (a answer) has(t *testing.T, want map[string]any) {
	t.Helper()
	for place, value := range want {
		if got := a.at(place); fmt.Sprint(got) != fmt.Sprint(value) {
			t.Errorf("%s is %v, want %v, in %s", place, got, value, a.text)
		}
	}
}
