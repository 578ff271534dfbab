package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// reply is what a method answers.
type reply map[string]any

// refuse is a call that Slack refuses.
func refuse(why string) reply { return reply{"ok": false, "error": why} }

// methods are the methods that the workspace has, called with mu held.
var methods = map[string]func(w *Workspace, v map[string]string) reply{
	"auth.test":             (*Workspace).authTest,
	"users.info":            (*Workspace).usersInfo,
	"users.list":            (*Workspace).usersList,
	"conversations.info":    (*Workspace).channelInfo,
	"conversations.members": (*Workspace).channelMembers,
	"conversations.open":    (*Workspace).openDirect,
	"chat.postMessage":      (*Workspace).postMessage,
	"chat.postEphemeral":    (*Workspace).postEphemeral,
	"chat.update":           (*Workspace).update,
	"chat.startStream":      (*Workspace).startStream,
	"chat.appendStream":     (*Workspace).appendStream,
	"chat.stopStream":       (*Workspace).stopStream,
	"views.publish":         (*Workspace).publishView,
	"apps.connections.open": (*Workspace).openSocket,

	"assistant.threads.setStatus":           (*Workspace).setStatus,
	"assistant.threads.setTitle":            (*Workspace).setTitle,
	"assistant.threads.setSuggestedPrompts": (*Workspace).setPrompts,
}

// serveMethod answers a call, or lets it fail.
func (w *Workspace) serveMethod(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	values, err := arguments(r)
	if err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	var fault *Fault
	if w.Fail != nil {
		fault = w.Fail(name, values)
	}
	if fault != nil && !fault.After {
		fault.write(rw)
		return
	}
	answer := refuse("unknown_method")
	if do, ok := methods[name]; ok {
		answer = refuse("invalid_auth")
		if values["token"] == BotToken || name == "apps.connections.open" && values["token"] == AppToken {
			w.change(func() {
				answer = do(w, values)
				if answer["ok"] != false {
					w.calls = append(w.calls, Call{name, values})
				}
			})
		}
	}
	if fault != nil {
		fault.write(rw)
		return
	}
	if answer["ok"] == nil {
		answer["ok"] = true
	}
	rw.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(rw).Encode(answer)
}

func (f *Fault) write(rw http.ResponseWriter) {
	if f.Error != "" {
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(refuse(f.Error))
		return
	}
	if f.Status == http.StatusTooManyRequests {
		rw.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	rw.WriteHeader(f.Status)
}

// arguments reads those of a form or of JSON.
func arguments(r *http.Request) (map[string]string, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	values := map[string]string{"token": strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && len(body) > 0 {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(body, &fields); err != nil {
			return nil, err
		}
		for key, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			values[key] = text
		}
		return values, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	for key := range form {
		values[key] = form.Get(key)
	}
	return values, nil
}

func (w *Workspace) authTest(map[string]string) reply {
	return reply{"team": "Fake workspace", "team_id": Team, "user": "bureau", "user_id": Bot, "bot_id": "B0BUREAU"}
}

func (u User) json() map[string]any {
	team := Team
	if u.Outside {
		team = "T0OTHER"
	}
	return map[string]any{
		"id": u.ID, "name": u.Name, "team_id": team, "deleted": u.Deleted, "is_bot": u.Bot, "is_restricted": u.Guest,
		"is_stranger": u.Outside, "is_email_confirmed": !u.Unconfirmed && u.Email != "", "locale": u.Locale,
		"profile": map[string]any{"email": u.Email, "display_name": u.Name},
	}
}

func (w *Workspace) usersInfo(v map[string]string) reply {
	u, ok := w.users[v["user"]]
	if !ok {
		return refuse("user_not_found")
	}
	return reply{"user": u.json()}
}

func (w *Workspace) usersList(v map[string]string) reply {
	var ids []string
	for id, u := range w.users {
		if !u.Outside {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	part, next := page(ids, v)
	var list []any
	for _, id := range part {
		list = append(list, w.users[id].json())
	}
	return reply{"members": list, "response_metadata": map[string]any{"next_cursor": next}}
}

// page returns the part of a list that a call asks for.
func page(list []string, v map[string]string) (part []string, next string) {
	from, _ := strconv.Atoi(v["cursor"])
	limit, err := strconv.Atoi(v["limit"])
	if err != nil || limit < 1 || limit > 1000 {
		limit = 100
	}
	from = min(from, len(list))
	to := min(from+limit, len(list))
	if to < len(list) {
		next = strconv.Itoa(to)
	}
	return list[from:to], next
}

func (w *Workspace) channelInfo(v map[string]string) reply {
	c, ok := w.channels[v["channel"]]
	if !ok {
		return refuse("channel_not_found")
	}
	return reply{"channel": map[string]any{"id": c.id, "name": c.name, "is_ext_shared": c.shared, "is_im": strings.HasPrefix(c.id, "D")}}
}

func (w *Workspace) channelMembers(v map[string]string) reply {
	c, ok := w.channels[v["channel"]]
	if !ok {
		return refuse("channel_not_found")
	}
	part, next := page(c.members, v)
	return reply{"members": part, "response_metadata": map[string]any{"next_cursor": next}}
}

func (w *Workspace) openDirect(v map[string]string) reply {
	if _, ok := w.users[v["users"]]; !ok {
		return refuse("user_not_found")
	}
	id := "D" + v["users"]
	if _, ok := w.channels[id]; !ok {
		w.channels[id] = &channel{id: id, members: []string{Bot, v["users"]}}
	}
	return reply{"channel": map[string]any{"id": id}}
}

func (w *Workspace) publishView(v map[string]string) reply {
	var view struct {
		Blocks json.RawMessage `json:"blocks"`
	}
	if err := json.Unmarshal([]byte(v["view"]), &view); err != nil {
		return refuse("invalid_arguments")
	}
	blocks, err := parseBlocks(string(view.Blocks))
	if err != nil {
		return reply{"ok": false, "error": "invalid_blocks", "errors": []string{err.Error()}}
	}
	w.homes[v["user_id"]] = blocks
	return reply{"view": map[string]any{"id": "V1"}}
}

func (w *Workspace) setStatus(v map[string]string) reply {
	if v["thread_ts"] == "" {
		return refuse("invalid_thread_ts")
	}
	w.statuses = append(w.statuses, Status{v["channel_id"], v["thread_ts"], v["status"]})
	return reply{}
}

func (w *Workspace) setTitle(map[string]string) reply { return reply{} }

func (w *Workspace) setPrompts(v map[string]string) reply {
	var given []struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal([]byte(v["prompts"]), &given); err != nil || len(given) == 0 || len(given) > 4 {
		return refuse("invalid_arguments")
	}
	var texts []string
	for _, p := range given {
		texts = append(texts, p.Message)
	}
	w.prompts[v["thread_ts"]] = texts
	return reply{}
}

func (w *Workspace) openSocket(map[string]string) reply {
	return reply{"url": fmt.Sprintf("ws%s/socket", strings.TrimPrefix(w.server.URL, "http"))}
}
