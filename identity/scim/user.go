package scim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"bureau/identity"
)

const userSchema = "urn:ietf:params:scim:schemas:core:2.0:User"

// A userBody is what is read of a user. All else is left alone.
type userBody struct {
	ExternalID  string      `json:"externalId"`
	UserName    string      `json:"userName"`
	DisplayName string      `json:"displayName"`
	Name        nameBody    `json:"name"`
	Emails      []emailBody `json:"emails"`
	Active      *flag       `json:"active"`
}

type nameBody struct {
	Formatted  string `json:"formatted"`
	FamilyName string `json:"familyName"`
	GivenName  string `json:"givenName"`
}

type emailBody struct {
	Value   string `json:"value"`
	Type    string `json:"type"`
	Primary flag   `json:"primary"`
}

// A flag is a boolean that some providers send as a text, such as "False".
type flag bool

// UnmarshalJSON reads true, "True" and the like. What is neither is no value:
// nobody can tell what was meant.
func (f *flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "true":
		*f = true
	case "false", "null":
		*f = false
	default:
		return fmt.Errorf("%w: %.40s is neither true nor false", errValue, data)
	}
	return nil
}

// over puts the body in the place of what a user was. An external id and whether
// they are active stay where the body does not say.
func (b userBody) over(u *identity.User) {
	if b.ExternalID != "" {
		u.External = b.ExternalID
	}
	if b.Active != nil {
		u.Active = bool(*b.Active)
	}
	u.UserName, u.Display = b.UserName, b.DisplayName
	u.Formatted, u.Given, u.Family = b.Name.Formatted, b.Name.GivenName, b.Name.FamilyName
	u.Emails = emailsOf(b.Emails)
}

func emailsOf(bodies []emailBody) (emails []identity.Email) {
	for _, e := range bodies {
		emails = append(emails, identity.Email{Value: e.Value, Type: e.Type, Primary: bool(e.Primary)})
	}
	return emails
}

// user returns a user as SCIM has them.
func (h *handler) user(x exchange, u identity.User) map[string]any {
	entry := map[string]any{
		"schemas": []string{userSchema}, "id": u.ID, "userName": u.UserName, "active": u.Active,
		"meta": h.meta("User", "/Users/"+u.ID, u.Created, u.Changed),
	}
	for name, value := range map[string]string{"externalId": u.External, "displayName": u.Display} {
		if value != "" {
			entry[name] = value
		}
	}
	name := map[string]string{}
	for part, value := range map[string]string{"formatted": u.Formatted, "givenName": u.Given, "familyName": u.Family} {
		if value != "" {
			name[part] = value
		}
	}
	if len(name) > 0 {
		entry["name"] = name
	}
	if len(u.Emails) > 0 {
		entry["emails"] = u.Emails
	}
	return x.trimmed(entry)
}

// meta says what an entry is and where.
func (h *handler) meta(kind, place string, created, changed time.Time) map[string]any {
	return map[string]any{
		"resourceType": kind, "location": h.Base + place,
		"created": created.UTC().Format(time.RFC3339Nano), "lastModified": changed.UTC().Format(time.RFC3339Nano),
	}
}

func (h *handler) listUsers(x exchange) (reply, error) {
	p, err := x.page()
	if err != nil {
		return reply{}, err
	}
	users, total, err := x.roster.Users(x.Context(), p.Query)
	if err != nil {
		return reply{}, asFilter(err)
	}
	var entries []map[string]any
	for _, u := range users {
		entries = append(entries, h.user(x, u))
	}
	return p.list(total, entries), nil
}

func (h *handler) createUser(x exchange) (reply, error) {
	var body userBody
	if err := x.decode(&body); err != nil {
		return reply{}, err
	}
	u := identity.User{Active: true} // as a user is who is created without a word about it
	body.over(&u)
	u, err := x.roster.CreateUser(x.Context(), u, x.now)
	if err != nil {
		return reply{}, err
	}
	h.noted(x, "user created", u.ID)
	return reply{http.StatusCreated, h.user(x, u)}, nil
}

func (h *handler) showUser(x exchange) (reply, error) {
	u, err := x.roster.User(x.Context(), x.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return reply{http.StatusOK, h.user(x, u)}, nil
}

func (h *handler) replaceUser(x exchange) (reply, error) {
	var body userBody
	if err := x.decode(&body); err != nil {
		return reply{}, err
	}
	return h.changeUser(x, func(u *identity.User) error {
		body.over(u)
		return nil
	})
}

func (h *handler) patchUser(x exchange) (reply, error) {
	steps, err := x.steps()
	if err != nil {
		return reply{}, err
	}
	return h.changeUser(x, func(u *identity.User) error {
		for _, s := range steps {
			if err := s.onUser(u); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *handler) changeUser(x exchange, change func(*identity.User) error) (reply, error) {
	u, err := x.roster.ChangeUser(x.Context(), x.PathValue("id"), change, x.now)
	if err != nil {
		return reply{}, err
	}
	h.noted(x, map[bool]string{true: "user changed", false: "user is not active"}[u.Active], u.ID)
	return reply{http.StatusOK, h.user(x, u)}, nil
}

func (h *handler) deleteUser(x exchange) (reply, error) {
	if err := x.roster.DeleteUser(x.Context(), x.PathValue("id")); err != nil {
		return reply{}, err
	}
	h.noted(x, "user deleted", x.PathValue("id"))
	return reply{status: http.StatusNoContent}, nil
}

// onUser applies a step to a user. Attributes that are not kept are no mistake.
func (s step) onUser(u *identity.User) error {
	if s.schema != "" && s.schema != strings.ToLower(userSchema) {
		return nil
	}
	switch s.name {
	case "externalid":
		return s.text(&u.External)
	case "username":
		return s.text(&u.UserName)
	case "displayname":
		return s.text(&u.Display)
	case "active":
		active := flag(false)
		err := s.read(&active) // a user whose "active" is removed is not
		u.Active = bool(active)
		return err
	case "name":
		return s.onName(u)
	case "emails":
		return s.onEmails(u)
	}
	return nil
}

func (s step) onName(u *identity.User) error {
	parts := map[string]*string{"formatted": &u.Formatted, "givenname": &u.Given, "familyname": &u.Family}
	if s.sub != "" {
		if part, ok := parts[s.sub]; ok {
			return s.text(part)
		}
		return nil
	}
	if s.op == remove {
		u.Formatted, u.Given, u.Family = "", "", ""
		return nil
	}
	values := map[string]json.RawMessage{}
	if err := s.read(&values); err != nil {
		return err
	}
	for name, value := range values {
		if part, ok := parts[strings.ToLower(name)]; ok {
			if err := (step{op: s.op, value: value}).text(part); err != nil {
				return err
			}
		}
	}
	return nil
}
