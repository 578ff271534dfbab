package web

import (
	"fmt"

	"bureau/access"
	"bureau/chat"
	"bureau/retrieval"
)

// sourceFrames returns sources as they are sent to somebody who reads the
// departments of scope.
func (s *Server) sourceFrames(found []chat.Source, scope access.Scope, language string) []source {
	frames := make([]source, len(found))
	reads := scope.Departments()
	for i, f := range found {
		frames[i] = source{
			N: f.N, Title: f.Title, Path: append([]string{}, f.Headings...),
			Departments: s.names(shared(f.Departments, reads), language),
			Updated:     f.Updated, Language: f.Language,
			Quote: quoteHTML(f.Quote, f.Marks), URL: sourceURL(f),
			Also: alsoFrames(f.Also),
		}
	}
	return frames
}

// refusalFrame returns a refusal as it is sent.
func (s *Server) refusalFrame(r chat.Refusal, scope access.Scope, language string) *refusal {
	frame := &refusal{head: head{Type: "refusal"}, Text: r.Text, Nearest: s.sourceFrames(r.Nearest, scope, language), Ask: []contact{}}
	for _, c := range r.Ask {
		name := s.config.Directory.DepartmentName(c.Department, language)
		frame.Ask = append(frame.Ask, contact{Department: name, Address: c.Address})
	}
	return frame
}

// alsoFrames returns the copies of a source as they are sent.
func alsoFrames(copies []chat.Copy) []also {
	var frames []also
	for _, c := range copies {
		frames = append(frames, also{Title: c.Title, Updated: c.Updated, URL: passageURL(c.Document, c.Anchor, c.Start, c.End)})
	}
	return frames
}

// sourceURL returns the address of a source in its document's page.
func sourceURL(s chat.Source) string { return passageURL(s.Document, s.Anchor, s.Start, s.End) }

// passageURL returns the address of a passage in its document's page, which
// authorises whoever opens it again.
func passageURL(d retrieval.DocumentID, anchor string, start, end int) string {
	page := documentURL(d)
	switch {
	case end > start:
		return fmt.Sprintf("%s?passage=%d-%d#%s", page, start, end, passageAnchor)
	case anchor != "":
		return page + "#" + anchor
	}
	return page
}

// documentURL returns the address of a document's page.
func documentURL(id retrieval.DocumentID) string { return "/documents/" + string(id) }
