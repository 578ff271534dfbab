package web

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"bureau/audit"
)

func TestP9_WhatAVisitorIsShownIsByTheDoorOfTheWidget(t *testing.T) {
	h := newSiteHouse(t)
	session := h.enters(t, "0001", "people/HR")
	p := h.knocks(t, intranet, session)
	if ready := p.next(); ready["type"] != "ready" {
		t.Fatalf("hello: %v", ready)
	}
	p.put(`{"type":"ask","id":"1","text":"Everything!","conversation":"c"}`)
	p.until("done")
	for _, path := range []string{"/api/documents/bands", "/api/conversations/c/export?format=md"} {
		if got := h.from(t, intranet, "GET", path, session, ""); got.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
	}
	h.from(t, intranet, "POST", "/api/ask", session, `{"text":"Pay?"}`)
	h.from(t, intranet, "DELETE", exchangePath, session, "")
	kinds := map[audit.Kind]int{}
	for _, l := range h.audit.Lines() {
		if kinds[l.Kind]++; l.By.Door != audit.Widget || l.By.SignIn != "intranet" || l.By.Person == "" || l.By.Session == "" {
			t.Errorf("%s is by %+v", l.Kind, l.By)
		}
	}
	want := map[audit.Kind]int{"sign_in.done": 1, "answer.sources": 2, "answer.ended": 2, "document.opened": 1, "export.made": 1, "sign_out.done": 1}
	if !maps.Equal(kinds, want) {
		t.Errorf("lines %v, want %v", kinds, want)
	}
}

func TestP9_ATokenThatIsRefusedLeavesALine(t *testing.T) {
	h := newSiteHouse(t)
	h.exchange(t, intranet, tokenOf("0001")+"x")
	lines := slices.DeleteFunc(h.audit.Lines(), func(l audit.Line) bool { return l.Kind != "sign_in.refused" })
	if len(lines) != 1 || lines[0].By.Door != audit.Widget || lines[0].By.SignIn != "intranet" {
		t.Errorf("%+v", lines)
	}
}
