package access

import (
	"fmt"
	"time"
)

// ParseFrom reads a day or a moment from which something holds: "2026-03-01"
// is its first instant (UTC), RFC 3339 is the moment itself.
func ParseFrom(text string) (time.Time, error) { return parseMoment(text, 0) }

// ParseUntil reads a day or a moment up to which something holds: "2026-03-31"
// includes that whole day (UTC), RFC 3339 is the first moment when it no
// longer holds.
func ParseUntil(text string) (time.Time, error) { return parseMoment(text, 24*time.Hour) }

// parseMoment reads text; a plain day is moved on by dayEnd.
func parseMoment(text string, dayEnd time.Duration) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day.Add(dayEnd), nil
	}
	if moment, err := time.Parse(time.RFC3339, text); err == nil {
		return moment.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("date %q is not like 2026-03-31 or 2026-03-31T09:00:00Z", text)
}
