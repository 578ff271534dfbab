package office

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// lastDay is the last day that a spreadsheet knows, 31 December 9999.
const lastDay = 2958465

// findMinutes tells the minutes from the months: behind hours and before
// seconds an "m" is a minute.
func (s *formatSection) findMinutes() {
	last := -1 // the part of a date before
	for i, t := range s.tokens {
		if t.kind != tokenDate && t.kind != tokenElapsed || t.text[0] == '.' {
			continue
		}
		if last >= 0 {
			before := &s.tokens[last]
			if t.kind == tokenDate && t.text[0] == 'm' && before.text[0] == 'h' {
				s.tokens[i].text = strings.ReplaceAll(t.text, "m", "n")
			}
			if t.text[0] == 's' && before.kind == tokenDate && before.text[0] == 'm' {
				before.text = strings.ReplaceAll(before.text, "m", "n")
			}
		}
		last = i
	}
}

// date shows a number of days as a date or a time, or reports that it is none.
func (s *formatSection) date(v float64, epoch1904 bool) (string, bool) {
	if v < 0 || v >= lastDay+1 || math.IsNaN(v) {
		return "", false
	}
	t := timeOf(v, epoch1904)
	var b strings.Builder
	for _, token := range s.tokens {
		switch token.kind {
		case tokenLiteral:
			b.WriteString(token.text)
		case tokenElapsed:
			b.WriteString(elapsed(v, token.text))
		case tokenDate:
			b.WriteString(datePart(t, token.text, s.isHalfDay))
		}
	}
	return strings.TrimSpace(b.String()), true
}

// timeOf returns the time that a number of days stands for. Spreadsheets count
// a 29 February 1900 that was not.
func timeOf(v float64, epoch1904 bool) time.Time {
	epoch := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case epoch1904:
		epoch = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case v < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	days := math.Floor(v)
	return epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((v-days)*86_400_000)) * time.Millisecond)
}

// elapsed shows the hours, minutes or seconds in a number of days.
func elapsed(v float64, unit string) string {
	seconds := math.Round(v * 86_400)
	switch unit[0] {
	case 'h':
		seconds = math.Floor(seconds / 3600)
	case 'm':
		seconds = math.Floor(seconds / 60)
	}
	return fmt.Sprintf("%0*.0f", len(unit), seconds)
}

// weekdays are the days of the week as Chinese formats have them.
var weekdays = []string{"日", "一", "二", "三", "四", "五", "六"}

// datePart shows one part of a date. "n" is a minute.
func datePart(t time.Time, part string, isHalfDay bool) string {
	n := len(part)
	switch part[0] {
	case 'y':
		if n <= 2 {
			return t.Format("06")
		}
		return t.Format("2006")
	case 'e':
		return t.Format("2006")
	case 'm':
		return named(int(t.Month()), n, t.Month().String())
	case 'd':
		return named(t.Day(), n, t.Weekday().String())
	case 'a':
		if n > 3 {
			return "星期" + weekdays[t.Weekday()]
		}
		return weekdays[t.Weekday()]
	case 'h':
		hour := t.Hour()
		if isHalfDay {
			hour = (hour+11)%12 + 1
		}
		return padded(hour, n)
	case 'n':
		return padded(t.Minute(), n)
	case 's':
		return padded(t.Second(), n)
	case '.':
		return part[:1] + fmt.Sprintf("%03d", t.Nanosecond()/1e6)[:min(n-1, 3)]
	}
	return halfDay(t, part)
}

// halfDay shows which half of the day it is.
func halfDay(t time.Time, part string) string {
	before, after, _ := strings.Cut(part, "/")
	if t.Hour() < 12 {
		return before
	}
	return after
}

// named shows a month or a day: as a number with one or two digits, or by its
// name, short or whole.
func named(number, width int, name string) string {
	switch width {
	case 1, 2:
		return padded(number, width)
	case 3:
		return name[:3]
	case 5:
		return name[:1]
	}
	return name
}

// padded writes a number with one or two digits.
func padded(number, width int) string {
	if width > 1 && number < 10 {
		return "0" + strconv.Itoa(number)
	}
	return strconv.Itoa(number)
}
