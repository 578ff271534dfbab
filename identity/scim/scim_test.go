package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bureau/identity"
)

// The bodies here have the shapes of the examples in RFC 7644, sections 3.3 to
// 3.6, and the people of the sample company.

func TestRFC7644_AUserIsCreatedReadReplacedAndDeleted(t *testing.T) {
	h := newHouse(t)
	made := h.do(201, "POST", "/Users", `{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"], "userName":"hreed", "externalId":"hreed-1",
		"name":{"formatted":"Ms. Hanna J Reed III", "familyName":"Reed", "givenName":"Hanna"}, "password":"never kept"}`)
	id := made.at("id").(string)
	made.has(t, map[string]any{"userName": "hreed", "externalId": "hreed-1", "name.familyName": "Reed", "active": true, "meta.resourceType": "User",
		"meta.location": "https://bureau.example.com/scim/v2/Users/" + id, "password": nil})
	if made.header.Get("Location") != made.at("meta.location") || made.header.Get("Content-Type") != "application/scim+json" {
		t.Errorf("headers %v", made.header)
	}
	h.do(200, "GET", "/Users/"+id, "").has(t, map[string]any{"id": id, "userName": "hreed"})

	replaced := h.do(200, "PUT", "/Users/"+id, `{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"], "id":"`+id+`", "userName":"hreed", "externalId":"hreed-1",
		"name":{"formatted":"Ms. Hanna J Reed III", "familyName":"Reed", "givenName":"Hanna", "middleName":"Jane"}, "roles":[],
		"emails":[{"value":"hreed@larkfield.example"},{"value":"hanna@reed.example","type":"home"}]}`)
	replaced.has(t, map[string]any{"emails.0.value": "hreed@larkfield.example", "emails.1.type": "home", "active": true})

	h.do(204, "DELETE", "/Users/"+id, "")
	h.do(404, "GET", "/Users/"+id, "").has(t, map[string]any{"schemas.0": "urn:ietf:params:scim:api:messages:2.0:Error", "status": "404"})
	h.do(404, "DELETE", "/Users/"+id, "")
	h.do(404, "PUT", "/Users/"+id, `{"userName":"hreed"}`)
	h.patch(404, "/Users/"+id, `{"op":"replace","path":"active","value":true}`)
}

