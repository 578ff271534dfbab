package office

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"bureau/ingest/format"
)

// An odf is an OpenDocument file that is being read.
type odf struct {
	*archive
	draft
	styles map[string]odfStyle
	title  string // of the paragraph in the style for it, or ""
	hidden int    // pieces of text that are hidden
}

// An odfStyle is what a style says of what has it.
type odfStyle struct {
	parent   string
	isHidden bool
	isRaised bool           // above the line
	formats  map[int]string // of a list: level from 1 to its numbers, as "1" or "a"; none is a bullet
}

// readODF reads an OpenDocument file. body is the element in whose content
// visit is called, once, at its start.
func readODF(ctx context.Context, data []byte, limits format.Limits, body, saveAs string, visit func(o *odf, x *scanner)) (format.Text, error) {
	a, err := openArchive(ctx, data, limits, saveAs)
	if err != nil {
		return format.Text{}, err
	}
	if !a.has("content.xml") {
		return format.Text{}, a.foreign(saveAs)
	}
	o := &odf{archive: a, draft: draft{limits: limits}, styles: make(map[string]odfStyle)}
	var text format.Text
	isEncrypted, isFound := false, false
	for _, read := range []func() error{
		func() error {
			return a.read("META-INF/manifest.xml", func(x *scanner) { isEncrypted = hasEncryption(x) })
		},
		func() error {
			if isEncrypted {
				return fmt.Errorf("%w: it has a password; save it without one", format.ErrEncrypted)
			}
			return a.read("meta.xml", func(x *scanner) { readMeta(x, &text) })
		},
		func() error { return a.read("styles.xml", o.readStyles) },
		func() error {
			return a.read("content.xml", func(x *scanner) { isFound = o.readContent(x, body, visit) })
		},
	} {
		if err := read(); err != nil {
			return format.Text{}, err
		}
	}
	if !isFound {
		return format.Text{}, fmt.Errorf("%w: it is not %s; give it the extension of its format (.odt, .ods, .odp)", format.ErrUnsupported, saveAs)
	}
	if o.title != "" {
		text.Title = o.title
	}
	o.warn(o.hidden, "hidden piece of text", "hidden pieces of text", "left out")
	return o.finish(text)
}

// foreign is the error for an archive without OpenDocument's content.
func (a *archive) foreign(saveAs string) error {
	if a.has("[Content_Types].xml") {
		return fmt.Errorf("%w: it is not %s but a Microsoft Office file; give it the extension of its format (.docx, .xlsx, .pptx)", format.ErrUnsupported, saveAs)
	}
	return fmt.Errorf("%w: it is not %s but some other zip archive, or parts of it are missing; open it and save it again", format.ErrDamaged, saveAs)
}

// hasEncryption reports whether a manifest says how parts are encrypted.
func hasEncryption(x *scanner) bool {
	for x.next() {
		if x.kind == startTag && x.name == "encryption-data" {
			return true
		}
	}
	return false
}

// readMeta reads what a document states of itself.
func readMeta(x *scanner, text *format.Text) {
	x.elements(func(string) {
		x.elements(func(name string) {
			switch name {
			case "title":
				text.Title = statedTitle(x.allText())
			case "initial-creator":
				text.Owner = oneLine(x.allText())
			case "creator":
				if text.Owner == "" {
					text.Owner = oneLine(x.allText())
				}
			case "date":
				text.Updated = oneLine(x.allText())
			case "language":
				text.Language = oneLine(x.allText())
			}
		})
	})
}

// readContent reads the part of the content, and reports whether the body is
// of the kind that is wanted.
func (o *odf) readContent(x *scanner, body string, visit func(o *odf, x *scanner)) (isFound bool) {
	x.elements(func(name string) {
		switch name {
		case "automatic-styles":
			o.readStyleList(x)
		case "body":
			x.elements(func(name string) {
				if name == body {
					isFound = true
					visit(o, x)
				}
			})
		}
		x.stop(o.err)
	})
	return isFound
}

// readStyles reads the part of the styles.
func (o *odf) readStyles(x *scanner) {
	x.elements(func(name string) {
		if name == "styles" || name == "automatic-styles" {
			o.readStyleList(x)
		}
	})
}

// raisedPosition is how a style says that text stands above the line: "super
// 58%", or by how much.
var raisedPosition = regexp.MustCompile(`^(?:super|0*[1-9])`)

// readStyleList reads styles.
func (o *odf) readStyleList(x *scanner) {
	x.elements(func(string) {
		s := odfStyle{parent: x.attr("parent-style-name")}
		id := x.attr("name")
		x.elements(func(name string) {
			switch name {
			case "table-properties", "text-properties":
				display := string(x.attrBytes("display"))
				s.isHidden = s.isHidden || display == "false" || display == "none"
				s.isRaised = raisedPosition.Match(x.attrBytes("text-position"))
			case "drawing-page-properties":
				s.isHidden = string(x.attrBytes("visibility")) == "hidden"
			case "list-level-style-number":
				if s.formats == nil {
					s.formats = make(map[int]string)
				}
				s.formats[min(x.number("level", 1), o.draft.limits.Depth)] = clip(x.attr("num-format"), 1)
			}
		})
		o.styles[id] = s
		o.countEntries(len(o.styles), o.draft.limits.Cells/10, "styles")
		x.stop(o.err)
	})
}

// isTitle reports whether a paragraph's style is the one for titles.
func (o *odf) isTitle(style string) bool {
	return strings.EqualFold(style, "Title") || strings.EqualFold(o.styles[style].parent, "Title")
}
