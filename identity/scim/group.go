package scim

import (
	"fmt"
	"net/http"
	"strings"

	"bureau/identity"
)

const groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"

// A groupBody is what is read of a group.
type groupBody struct {
	ExternalID  string       `json:"externalId"`
	DisplayName string       `json:"displayName"`
	Members     []memberBody `json:"members"`
}

type memberBody struct {
	Value string `json:"value"`
}

func idsOf(members []memberBody) (ids []string) {
	for _, m := range members {
		ids = append(ids, m.Value)
	}
	return ids
}

// group returns a group as SCIM has it.
func (h *handler) group(x exchange, g identity.Group) (map[string]any, error) {
	entry := map[string]any{
		"schemas": []string{groupSchema}, "id": g.ID, "displayName": g.Display,
		"meta": h.meta("Group", "/Groups/"+g.ID, g.Created, g.Changed),
	}
	if g.External != "" {
		entry["externalId"] = g.External
	}
	if x.wants("members") {
		members, err := x.roster.Members(x.Context(), g.ID)
		if err != nil {
			return nil, err
		}
		list := make([]map[string]string, len(members))
		for i, m := range members {
			list[i] = map[string]string{"value": m.ID, "display": m.Name, "type": "User", "$ref": h.Base + "/Users/" + m.ID}
		}
		entry["members"] = list
	}
	return x.trimmed(entry), nil
}

// shown is the reply with a group.
func (h *handler) shown(x exchange, status int, g identity.Group) (reply, error) {
	entry, err := h.group(x, g)
	return reply{status, entry}, err
}

func (h *handler) listGroups(x exchange) (reply, error) {
	p, err := x.page()
	if err != nil {
		return reply{}, err
	}
	groups, total, err := x.roster.Groups(x.Context(), p.Query)
	if err != nil {
		return reply{}, asFilter(err)
	}
	var entries []map[string]any
	for _, g := range groups {
		entry, err := h.group(x, g)
		if err != nil {
			return reply{}, err
		}
		entries = append(entries, entry)
	}
	return p.list(total, entries), nil
}

// asFilter says that what a list is refused for was in its filter.
func asFilter(err error) error {
	if explain(err).status == http.StatusBadRequest {
		return fmt.Errorf("%w: %w", errFilter, err)
	}
	return err
}

func (h *handler) createGroup(x exchange) (reply, error) {
	var body groupBody
	if err := x.decode(&body); err != nil {
		return reply{}, err
	}
	g, err := x.roster.CreateGroup(x.Context(), identity.Group{External: body.ExternalID, Display: body.DisplayName}, idsOf(body.Members), x.now)
	if err != nil {
		return reply{}, err
	}
	h.noted(x, "group created", g.ID)
	return h.shown(x, http.StatusCreated, g)
}

func (h *handler) showGroup(x exchange) (reply, error) {
	g, err := x.roster.Group(x.Context(), x.PathValue("id"))
	if err != nil {
		return reply{}, err
	}
	return h.shown(x, http.StatusOK, g)
}

func (h *handler) replaceGroup(x exchange) (reply, error) {
	var body groupBody
	if err := x.decode(&body); err != nil {
		return reply{}, err
	}
	g, err := h.changeGroup(x, func(c *identity.GroupChange) error {
		if body.ExternalID != "" {
			c.External = body.ExternalID
		}
		c.Display = body.DisplayName
		if err := c.Clear(); err != nil {
			return err
		}
		return c.Add(idsOf(body.Members))
	})
	if err != nil {
		return reply{}, err
	}
	return h.shown(x, http.StatusOK, g)
}

func (h *handler) patchGroup(x exchange) (reply, error) {
	steps, err := x.steps()
	if err != nil {
		return reply{}, err
	}
	g, err := h.changeGroup(x, func(c *identity.GroupChange) error {
		for _, s := range steps {
			if err := s.onGroup(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return reply{}, err
	}
	if x.URL.Query().Get("attributes") == "" { // a group may be large, and nobody asked for it
		return reply{status: http.StatusNoContent}, nil
	}
	return h.shown(x, http.StatusOK, g)
}

func (h *handler) changeGroup(x exchange, change func(*identity.GroupChange) error) (identity.Group, error) {
	g, err := x.roster.ChangeGroup(x.Context(), x.PathValue("id"), change, x.now)
	if err == nil {
		h.noted(x, "group changed", g.ID)
	}
	return g, err
}

func (h *handler) deleteGroup(x exchange) (reply, error) {
	if err := x.roster.DeleteGroup(x.Context(), x.PathValue("id")); err != nil {
		return reply{}, err
	}
	h.noted(x, "group deleted", x.PathValue("id"))
	return reply{status: http.StatusNoContent}, nil
}

// onGroup applies a step to a group. Attributes that are not kept are no mistake.
func (s step) onGroup(c *identity.GroupChange) error {
	if s.schema != "" && s.schema != strings.ToLower(groupSchema) {
		return nil
	}
	switch s.name {
	case "externalid":
		return s.text(&c.External)
	case "displayname":
		return s.text(&c.Display)
	case "members":
		return s.onMembers(c)
	}
	return nil
}

// onMembers applies a step to members: to those that its value or its filter
// names, or to all.
func (s step) onMembers(c *identity.GroupChange) error {
	bodies, err := list[memberBody](s)
	if err != nil {
		return err
	}
	ids := idsOf(bodies)
	if s.where != nil {
		id, isText := s.where[0].value.(string)
		if s.op != remove || s.sub != "" || len(s.where) != 1 || s.where[0].name != "value" || !isText {
			return fmt.Errorf("%w: of members one is removed, as in members[value eq \"id\"]", errPath)
		}
		return c.Remove([]string{id})
	}
	switch {
	case s.op == add:
		return c.Add(ids)
	case s.op == remove && !s.isEmpty():
		return c.Remove(ids)
	}
	if err := c.Clear(); err != nil || s.op == remove {
		return err
	}
	return c.Add(ids)
}