func TestRFC7644_AGroupIsPatched(t *testing.T) {
	h := newHouse(t)
	hanna, rita, feng := h.user("u-1", "hanna"), h.user("u-2", "rita"), h.user("u-3", "feng")
	g := h.group("g-0001", "Human Resources", hanna)
	members := func() string {
		var ids []string
		list, _ := h.do(200, "GET", "/Groups/"+g, "").at("members").([]any)
		names := map[string]string{hanna: "hanna", rita: "rita", feng: "feng"}
		for _, m := range list {
			ids = append(ids, names[m.(map[string]any)["value"].(string)])
		}
		slices.Sort(ids)
		return fmt.Sprint(len(ids), " ", strings.Join(ids, " "))
	}
	for _, step := range []struct{ name, operations, want string }{
		{"add one", `{"op":"add","path":"members","value":[{"display":"Rita","value":"` + rita + `"}]}`, "2 hanna rita"},
		{"add again", `{"op":"add","path":"members","value":[{"value":"` + rita + `"}]}`, "2 hanna rita"},
		{"remove by filter", `{"op":"remove","path":"members[value eq \"` + hanna + `\"]"}`, "1 rita"},
		{"remove who is not in it", `{"op":"remove","path":"members[value eq \"` + hanna + `\"]"}`, "1 rita"},
		{"remove all, add two", `{"op":"remove","path":"members"},{"op":"add","path":"members","value":[{"value":"` + hanna + `"},{"value":"` + feng + `"}]}`, "2 feng hanna"},
		{"replace", `{"op":"replace","path":"members","value":[{"value":"` + rita + `"},{"value":"` + feng + `"}]}`, "2 feng rita"},
		{"remove by value", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"` + rita + `"}]}`, "1 feng"},
		{"remove none", `{"op":"remove","path":"members","value":[]}`, "1 feng"},
		{"a single object", `{"op":"Add","path":"members","value":{"value":"` + hanna + `"}}`, "2 feng hanna"},
		{"without a path", `{"op":"replace","value":{"id":"` + g + `","displayName":"HR","members":[]}}`, "0 "},
	} {
		h.patch(204, "/Groups/"+g, step.operations)
		if got := members(); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
	h.do(200, "PATCH", "/Groups/"+g+"?attributes=displayName", `{"Operations":[{"op":"replace","path":"displayName","value":"People"}]}`).
		has(t, map[string]any{"displayName": "People", "members": nil, "id": g})
	h.do(200, "PUT", "/Groups/"+g, `{"displayName":"HR","members":[{"value":"`+feng+`"}]}`).has(t, map[string]any{"externalId": "g-0001", "members.0.value": feng})
	h.do(204, "DELETE", "/Groups/"+g, "")
	h.do(404, "GET", "/Groups/"+g, "")
}

func TestWhatEntraSends(t *testing.T) {
	h := newHouse(t)
	id := h.do(201, "POST", "/Users", `{
		"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"externalId":"0a21f0f2","userName":"Hanna.Reed@larkfield.example","active":"True","displayName":"Hanna Reed",
		"emails":[{"primary":true,"type":"work","value":"hanna@larkfield.example"}],"meta":{"resourceType":"User"},
		"name":{"formatted":"Hanna Reed","familyName":"Reed","givenName":"Hanna"},"roles":[],
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"HR"}}`).at("id").(string)
	place := "/Users/" + id
	found := h.do(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "hanna.reed@LARKFIELD.example"`), "")
	found.has(t, map[string]any{"totalResults": 1, "Resources.0.id": id, "schemas.0": "urn:ietf:params:scim:api:messages:2.0:ListResponse"})
	h.do(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "nobody"`), "").has(t, map[string]any{"totalResults": 0, "itemsPerPage": 0})

	h.patch(200, place, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"h.reed@larkfield.example"},{"op":"Replace","path":"name.familyName","value":"Reed-Marsh"},
		{"op":"Add","path":"phoneNumbers[type eq \"mobile\"].value","value":"1"},{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"IT"}`).
		has(t, map[string]any{"emails.0.value": "h.reed@larkfield.example", "emails.0.primary": true, "name.familyName": "Reed-Marsh", "name.givenName": "Hanna"})
	h.patch(200, place, `{"op":"Add","path":"emails[type eq \"home\"].value","value":"hanna@reed.example"}`).has(t, map[string]any{"emails.1.value": "hanna@reed.example", "emails.1.type": "home"})
	h.patch(200, place, `{"op":"Remove","path":"emails[type eq \"home\"].value"}`).has(t, map[string]any{"emails.1": nil, "emails.0.type": "work"})
	h.patch(200, place, `{"op":"replace","value":{"displayName":"H. Reed","name.givenName":"Johanna","active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":"x"}}}`).
		has(t, map[string]any{"displayName": "H. Reed", "name.givenName": "Johanna", "active": true})
	h.patch(200, place, `{"op":"add","path":"emails","value":[{"value":"a@reed.example"},{"value":"b@reed.example"}]}`).has(t, map[string]any{"emails.2.value": "b@reed.example"})
	h.patch(200, place, `{"op":"remove","path":"emails","value":[{"value":"a@reed.example"}]}`).has(t, map[string]any{"emails.0.type": "work", "emails.1.value": "b@reed.example", "emails.2": nil})
	for _, whole := range []string{
		`{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User","value":{"active":false}}`,
		`{"op":"replace","value":{"urn:ietf:params:scim:schemas:core:2.0:User":{"active":false}}}`,
	} {
		h.patch(200, place, whole).has(t, map[string]any{"active": false})
		h.patch(200, place, `{"op":"replace","path":"active","value":true}`)
	}
	for _, off := range []string{`"False"`, `"false"`, `false`, `["False"]`} {
		h.patch(200, place, `{"op":"Replace","path":"active","value":"True"}`).has(t, map[string]any{"active": true})
		want := map[bool]int{true: 400, false: 200}[strings.HasPrefix(off, "[")]
		answer := h.patch(want, place, `{"op":"Replace","path":"active","value":`+off+`}`)
		if want == 200 {
			answer.has(t, map[string]any{"active": false})
		}
	}

	group := h.do(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group","http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
		"externalId":"8aa1a0c0","displayName":"HR","meta":{"resourceType":"Group"}}`).at("id").(string)
	h.patch(204, "/Groups/"+group, `{"op":"Add","path":"members","value":[{"$ref":null,"value":"`+id+`"}]}`)
	h.do(200, "GET", "/Groups?excludedAttributes=members&filter="+url.QueryEscape(`displayName eq "hr"`), "").has(t, map[string]any{"Resources.0.id": group, "Resources.0.members": nil})
	in := "/Groups?attributes=id&filter=" + url.QueryEscape(`id eq "`+group+`" and members eq "`+id+`"`)
	h.do(200, "GET", in, "").has(t, map[string]any{"totalResults": 1})
	h.patch(204, "/Groups/"+group, `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"`+id+`"}]}`)
	h.do(200, "GET", in, "").has(t, map[string]any{"totalResults": 0})
}

func TestWhatOktaSends(t *testing.T) {
	h := newHouse(t)
	h.do(200, "GET", "/Users?startIndex=1&count=2", "").has(t, map[string]any{"totalResults": 0, "startIndex": 1})
	h.do(200, "GET", "/Groups?startIndex=1&count=100", "").has(t, map[string]any{"totalResults": 0})
	id := h.do(201, "POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"feng@larkfield.example",
		"name":{"givenName":"Feng","familyName":"Li"},"emails":[{"primary":true,"value":"feng@larkfield.example","type":"work"}],
		"displayName":"Feng Li","locale":"en-US","externalId":"00ujl29u0le5T6Aj10h7","groups":[],"password":"1mz050nq","active":true}`).at("id").(string)
	h.do(200, "PUT", "/Users/"+id, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"`+id+`","userName":"feng@larkfield.example",
		"name":{"givenName":"Another","middleName":"","familyName":"Li"},"emails":[{"primary":true,"value":"feng@larkfield.example","type":"work"}],
		"active":true,"groups":[],"meta":{"resourceType":"User"}}`).has(t, map[string]any{"name.givenName": "Another", "externalId": "00ujl29u0le5T6Aj10h7"})
	h.patch(200, "/Users/"+id, `{"op":"replace","value":{"active":false}}`).has(t, map[string]any{"active": false})
	h.do(200, "PUT", "/Users/"+id, `{"userName":"feng@larkfield.example"}`).has(t, map[string]any{"active": false}) // who says nothing lets nobody in
	group := h.do(201, "POST", "/Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Finance","members":[]}`).at("id").(string)
	h.patch(204, "/Groups/"+group, `{"op":"replace","value":{"id":"`+group+`","displayName":"Finance 2"}},{"op":"add","path":"members","value":[{"value":"`+id+`","display":"feng"}]}`)
	h.do(200, "GET", "/Groups/"+group, "").has(t, map[string]any{"displayName": "Finance 2", "members.0.value": id})
}

