package ingest

import "testing"

func TestNotesOfAPageAreReadAndItsSidesAreNot(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"Note":   {`<p>Trips above 1,500<sup><a href="#n1">1</a></sup> need a yes.</p><aside epub:type="footnote" id="n1"><p><sup>1</sup> Of the head.</p></aside>`, "Trips above 1,500¹ need a yes.\n\n¹ Of the head."},
		"ByRole": {`<p>Text.</p><aside role="doc-endnote"><p>Note.</p></aside>`, "Text.\n\nNote."},
		"Side":   {`<p>Text.</p><aside><p>Buy now.</p></aside><aside role="tooltip">Tip</aside>`, "Text."},
		"Inner":  {`<p>See <a href="#rates"><b>the rates</b></a> or <a href="https://larkfield.example/">the site</a>.</p>`, "See **the rates** or [the site](https://larkfield.example/)."},
		"Raised": {`<p>10<sup>6</sup> on the 4<sup>th</sup>, 5 m<sup>-<b>1</b></sup></p>`, "10⁶ on the 4th, 5 m-**¹**"},
		"Mark":   {`<h1 id="a">A<a href="#a">#</a></h1><p>Text.</p>`, "# A\n\nText."},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := Extract("page.html", []byte("<!doctype html><body>"+c.page))
			if err != nil || x.Markdown != c.want {
				t.Errorf("got %q, error %v; want %q", x.Markdown, err, c.want)
			}
		})
	}
}
