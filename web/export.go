package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"bureau/audit"
)

// exportConversation answers GET /api/conversations/{id}/export.
func (s *Server) exportConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	format := r.URL.Query().Get("format")
	if format == "" {
		format = "md"
	}
	if format != "md" && format != "json" {
		return errBadFrame
	}
	c, err := s.whole(r, who)
	if err != nil {
		return err
	}
	made := audit.ExportMade{What: "conversation", Conversation: c.ID, Format: format, Answers: len(c.Turns)}
	if err := s.record(r.Context(), who.asks.By, made); err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="conversation-%s.%s"`, c.Updated.Format(time.DateOnly), format))
	if format == "json" {
		return respond(w, http.StatusOK, c)
	}
	w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	_, _ = w.Write([]byte(c.markdown(who.language))) // an error here is a browser that left
	return nil
}

// whole returns a conversation with all its turns.
func (s *Server) whole(r *http.Request, who caller) (shownConversation, error) {
	var whole shownConversation
	for before := 0; ; {
		part, _, err := s.conversation(r, who, before)
		if err != nil {
			return shownConversation{}, err
		}
		part.Turns = append(part.Turns, whole.Turns...)
		if whole = part; whole.Earlier == "" {
			return whole, nil
		}
		if before, err = strconv.Atoi(whole.Earlier); err != nil {
			return shownConversation{}, err // unreachable: it is a number
		}
	}
}

// markdown returns a conversation as a text, its turns as they were asked. A
// question of another branch says which one it goes on from.
func (c shownConversation) markdown(language string) string {
	say := func(name string) string { return phrases[name].in(language) }
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", literal(c.Title))
	number := map[string]int{"": 0}
	for i, t := range c.Turns {
		number[t.Answer] = i + 1
		fmt.Fprintf(&b, "\n## %d · %s UTC\n\n", i+1, t.Asked.Format("2006-01-02 15:04"))
		switch {
		case number[t.After] == i: // the turn above, as everybody expects
		case t.After == "":
			fmt.Fprintf(&b, "*%s*\n\n", say("branch at top"))
		default:
			fmt.Fprintf(&b, "*%s*\n\n", fmt.Sprintf(say("branch"), number[t.After]))
		}
		fmt.Fprintf(&b, "> %s\n\n", strings.ReplaceAll(inert(t.Question), "\n", "\n> "))
		fmt.Fprintf(&b, "%s\n", strings.TrimSpace(t.text(say)))
	}
	return b.String()
}

// text returns the answer of a turn as an export has it.
func (t turn) text(say func(string) string) string {
	switch t.State {
	case "hidden":
		return "*" + say("hidden") + "*"
	case "running":
		return "*" + say("still written") + "*"
	case "failed":
		return t.Markdown + "\n\n*" + t.Words + "*"
	}
	return t.Markdown
}