func TestListsArePaged(t *testing.T) {
	h := newHouse(t)
	want := map[string]bool{}
	for i := range 7 {
		want[h.user(fmt.Sprint("u-", i), fmt.Sprint("person", i))] = true
	}
	for start := 1; start <= 7; start += 3 {
		got := h.do(200, "GET", fmt.Sprintf("/Users?startIndex=%d&count=3", start), "")
		got.has(t, map[string]any{"totalResults": 7, "startIndex": start, "itemsPerPage": min(3, 8-start)})
		for _, one := range got.at("Resources").([]any) {
			delete(want, one.(map[string]any)["id"].(string))
		}
	}
	if len(want) != 0 {
		t.Errorf("%d users are on no page", len(want))
	}
	h.do(200, "GET", "/Users?count=0", "").has(t, map[string]any{"totalResults": 7, "itemsPerPage": 0})
	h.do(200, "GET", "/Users?startIndex=-4&count=-1", "").has(t, map[string]any{"totalResults": 7, "startIndex": 1, "itemsPerPage": 0})
	h.do(200, "GET", "/Users?startIndex=99", "").has(t, map[string]any{"totalResults": 7, "itemsPerPage": 0})
	h.do(400, "GET", "/Users?count=many", "").has(t, map[string]any{"scimType": "invalidValue"})
}

