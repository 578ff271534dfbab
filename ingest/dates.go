package ingest

import (
	"errors"
	"strings"
	"time"
)

// dateLayouts are the ways of writing a date that are understood: those whose
// order of day and month is beyond doubt.
var dateLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04",
	"2006-01-02 15:04",
	time.DateOnly,
	"2006-1-2",
	"2006/01/02",
	"2006/1/2",
	"2006年1月2日",
	"2 January 2006",
	"January 2, 2006",
	"2 Jan 2006",
	"Jan 2, 2006",
	"Mon, 02 Jan 2006 15:04:05 GMT", // no other name of a zone: they are not unique, and would be read as UTC
	time.RFC1123Z,
}

// errDate says that a date could not be understood.
var errDate = errors.New("not a date such as 2026-01-31 or 2026-01-31T09:00:00+08:00")

// parseDate returns the moment that text names, in UTC where it names no zone,
// and whether it names a whole day.
func parseDate(text string) (moment time.Time, wholeDay bool, err error) {
	text = strings.TrimSpace(text)
	for _, layout := range dateLayouts {
		if moment, err := time.Parse(layout, text); err == nil {
			return moment, !strings.Contains(layout, ":"), nil
		}
	}
	return time.Time{}, false, errDate
}

// dateOf returns the day that text names as YYYY-MM-DD, or "" for none.
func dateOf(text string) string {
	moment, _, err := parseDate(text)
	if err != nil {
		return ""
	}
	return moment.Format(time.DateOnly)
}
