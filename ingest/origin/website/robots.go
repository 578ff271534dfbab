package website

import (
	"bufio"
	"bytes"
	"strconv"
	"strings"
	"time"
)

// agent is the name that robots.txt knows Bureau by.
const agent = "bureau"

// longestDelay is the longest pause between two pages that is waited for.
const longestDelay = time.Minute

// Robots are the rules of a robots.txt (RFC 9309) that are about Bureau.
type robots struct {
	rules    []robotRule
	delay    time.Duration // between two pages, 0 where it does not say
	sitemaps []string
}

// A robotRule allows or forbids the addresses that are like a pattern.
type robotRule struct {
	pattern string
	allows  bool
}

// parseRobots reads a robots.txt: the groups that name Bureau, or else those
// for everybody.
func parseRobots(text []byte) robots {
	var named, all, sitemaps robots
	isNamed := false
	var group []*robots // that the lines are about
	begun := false      // the group has had a rule
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		field, value, found := strings.Cut(line, ":")
		field, value = strings.ToLower(strings.TrimSpace(field)), strings.TrimSpace(value)
		switch {
		case !found:
		case field == "sitemap":
			sitemaps.sitemaps = append(sitemaps.sitemaps, value)
		case field == "user-agent":
			if begun {
				group, begun = nil, false
			}
			switch strings.ToLower(value) {
			case agent:
				group, isNamed = append(group, &named), true
			case "*":
				group = append(group, &all)
			}
		case field == "allow" || field == "disallow" || field == "crawl-delay":
			begun = true
			for _, r := range group {
				r.add(field, value)
			}
		}
	}
	chosen := all
	if isNamed {
		chosen = named
	}
	chosen.sitemaps = sitemaps.sitemaps
	return chosen
}

// add adds one line of a group.
func (r *robots) add(field, value string) {
	if field == "crawl-delay" {
		if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
			r.delay = min(time.Duration(min(seconds, longestDelay.Seconds())*float64(time.Second)), longestDelay)
		}
		return
	}
	if value != "" { // an empty one forbids nothing
		r.rules = append(r.rules, robotRule{value, field == "allow"})
	}
}

// allows reports whether an address, the path with its query, may be fetched:
// the longest pattern decides, and of two as long the one that allows.
func (r robots) allows(address string) bool {
	allowed, longest := true, -1
	for _, rule := range r.rules {
		if n := len(rule.pattern); matches(rule.pattern, address) && (n > longest || n == longest && rule.allows) {
			allowed, longest = rule.allows, n
		}
	}
	return allowed
}

// matches reports whether an address begins as a pattern does, in which * is
// anything and $ at the end is the end.
func matches(pattern, address string) bool {
	pattern, toEnd := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(address, parts[0])
	if !ok {
		return false
	}
	for i, part := range parts[1:] {
		if toEnd && i == len(parts)-2 {
			return strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return !toEnd || rest == ""
}