func TestMistakesAreSaidInTheFormOfSCIM(t *testing.T) {
	h := newHouse(t)
	hanna, rita := h.user("u-1", "hanna"), h.user("u-2", "rita")
	g := h.group("g-1", "HR", hanna)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		scimType           string
	}{
		"NoJSON":            {"POST", "/Users", `{"userName":`, 400, "invalidSyntax"},
		"TwoValues":         {"POST", "/Users", `{"userName":"a"} {}`, 400, "invalidSyntax"},
		"AnotherShape":      {"POST", "/Users", `{"userName":["a"]}`, 400, "invalidSyntax"},
		"NoUserName":        {"POST", "/Users", `{"userName":" "}`, 400, "invalidValue"},
		"ALongName":         {"POST", "/Users", `{"userName":"` + strings.Repeat("a", 2000) + `"}`, 400, "invalidValue"},
		"TakenName":         {"POST", "/Users", `{"userName":"HANNA"}`, 409, "uniqueness"},
		"TakenID":           {"POST", "/Users", `{"userName":"new","externalId":"u-1"}`, 409, "uniqueness"},
		"TakenByAChange":    {"PUT", "/Users/" + rita, `{"userName":"hanna"}`, 409, "uniqueness"},
		"ActiveIsMaybe":     {"POST", "/Users", `{"userName":"new","active":"perhaps"}`, 400, "invalidValue"},
		"AnotherExternalID": {"PUT", "/Users/" + hanna, `{"userName":"hanna","externalId":"u-9"}`, 400, "mutability"},
		"NoExternalID":      {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"remove","path":"externalId"}]}`, 400, "mutability"},
		"NameRemoved":       {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"remove","path":"userName"}]}`, 400, "invalidValue"},
		"NoOperation":       {"PATCH", "/Users/" + hanna, `{"Operations":[]}`, 400, "invalidSyntax"},
		"UnknownOperation":  {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"move","path":"active"}]}`, 400, "invalidSyntax"},
		"BadPath":           {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"replace","path":"emails[type","value":1}]}`, 400, "invalidFilter"},
		"PathOfNothing":     {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"replace","path":"]","value":1}]}`, 400, "invalidPath"},
		"RemoveNothing":     {"PATCH", "/Users/" + hanna, `{"Operations":[{"op":"remove"}]}`, 400, "invalidPath"},
		"UnknownMember":     {"PATCH", "/Groups/" + g, `{"Operations":[{"op":"add","path":"members","value":[{"value":"nobody"}]}]}`, 400, "invalidValue"},
		"AGroupInAGroup":    {"PATCH", "/Groups/" + g, `{"Operations":[{"op":"add","path":"members","value":[{"value":"` + g + `"}]}]}`, 400, "invalidValue"},
		"MembersBySomeRule": {"PATCH", "/Groups/" + g, `{"Operations":[{"op":"remove","path":"members[display eq \"x\"]"}]}`, 400, "invalidPath"},
		"NoDisplayName":     {"POST", "/Groups", `{"displayName":""}`, 400, "invalidValue"},
		"TakenGroupID":      {"POST", "/Groups", `{"displayName":"x","externalId":"g-1"}`, 409, "uniqueness"},
		"GroupBecomes":      {"PUT", "/Groups/" + g, `{"displayName":"x","externalId":"g-2"}`, 400, "mutability"},
		"OtherOperator":     {"GET", "/Users?filter=" + url.QueryEscape(`userName sw "h"`), "", 400, "invalidFilter"},
		"OrOperator":        {"GET", "/Users?filter=" + url.QueryEscape(`userName eq "h" or userName eq "r"`), "", 400, "invalidFilter"},
		"OtherAttribute":    {"GET", "/Users?filter=" + url.QueryEscape(`title eq "h"`), "", 400, "invalidFilter"},
		"GroupsAttribute":   {"GET", "/Users?filter=" + url.QueryEscape(`members eq "h"`), "", 400, "invalidFilter"},
		"NoValue":           {"GET", "/Users?filter=" + url.QueryEscape(`userName eq hanna`), "", 400, "invalidFilter"},
		"Bulk":              {"POST", "/Bulk", `{}`, 404, ""},
		"Me":                {"GET", "/Me", "", 404, ""},
	} {
		got := h.send(h.token, c.method, c.path, c.body)
		scimType, _ := got.at("scimType").(string)
		if got.status != c.status || scimType != c.scimType || got.at("schemas.0") != "urn:ietf:params:scim:api:messages:2.0:Error" || got.at("status") != fmt.Sprint(c.status) {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	// A patch is made as a whole or not at all.
	h.patch(400, "/Users/"+hanna, `{"op":"replace","path":"displayName","value":"Halfway"},{"op":"replace","path":"active","value":"perhaps"}`)
	h.do(200, "GET", "/Users/"+hanna, "").has(t, map[string]any{"displayName": nil})
	h.patch(400, "/Groups/"+g, `{"op":"add","path":"members","value":[{"value":"`+rita+`"}]},{"op":"add","path":"members","value":[{"value":"nobody"}]}`)
	h.do(200, "GET", "/Groups/"+g, "").has(t, map[string]any{"members.0.value": hanna, "members.1": nil})
	if got := h.send(h.token, "POST", "/Users", `{"userName":"`+strings.Repeat("a", MaxBody)+`"}`); got.status != 413 {
		t.Errorf("a body without end: %d %.200s", got.status, got.text)
	}
}

func TestTheServiceDescribesItself(t *testing.T) {
	h := newHouse(t)
	h.do(200, "GET", "/ServiceProviderConfig", "").has(t, map[string]any{"patch.supported": true, "bulk.supported": false, "filter.maxResults": 500, "authenticationSchemes.0.type": "oauthbearertoken"})
	h.do(200, "GET", "/ResourceTypes", "").has(t, map[string]any{"totalResults": 2, "Resources.0.endpoint": "/Users"})
	h.do(200, "GET", "/ResourceTypes/Group", "").has(t, map[string]any{"schema": groupSchema})
	h.do(200, "GET", "/Schemas", "").has(t, map[string]any{"totalResults": 2})
	h.do(200, "GET", "/Schemas/"+userSchema, "").has(t, map[string]any{"attributes.0.name": "externalId", "attributes.0.mutability": "immutable"})
	h.do(404, "GET", "/Schemas/urn:of:nothing", "")
}

func TestL10_OnlyATokenOfARosterOpensSCIM(t *testing.T) {
	h := newHouse(t)
	id := h.user("u-1", "hanna")
	h.user("u-0007", "finn")
	_, asks, err := h.directory.NewToken(t.Context(), identity.Token{Owner: "finn", Name: "x", Actions: identity.Actions(), Expires: time.Now().Add(time.Hour)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	session, err := h.directory.Begin(t.Context(), identity.Entry{Person: "sso:" + id, Provider: "corp"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	revoked := h.newToken("partner")
	list, err := h.directory.RosterTokens(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range list {
		if token.Provider == "partner" {
			err = h.directory.RevokeRosterToken(t.Context(), token.ID)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"none": "", "a person's": asks, "a session's": session, "revoked": revoked, "made up": "bureau_scim_x", "cut": h.token[:20]} {
		got := h.send(token, "GET", "/Users/"+id, "")
		if got.status != 401 || strings.Contains(got.text, "hanna") || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if _, err := h.directory.Bearer(t.Context(), h.token, time.Now()); err == nil {
		t.Error("a roster's token asks questions")
	}
	if _, err := h.directory.RosterOf(t.Context(), h.token, time.Now().Add(2*time.Hour)); !errors.Is(err, identity.ErrEnded) {
		t.Error("an expired token opens the roster")
	}
	if _, _, err := h.directory.NewRosterToken(t.Context(), identity.RosterToken{Provider: "plain", Name: "x", Expires: time.Now().Add(time.Hour)}, time.Now()); err == nil {
		t.Error("a provider without a roster has a token for one")
	}
}

func TestL10_AProviderSeesItsOwnRosterAlone(t *testing.T) {
	h := newHouse(t)
	hanna := h.user("u-1", "hanna")
	g := h.group("g-0001", "HR", hanna)
	other := h.newToken("partner")
	for _, path := range []string{"/Users/" + hanna, "/Groups/" + g} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			if got := h.send(other, method, path, `{"userName":"x","displayName":"x"}`); got.status != 404 {
				t.Errorf("%s %s: %d %s", method, path, got.status, got.text)
			}
		}
	}
	for _, path := range []string{"/Users", "/Groups", "/Users?filter=" + url.QueryEscape(`userName eq "hanna"`)} {
		if got := h.send(other, "GET", path, ""); got.at("totalResults") != 0.0 {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	if got := h.send(other, "POST", "/Groups", `{"displayName":"Ours","members":[{"value":"`+hanna+`"}]}`); got.status != 400 {
		t.Errorf("a foreign member: %d %s", got.status, got.text)
	}
	if got := h.send(other, "POST", "/Users", `{"userName":"hanna","externalId":"u-1"}`); got.status != 201 {
		t.Errorf("names and ids are a provider's own: %d %s", got.status, got.text)
	}
}

func TestOddNamesAreNames(t *testing.T) {
	h := newHouse(t)
	for i, name := range []string{`"Quoted" \ back`, "人力资源 & 薪酬", "new\nline", "🦊 team", "  spaces  ", strings.Repeat("长", 300), `' OR 1=1 --`, "%_"} {
		g := h.group(fmt.Sprint("odd-", i), name)
		quoted, _ := json.Marshal(name)
		got := h.do(200, "GET", "/Groups?filter="+url.QueryEscape("displayName eq "+string(quoted)), "")
		got.has(t, map[string]any{"totalResults": 1, "Resources.0.id": g, "Resources.0.displayName": name})
	}
}

