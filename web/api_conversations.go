package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"bureau/chat/history"
)

// What the HTTP door says of conversations.
type (
	conversationPage struct {
		Conversations []conversationEntry `json:"conversations"`
		Next          string              `json:"next,omitempty"`
	}
	conversationEntry struct {
		ID      string    `json:"id"`
		Title   string    `json:"title"`
		Created time.Time `json:"created"`
		Updated time.Time `json:"updated"`
		Turns   int       `json:"turns"`
		Running string    `json:"running,omitempty"` // the answer under way
		Found   *found    `json:"found,omitempty"`
	}
	found struct {
		Answer string `json:"answer,omitempty"`
		In     string `json:"in"` // "title", "question" or "answer"
		Text   string `json:"text"`
	}
	shownConversation struct {
		ID      string    `json:"id"`
		Title   string    `json:"title"`
		Created time.Time `json:"created"`
		Updated time.Time `json:"updated"`
		Turns   []turn    `json:"turns"`
		Earlier string    `json:"earlier,omitempty"`
	}
)

// listConversations answers GET /api/conversations.
func (s *Server) listConversations(w http.ResponseWriter, r *http.Request, who caller) error {
	before, err := beforeOf(r)
	if err != nil {
		return err
	}
	page, err := s.find(r, who, before)
	if err != nil {
		return err
	}
	shown := conversationPage{Conversations: []conversationEntry{}}
	for _, c := range page.Conversations {
		shown.Conversations = append(shown.Conversations, entryOf(c))
	}
	if page.Next > 0 {
		shown.Next = strconv.Itoa(page.Next)
	}
	return respond(w, http.StatusOK, shown)
}

// beforeOf returns where the page that a request asks for ends, 0 for the first.
func beforeOf(r *http.Request) (int, error) {
	value := r.URL.Query().Get("before")
	if value == "" {
		return 0, nil
	}
	before, err := strconv.Atoi(value)
	if err != nil || before < 1 {
		return 0, errBadFrame
	}
	return before, nil
}

// find returns what was asked for: all conversations, or those that hold the
// words of q.
func (s *Server) find(r *http.Request, who caller, before int) (history.Page, error) {
	words := strings.ToValidUTF8(r.URL.Query().Get("q"), "\uFFFD")
	switch {
	case strings.TrimSpace(words) == "":
		return s.config.History.List(r.Context(), who.ID, before)
	case utf8.RuneCountInString(words) > maxQuestion:
		return history.Page{}, errTooLong
	}
	if err := s.spend(searches, who.ID); err != nil {
		return history.Page{}, err
	}
	scope, err := who.reads.Scope()
	if err != nil {
		return history.Page{}, err
	}
	return s.config.History.Search(r.Context(), scope, who.ID, words, before)
}

// entryOf returns a line of the list.
func entryOf(c history.Conversation) conversationEntry {
	e := conversationEntry{ID: c.ID, Title: c.Title, Created: c.Created, Updated: c.Updated, Turns: c.Turns, Running: c.Running}
	if c.Found != nil {
		e.Found = &found{c.Found.Answer, c.Found.In, c.Found.Text}
	}
	return e
}

// showConversation answers GET /api/conversations/{id}.
func (s *Server) showConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	before, err := beforeOf(r)
	if err != nil {
		return err
	}
	shown, kept, err := s.conversation(r, who, before)
	if err != nil {
		return err
	}
	if before == 0 { // the ends are in the last part
		if err := s.goOn(r.Context(), who, kept, shown.Turns); err != nil {
			return err
		}
	}
	return respond(w, http.StatusOK, shown)
}

// conversation returns a conversation of the caller as it may be shown, with a
// part of its turns, and these as they are kept.
func (s *Server) conversation(r *http.Request, who caller, before int) (shown shownConversation, turns []history.Turn, err error) {
	scope, err := who.reads.Scope()
	if err != nil {
		return shownConversation{}, nil, err
	}
	c, part, err := s.config.History.Conversation(r.Context(), scope, who.ID, r.PathValue("id"), before)
	if err != nil {
		return shownConversation{}, nil, err
	}
	shown = shownConversation{ID: c.ID, Title: c.Title, Created: c.Created, Updated: c.Updated, Turns: []turn{}}
	for _, t := range part.Turns {
		shown.Turns = append(shown.Turns, s.turn(t, scope, who.language))
	}
	if part.Earlier > 0 {
		shown.Earlier = strconv.Itoa(part.Earlier)
	}
	return shown, part.Turns, nil
}

// renameConversation answers PATCH /api/conversations/{id}.
func (s *Server) renameConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	var change struct {
		Title string `json:"title"`
	}
	if err := read(r, &change); err != nil {
		return err
	}
	title := strings.Join(strings.Fields(change.Title), " ")
	if title == "" || utf8.RuneCountInString(title) > history.MaxTitle {
		return errBadFrame
	}
	c, err := s.config.History.Rename(r.Context(), who.ID, r.PathValue("id"), title)
	if err != nil {
		return err
	}
	s.hub.changed(who.ID, changed{Conversation: c.ID}, nobody)
	return respond(w, http.StatusOK, entryOf(c))
}

// deleteConversation answers DELETE /api/conversations/{id}. What is being
// written in it has no reader any more.
func (s *Server) deleteConversation(w http.ResponseWriter, r *http.Request, who caller) error {
	id := r.PathValue("id")
	if err := s.config.History.Delete(r.Context(), who.ID, id); err != nil {
		return fmt.Errorf("conversation: %w", err)
	}
	s.hub.changed(who.ID, changed{Conversation: id, Deleted: true}, nobody)
	for _, a := range s.config.Desk.Running(who.ID) {
		if a.Conversation == id {
			_ = s.config.Desk.Stop(who.ID, a.Answer) // an error is one that has just ended
		}
	}
	return noContent(w)
}
