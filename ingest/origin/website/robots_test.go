package website

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestRobotsRulesAreThoseOfTheirGroup(t *testing.T) {
	const everybody = "User-agent: *\nDisallow: /private/ # not for robots\nAllow: /private/open\nDisallow: /*.pdf$\nDisallow: /*/draft\n"
	for _, c := range []struct {
		name, text string
		address    string
		want       bool
	}{
		{"NothingIsSaid", "", "/a", true},
		{"Allowed", everybody, "/a", true},
		{"Disallowed", everybody, "/private/a", false},
		{"TheLongestDecides", everybody, "/private/open/a", true},
		{"ToTheEnd", everybody, "/a/b.pdf", false},
		{"NotToTheEnd", everybody, "/a/b.pdf?download", true},
		{"AnythingBetween", everybody, "/x/y/draft/1", false},
		{"AllIsForbidden", "User-agent: *\nDisallow: /\n", "/", false},
		{"AnEmptyOneForbidsNothing", "User-agent: *\nDisallow:\n", "/a", true},
		{"TheNamedGroupAlone", everybody + "\nUser-agent: Bureau\nDisallow: /only\n", "/private/a", true},
		{"TheNamedGroup", "user-AGENT: BUREAU\nuser-agent: other\nDisallow: /only\n\n" + everybody, "/only/a", false},
		{"TwoGroupsOfOneName", "User-agent: bureau\nDisallow: /a\nUser-agent: bureau\nDisallow: /b\n", "/b", false},
		{"OfTwoAsLongTheOneThatAllows", "User-agent: *\nDisallow: /ab\nAllow: /a*\n", "/abc", true},
		{"AnotherRobotsGroup", "User-agent: other\nDisallow: /\n", "/a", true},
		{"PagesThatAreNoRules", "<html>\n<p>User-agent</p>", "/a", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parseRobots([]byte(c.text)).allows(c.address); got != c.want {
				t.Errorf("%s is allowed: %v", c.address, got)
			}
		})
	}
}

func TestRobotsNameTheDelayAndTheSitemaps(t *testing.T) {
	r := parseRobots([]byte("Sitemap: https://a.example/one.xml\nUser-agent: *\nCrawl-delay: 2.5\nSitemap: https://a.example/two.xml\n"))
	if r.delay != 2500*time.Millisecond || len(r.sitemaps) != 2 {
		t.Errorf("%+v", r)
	}
	if r := parseRobots([]byte("User-agent: *\nCrawl-delay: 1e300\n")); r.delay != longestDelay {
		t.Errorf("%v", r.delay)
	}
}

func TestHostIsLeftAloneBetweenTwoRequests(t *testing.T) {
	for _, c := range []struct{ configured, robots, want time.Duration }{{time.Second, 0, time.Second}, {time.Second, 5 * time.Second, 5 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			s := &session{Site: &Site{Delay: c.configured}, robots: robots{delay: c.robots}, last: time.Now()}
			start := time.Now()
			for range 3 {
				if err := s.pause(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if took := time.Since(start); took != 3*c.want {
				t.Errorf("three requests took %v, want %v", took, 3*c.want)
			}
		})
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a$\nAllow: /a**b"), "/aab")
	f.Fuzz(func(_ *testing.T, text []byte, address string) { parseRobots(text).allows(address) })
}
