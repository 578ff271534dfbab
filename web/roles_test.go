package web

import (
	"net/http"
	"strings"
	"testing"

	"bureau/identity"
)

// Each role with what it may do, and nobody else may.
func TestL28_RolesMayDoWhatTheyAreForAndNoMore(t *testing.T) {
	h := newHouse(t)
	document := company + "  - {id: rita, name: Rita Gray, departments: [hr]}\n"
	for person, role := range map[string]string{"mei": "administrator", "finn": "owner", "hanna": "auditor"} {
		changed := strings.Replace(document, "id: "+person+",", "id: "+person+", roles: ["+role+"],", 1)
		if changed == document {
			t.Fatalf("%s is not in the company", person)
		}
		document = changed
	}
	h.rights.policy.Store(parsed(t, document))
	url := serve(t, h)
	tokens := map[string]string{}
	for _, person := range []string{"hanna", "finn", "mei", "rita"} {
		tokens[person] = h.token(person)
	}
	for person, may := range map[string]struct {
		sees, ends   bool // everybody's sessions
		hr, finances bool // who is in the departments
	}{
		"hanna": {sees: true, hr: true, finances: true},
		"mei":   {sees: true, ends: true, hr: true, finances: true},
		"finn":  {finances: true},
		"rita":  {},
	} {
		list := h.request(t, "GET", url+"/api/sessions", person, nil).body
		if sees := strings.Contains(list, `"rita"`) && strings.Contains(list, `"mei"`); sees != may.sees {
			t.Errorf("%s sees everybody's sessions: %t", person, sees)
		}
		got := h.request(t, "GET", url+"/api/departments", person, nil)
		if hr, finances := strings.Contains(got.body, `"id":"hr"`), strings.Contains(got.body, `"id":"finance"`); got.status != http.StatusOK || hr != may.hr || finances != may.finances {
			t.Errorf("%s looks after %d %s", person, got.status, got.body)
		}
		if may.finances && (!strings.Contains(got.body, `"id":"finn"`) || person == "finn" && strings.Contains(got.body, `"id":"hanna"`)) {
			t.Errorf("%s sees of the departments: %s", person, got.body)
		}
		victim := h.token("rita")
		want := map[bool]int{true: http.StatusNoContent, false: http.StatusNotFound}[may.ends || person == "rita"]
		if status := h.send(t, "DELETE", url+"/api/sessions/"+identity.SessionID(victim), person, "").status; status != want {
			t.Errorf("%s ends another's session: %d", person, status)
		}
	}
}
