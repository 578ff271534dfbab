package scim

import (
	"fmt"
	"strconv"
	"strings"

	"bureau/identity"
)

// attributes are what entries are found by, by their names in a filter.
var attributes = map[string]identity.Attribute{
	"id": identity.EntryID, "externalid": identity.ExternalID, "displayname": identity.DisplayName, "username": identity.UserName,
	"emails": identity.EmailAddress, "emails.value": identity.EmailAddress, "members": identity.HasMember, "members.value": identity.HasMember,
}

// A page is which part of a list is wanted.
type page struct {
	identity.Query
	start int // as it was asked for: from 1
}

// page reads what a list is asked for.
func (x exchange) page() (p page, err error) {
	q := x.URL.Query()
	for name, into := range map[string]struct {
		value    *int
		standard int
	}{"startIndex": {&p.start, 1}, "count": {&p.Count, pageSize}} {
		*into.value = into.standard
		if text := q.Get(name); text != "" {
			if *into.value, err = strconv.Atoi(text); err != nil {
				return p, fmt.Errorf("%w: %s is no number", errValue, name)
			}
		}
	}
	p.start, p.Count = max(1, p.start), min(max(0, p.Count), maxPageSize)
	p.Start = p.start - 1
	if text := q.Get("filter"); text != "" {
		p.Match, err = matches(text)
	}
	return p, err
}

// matches reads a filter as what entries must have.
func matches(filter string) (list []identity.Match, err error) {
	comparisons, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	for _, c := range comparisons {
		name := c.name
		if c.sub != "" {
			name += "." + c.sub
		}
		attribute, ok := attributes[name]
		value, isText := c.value.(string)
		if !ok || !isText {
			return nil, fmt.Errorf("%w: entries are found by texts of id, externalId, displayName, userName, emails and members, not by %.40q", errFilter, name)
		}
		// emails[type eq "work"].value: an address is an address, whatever it is for.
		list = append(list, identity.Match{Attribute: attribute, Value: value})
	}
	return list, nil
}

// list is the reply to a list.
func (p page) list(total int, entries []map[string]any) reply {
	return reply{200, map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": total,
		"startIndex": p.start, "itemsPerPage": len(entries), "Resources": append([]map[string]any{}, entries...),
	}}
}

// wants reports whether the reply to a request has an attribute.
func (x exchange) wants(attribute string) bool {
	q := x.URL.Query()
	if named := q.Get("attributes"); named != "" {
		return names(named, attribute)
	}
	return !names(q.Get("excludedAttributes"), attribute)
}

// names reports whether an attribute is in a list such as "userName,name.givenName".
func names(list, attribute string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = one[strings.LastIndex(one, ":")+1:]
		one, _, _ = strings.Cut(strings.TrimSpace(one), ".")
		if strings.EqualFold(one, attribute) {
			return true
		}
	}
	return false
}

// trimmed leaves out of an entry what is not wanted. Who and what it is is
// always said.
func (x exchange) trimmed(entry map[string]any) map[string]any {
	for name := range entry {
		if name != "id" && name != "schemas" && name != "meta" && !x.wants(name) {
			delete(entry, name)
		}
	}
	return entry
}
