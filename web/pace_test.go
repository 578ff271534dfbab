package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"bureau/web/limit"
)

// scarce are limits of two of each in an hour.
func scarce() Limits {
	two := limit.Budget{N: 2, Over: time.Hour}
	return Limits{two, two, two, two, two, two, two, two, two}
}

// waits fails the test unless a reply says when to come back, to people too.
func waits(t *testing.T, what string, got reply) {
	t.Helper()
	after, err := strconv.Atoi(got.header.Get("Retry-After"))
	if got.status != http.StatusTooManyRequests || err != nil || after < 1 || after > 3600 {
		t.Errorf("%s: %d, Retry-After %q", what, got.status, got.header.Get("Retry-After"))
	}
}

func TestWhoAsksTooOftenWaitsAndNobodyElse(t *testing.T) {
	for pattern, path := range map[string]string{
		"requests": "/", "documents": "/documents/leave", "searches": "/api/conversations?q=leave",
		"exports": "/api/conversations/c/export", "api": "/api/sessions", "unknown": "/api/none",
	} {
		t.Run(pattern, func(t *testing.T) {
			h := newHouse(t)
			url := serve(t, h)
			h.answered(t, url, "hanna")
			h.answered(t, url, "finn")
			h.limiters = scarce().limiters()
			for range 2 {
				if got := h.request(t, "GET", url+path, "hanna", nil); got.status == http.StatusTooManyRequests {
					t.Fatalf("within the budget: %+v", got)
				}
			}
			waits(t, path, h.request(t, "GET", url+path, "hanna", nil))
			if got := h.request(t, "GET", url+path, "finn", nil); got.status == http.StatusTooManyRequests {
				t.Errorf("somebody else at the same address waits")
			}
			if got := h.request(t, "GET", url+"/healthz", "hanna", nil); got.status != http.StatusOK {
				t.Errorf("healthz: %d", got.status)
			}
		})
	}
}

func TestQuestionsAreOneBudgetByEveryDoor(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.limiters = scarce().limiters()
	p := h.visitAs(t, url, "hanna")
	p.put(`{"type":"ask","id":"1","text":"Leave?"}`)
	p.until("done")
	h.request(t, "POST", url+"/api/ask", "", func(r *http.Request) {
		withToken(h.tokenFor(t, "hanna", "ask"))(r)
		r.Header.Set("Content-Type", "application/json")
	})
	p.put(`{"type":"ask","id":"2","text":"Leave?"}`)
	if f := p.next(); f["code"] != "too_often" || f["retry"] != true || f["id"] != "2" {
		t.Errorf("%v", f)
	}
	got := h.send(t, "POST", url+"/api/ask", "hanna", `{"text":"Leave?"}`)
	waits(t, "by HTTP", got)
	var said struct{ Code string }
	if err := json.Unmarshal([]byte(got.body), &said); err != nil || said.Code != "too_often" {
		t.Errorf("%s", got.body)
	}
}

func TestSocketsAreCountedWhenTheyAreOpened(t *testing.T) {
	h := newHouse(t)
	url := serve(t, h)
	h.limiters = scarce().limiters()
	for range 2 {
		h.visitAs(t, url, "hanna").Close()
	}
	waits(t, "a third socket", h.request(t, "GET", url+"/socket", "hanna", func(r *http.Request) { r.Header.Set("Origin", url) }))
	h.visitAs(t, url, "finn").Close()
}

// Whom nobody knows is counted by where they come from; who is signed in there
// does not feel it.
func TestStrangersAreCountedByTheirAddress(t *testing.T) {
	for name, c := range map[string]struct{ method, path string }{
		"SignIn": {"POST", "/sign-in"}, "Page": {"GET", "/"}, "API": {"GET", "/api/sessions"}, "Nowhere": {"GET", "/nowhere"}, "Farewell": {"POST", "/sign-in/corp/logout"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.config.Proxies = Proxies{From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
			url := serve(t, h)
			h.limiters = scarce().limiters()
			from := func(address, person string) reply {
				return h.request(t, c.method, url+c.path, person, func(r *http.Request) { r.Header.Set("X-Forwarded-For", address) })
			}
			for i := range 2 {
				if got := from(fmt.Sprintf("192.0.2.%d, 2001:db8::%d", i, i), ""); got.status == http.StatusTooManyRequests {
					t.Fatalf("within the budget: %+v", got)
				}
			}
			waits(t, "the same network of IPv6, with another address in front", from("192.0.2.9, 2001:db8::9", ""))
			if got := from("2001:db8:0:1::9", ""); got.status == http.StatusTooManyRequests {
				t.Errorf("another network waits")
			}
			if c.method == "GET" && c.path != "/nowhere" {
				if got := from("2001:db8::9", "hanna"); got.status == http.StatusTooManyRequests {
					t.Errorf("somebody who is signed in at the address waits")
				}
			}
		})
	}
}

// Five thousand people come to work within ten minutes behind one address: each
// is led to the sign-in, to the provider and back.
func TestAnOfficeBehindOneAddressFeelsNoLimit(t *testing.T) {
	limiters := DefaultLimits().limiters()
	now := time.Now()
	const people = 5000
	for i := range people {
		now = now.Add(10 * time.Minute / people)
		for of, steps := range map[pace]int{strangers: 3, signIns: 2} {
			for range steps {
				if wait := limiters[of].Take("198.51.100.7", now); wait > 0 {
					t.Fatalf("person %d waits %s for %v", i, wait, of)
				}
			}
		}
	}
	for of, budget := range map[pace]*limit.Limiter{requests: limiters[requests], asks: limiters[asks], signIns: limiters[signIns]} {
		taken := 0
		for budget.Take("program", now) == 0 {
			if taken++; taken > 10_000 {
				t.Fatalf("a program is not limited in %v", of)
			}
		}
	}
}
