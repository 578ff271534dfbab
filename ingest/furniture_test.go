package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// site writes pages of a site whose menu and footer nothing marks as such.
func (o *office) site(pages int) {
	o.t.Helper()
	for i := range pages {
		o.write(fmt.Sprintf("site/page-%02d.html", i), fmt.Sprintf(`<html><body>
			<div><a href="/">Home</a> · <a href="/jobs">Careers in Larkfield</a></div>
			<div>You are here: page %d</div>
			<h1>Rule %d</h1>
			<p>It applies to everybody.</p>
			<p>The holiday of rule %d is %d days long.</p>
			<p>It applies to everybody.</p>
			<div>Write to the webmaster. © Larkfield</div></body></html>`, i, i, i, i))
	}
}

func TestWhatStandsOnMostPagesIsLeftOut(t *testing.T) {
	o := newOffice(t)
	o.site(12)
	o.run()
	o.wantFinds("feng", "careers")
	o.wantFinds("feng", "webmaster")
	if text := *o.entry("site/page-03.html").markdown; !strings.HasPrefix(text, "You are here: page 3") || !strings.HasSuffix(text, "is 3 days long.") {
		t.Errorf("the page's text is\n%s", text)
	}
	if text := *o.entry("site/page-03.html").markdown; strings.Count(text, "It applies to everybody.") != 1 {
		t.Errorf("what repeats inside the page's text is lost, or what repeats at its end is not:\n%s", text)
	}
	if report := o.run(); report.Unchanged != 12 {
		t.Errorf("the second run: %+v", report)
	}
}

func TestFewPagesHaveNoFurniture(t *testing.T) {
	o := newOffice(t)
	o.site(fewestPages - 1)
	o.run()
	if text := *o.entry("site/page-03.html").markdown; !strings.Contains(text, "Careers") || !strings.Contains(text, "webmaster") {
		t.Errorf("the page's text is\n%s", text)
	}
}

func TestPageOfFurnitureAloneKeepsIt(t *testing.T) {
	menu := "Home\n\nCareers"
	texts := make([]string, 10)
	for i := range texts {
		texts[i] = fmt.Sprintf("%s\n\nRule %d", menu, i)
	}
	f := furnitureOf(texts)
	if got := f.strip(texts[0]); got != "Rule 0" {
		t.Errorf("of a page is left %q", got)
	}
	if got := f.strip(menu); got != menu {
		t.Errorf("of the menu's own page is left %q", got)
	}
}

func TestPagesAreReadAnewWhenTheirFurnitureIsKnown(t *testing.T) {
	o := newOffice(t)
	o.site(fewestPages - 1)
	o.run()
	o.site(fewestPages)
	o.run()
	o.wantFinds("feng", "webmaster")
}
