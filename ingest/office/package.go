package office

import (
	"fmt"
	"path"
	"strings"

	"bureau/ingest/format"
)

// A relationship leads from one part of an OOXML document to another.
type relationship struct {
	kind   string // last element of its type's address: "slide", "styles"
	target string // name of the part
}

// relationships returns those of a part, by id. Those that lead out of the
// document (web pages, templates on a server) are left out: nothing outside is
// ever opened.
func (a *archive) relationships(part string) (map[string]relationship, error) {
	found := make(map[string]relationship)
	folder, file := path.Split(part)
	err := a.read(folder+"_rels/"+file+".rels", func(x *scanner) {
		x.elements(func(string) {
			kind, target := x.attr("Type"), x.attr("Target")
			if x.attr("TargetMode") == "External" || target == "" {
				return
			}
			if !strings.HasPrefix(target, "/") {
				target = "/" + folder + target
			}
			found[x.attr("Id")] = relationship{kind[strings.LastIndexByte(kind, '/')+1:], strings.TrimPrefix(path.Clean(target), "/")}
			if len(found) > a.limits.Members {
				x.stop(fmt.Errorf("%w: more than %d relationships between its parts; split it", format.ErrLimit, a.limits.Members))
			}
		})
	})
	return found, err
}

// ofKind returns the part of the first relationship of a kind, or "".
func ofKind(all map[string]relationship, kind string) string {
	first := ""
	for _, r := range all {
		if r.kind == kind && (first == "" || r.target < first) {
			first = r.target
		}
	}
	return first
}

// mainPart returns the part that holds an OOXML document, with the parts that
// it leads to. root is its outermost element, saveAs the format by its name.
func (a *archive) mainPart(root, saveAs string) (string, map[string]relationship, error) {
	top, err := a.relationships("")
	if err != nil {
		return "", nil, err
	}
	name := ofKind(top, "officeDocument")
	if name == "" {
		return "", nil, a.notADocument(saveAs)
	}
	x, err := a.open(name)
	if err != nil {
		return "", nil, err
	}
	if x.next() && x.name != root {
		return "", nil, fmt.Errorf("%w: it is not %s but %s; give it the extension of its format", format.ErrUnsupported, saveAs, kindOf(x.name))
	}
	if x.err != nil {
		return "", nil, x.finish()
	}
	related, err := a.relationships(name)
	return name, related, err
}

// notADocument is the error for an archive without an OOXML document.
func (a *archive) notADocument(saveAs string) error {
	if a.has("content.xml") && a.has("META-INF/manifest.xml") {
		return fmt.Errorf("%w: it is not %s but an OpenDocument file; give it the extension of its format (.odt, .ods, .odp)", format.ErrUnsupported, saveAs)
	}
	return fmt.Errorf("%w: it is not %s but some other zip archive, or parts of it are missing; open it and save it again", format.ErrDamaged, saveAs)
}

// kindOf names a kind of document by its outermost element.
func kindOf(root string) string {
	switch root {
	case "document":
		return "a Word document (.docx)"
	case "workbook":
		return "an Excel workbook (.xlsx)"
	case "presentation":
		return "a PowerPoint presentation (.pptx)"
	}
	return "of some other kind"
}

// properties reads what an OOXML document states of itself into text.
func (a *archive) properties(text *format.Text) error {
	top, err := a.relationships("")
	if err != nil {
		return err
	}
	return a.read(ofKind(top, "core-properties"), func(x *scanner) {
		x.elements(func(name string) {
			switch name {
			case "title":
				text.Title = statedTitle(x.allText())
			case "creator":
				text.Owner = oneLine(x.allText())
			case "modified":
				text.Updated = oneLine(x.allText())
			case "language":
				text.Language = oneLine(x.allText())
			}
		})
	})
}

// placeholders are the titles that programs put into documents by themselves.
var placeholders = []string{"powerpoint presentation", "powerpoint 演示文稿", "powerpoint 簡報", "word document", "untitled", "slide 1"}

// statedTitle returns a title, or "" where it is a program's own.
func statedTitle(title string) string {
	title = oneLine(title)
	for _, p := range placeholders {
		if strings.EqualFold(title, p) {
			return ""
		}
	}
	return title
}

// oneLine returns text with each run of white space as one space.
func oneLine(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }
