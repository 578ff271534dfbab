package archive

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// An entry is a line of a table of contents.
type entry struct {
	title string
	level int // from 1
}

// readContents reads the table of contents: the navigation document of EPUB 3,
// or else the NCX of EPUB 2. Of several lines for one chapter the first counts.
func (b *book) readContents(items map[string]item) error {
	b.toc = make(map[string]entry)
	for _, i := range b.opf.Items {
		if slices.Contains(strings.Fields(i.Properties), "nav") {
			return b.readNav(resolve(b.at, i.Href))
		}
	}
	if ncx, ok := items[b.opf.Spine.NCX]; ok {
		return b.readNCX(resolve(b.at, ncx.Href))
	}
	return nil
}

// addEntry notes a line of the table of contents in the file at name.
func (b *book) addEntry(name, href, title string, level int) {
	chapter := resolve(name, href)
	if _, taken := b.toc[chapter]; !taken && chapter != "" {
		b.toc[chapter] = entry{strings.Join(strings.Fields(title), " "), level}
	}
}

// readNav reads a navigation document.
func (b *book) readNav(name string) error {
	data, err := b.read(name)
	if err != nil {
		return err
	}
	text, err := decode(data)
	if err != nil {
		return err
	}
	page, err := html.Parse(strings.NewReader(text)) // of limited depth
	if err != nil {
		return err
	}
	for n := range page.Descendants() {
		if n.DataAtom == atom.Nav && isContents(n) {
			b.addLinks(name, n, 0)
			break
		}
	}
	return nil
}

// isContents reports whether a <nav> is the table of contents.
func isContents(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "epub:type" {
			return slices.Contains(strings.Fields(a.Val), "toc")
		}
	}
	return false
}

// addLinks notes the links in lists under n, which is level lists deep.
func (b *book) addLinks(name string, n *html.Node, level int) {
	for c := range n.ChildNodes() {
		switch c.DataAtom {
		case atom.Ol, atom.Ul:
			b.addLinks(name, c, level+1)
		case atom.A:
			for _, a := range c.Attr {
				if a.Key == "href" {
					b.addEntry(name, a.Val, textOf(c), max(level, 1))
				}
			}
		default:
			b.addLinks(name, c, level)
		}
	}
}

// textOf returns the text of an element.
func textOf(n *html.Node) string {
	var text strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			text.WriteString(d.Data)
		}
	}
	return text.String()
}

// A navPoint is a line of an NCX, with the lines below it.
type navPoint struct {
	Title   string `xml:"navLabel>text"`
	Content struct {
		Source string `xml:"src,attr"`
	} `xml:"content"`
	Points []navPoint `xml:"navPoint"`
}

// readNCX reads the table of contents of EPUB 2.
func (b *book) readNCX(name string) error {
	var ncx struct {
		Points []navPoint `xml:"navMap>navPoint"`
	}
	if err := b.readXML(name, &ncx); err != nil {
		return err
	}
	b.addPoints(name, ncx.Points, 1)
	return nil
}

// addPoints notes lines of an NCX, down to the depth of a file.
func (b *book) addPoints(name string, points []navPoint, level int) {
	if level > b.limits.Depth {
		return
	}
	for _, p := range points {
		b.addEntry(name, p.Content.Source, p.Title, level)
		b.addPoints(name, p.Points, level+1)
	}
}
