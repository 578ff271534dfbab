package scim

import (
	"net/http"

	"bureau/identity"
)

// describeService says what of SCIM is served (RFC 7643, section 5).
func (h *handler) describeService(exchange) (reply, error) {
	no := map[string]any{"supported": false}
	return reply{http.StatusOK, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":   map[string]any{"supported": true}, "filter": map[string]any{"supported": true, "maxResults": maxPageSize},
		"bulk":           map[string]any{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"changePassword": no, "sort": no, "etag": no,
		"authenticationSchemes": []map[string]any{{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "A token of \"bureau scim token create\" in the Authorization header",
		}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": h.Base + "/ServiceProviderConfig"},
	}}, nil
}

// types are the two kinds of entries (RFC 7643, section 6).
func (h *handler) types() []map[string]any {
	var list []map[string]any
	for _, t := range []struct{ name, endpoint, schema string }{{"User", "/Users", userSchema}, {"Group", "/Groups", groupSchema}} {
		list = append(list, map[string]any{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
			"id":      t.name, "name": t.name, "endpoint": t.endpoint, "schema": t.schema,
			"meta": map[string]any{"resourceType": "ResourceType", "location": h.Base + "/ResourceTypes/" + t.name},
		})
	}
	return list
}

// An attribute describes one in a schema (RFC 7643, section 7).
type attribute struct {
	Name          string      `json:"name"`
	Type          string      `json:"type"`
	MultiValued   bool        `json:"multiValued"`
	Required      bool        `json:"required"`
	CaseExact     bool        `json:"caseExact"`
	Mutability    string      `json:"mutability"`
	Returned      string      `json:"returned"`
	Uniqueness    string      `json:"uniqueness"`
	SubAttributes []attribute `json:"subAttributes,omitempty"`
}

// plain returns an attribute that is a text which may change.
func plain(name string) attribute {
	return attribute{Name: name, Type: "string", Mutability: "readWrite", Returned: "default", Uniqueness: "none"}
}

// several returns an attribute that is a list of what its parts describe.
func several(name string, parts ...attribute) attribute {
	a := plain(name)
	a.Type, a.MultiValued, a.SubAttributes = "complex", true, parts
	return a
}

// schemas describe what is kept of an entry, and nothing else.
func (h *handler) schemas() []map[string]any {
	userName, displayName, external := plain("userName"), plain("displayName"), plain("externalId")
	userName.Required, userName.Uniqueness = true, "server"
	external.CaseExact, external.Mutability, external.Uniqueness = true, "immutable", "server"
	active, primary := plain("active"), plain("primary")
	active.Type, primary.Type = "boolean", "boolean"
	name := several("name", plain("formatted"), plain("givenName"), plain("familyName"))
	name.MultiValued = false
	member := plain("value")
	member.CaseExact, member.Mutability = true, "immutable"
	groupName := displayName
	groupName.Required = true
	var list []map[string]any
	for _, s := range []struct {
		id, name   string
		attributes []attribute
	}{
		{userSchema, "User", []attribute{external, userName, displayName, name, several("emails", plain("value"), plain("type"), primary), active}},
		{groupSchema, "Group", []attribute{external, groupName, several("members", member)}},
	} {
		list = append(list, map[string]any{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": s.id, "name": s.name, "attributes": s.attributes,
			"meta": map[string]any{"resourceType": "Schema", "location": h.Base + "/Schemas/" + s.id},
		})
	}
	return list
}

func (h *handler) describeTypes(exchange) (reply, error)   { return all(h.types()), nil }
func (h *handler) describeSchemas(exchange) (reply, error) { return all(h.schemas()), nil }

func (h *handler) describeType(x exchange) (reply, error) { return one(h.types(), x.PathValue("id")) }
func (h *handler) describeSchema(x exchange) (reply, error) {
	return one(h.schemas(), x.PathValue("id"))
}

// all is a list that is one page.
func all(entries []map[string]any) reply {
	return page{start: 1}.list(len(entries), entries)
}

// one is the entry of an id.
func one(entries []map[string]any, id string) (reply, error) {
	for _, entry := range entries {
		if entry["id"] == id {
			return reply{http.StatusOK, entry}, nil
		}
	}
	return reply{}, identity.ErrNoEntry
}
