package archive

import (
	"encoding/json"
	"fmt"
	"strings"

	"bureau/ingest/format"
)

// text returns the text of a record as Markdown.
func (m Mapping) text(record any) (string, error) {
	convert := m.Convert
	if convert == nil {
		convert = func(text string) (string, error) { return format.Escape(text), nil }
	}
	var parts []string
	for _, place := range m.Text {
		for _, found := range find(record, split(place)) {
			if strings.TrimSpace(found) == "" {
				continue
			}
			part, err := convert(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(found))
			if err != nil {
				return "", fmt.Errorf("convert %s: %w", place, err)
			}
			parts = append(parts, strings.Trim(part, "\n"))
		}
	}
	if len(parts) == 0 {
		return "", fmt.Errorf("%w: the record has no text at %s", ErrMapping, strings.Join(m.Text, ", "))
	}
	return strings.Join(parts, "\n\n"), nil
}

// stated returns what a record states of itself.
func (m Mapping) stated(record any) format.Text {
	return format.Text{
		Title:    first(record, m.Title),
		Language: first(record, m.Language),
		Updated:  first(record, m.Updated),
		Owner:    first(record, m.Owner),
	}
}

// first returns the first value at a place on one line, "" for no place and for
// none there.
func first(record any, place string) string {
	if place == "" {
		return ""
	}
	for _, found := range find(record, split(place)) {
		if line := strings.Join(strings.Fields(found), " "); line != "" {
			return line
		}
	}
	return ""
}

// find returns the texts, numbers and truths at a path of names, in their order.
func find(value any, names []string) []string {
	switch v := value.(type) {
	case []any:
		var all []string
		for _, element := range v {
			all = append(all, find(element, names)...)
		}
		return all
	case map[string]any:
		if len(names) > 0 {
			return find(v[names[0]], names[1:])
		}
		return nil
	}
	if len(names) > 0 {
		return nil
	}
	switch v := value.(type) {
	case string:
		return []string{v}
	case json.Number:
		return []string{v.String()}
	case bool:
		return []string{fmt.Sprint(v)}
	}
	return nil
}