func TestTwoAtOnceLoseNothing(t *testing.T) {
	h := newHouse(t)
	g := h.group("g-0001", "HR")
	var ids []string
	for i := range 24 {
		ids = append(ids, h.user(fmt.Sprint("u-", i), fmt.Sprint("person", i)))
	}
	var wait sync.WaitGroup
	for i, id := range ids {
		wait.Go(func() {
			if got := h.send(h.token, "PATCH", "/Groups/"+g, `{"Operations":[{"op":"add","path":"members","value":[{"value":"`+id+`"}]}]}`); got.status != 204 {
				t.Errorf("%d %s", got.status, got.text)
			}
			if got := h.send(h.token, "POST", "/Users", fmt.Sprintf(`{"userName":"same%d"}`, i/2)); got.status != 201 && got.status != 409 {
				t.Errorf("%d %s", got.status, got.text)
			}
		})
	}
	wait.Wait()
	if members := h.do(200, "GET", "/Groups/"+g, "").at("members").([]any); len(members) != len(ids) {
		t.Errorf("%d of %d members", len(members), len(ids))
	}
	h.do(200, "GET", "/Users?count=0", "").has(t, map[string]any{"totalResults": len(ids) + len(ids)/2})
}

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{`userName eq "x"`, `emails[type eq "work" and primary eq true].value eq "x"`, `urn:a:b:User:name.givenName eq null`, `id eq "a" AND members eq "b"`, `a[`, `a[b eq`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseFilter(text)
		if (err == nil) != (len(list) > 0) {
			t.Errorf("%q: %v, %v", text, list, err)
		}
		if p, err := parsePath(text); err == nil && p.name == "" {
			t.Errorf("%q: a path without a name", text)
		}
	})
}
