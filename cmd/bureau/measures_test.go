package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// figures returns what metrics say, by name and label.
func figures(t *testing.T, text string) map[string]float64 {
	t.Helper()
	found := map[string]float64{}
	for line := range strings.Lines(text) {
		if name, figure, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			n, err := strconv.ParseFloat(figure, 64)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			found[name] = n
		}
	}
	return found
}

func TestMetricsAddUpAndNameNobody(t *testing.T) {
	at := freeAddress(t)
	h := smallHouse(t, fmt.Sprintf("serve: {metrics: %q, limits: {searches: 1/h}}\n", at))
	token := strings.TrimSpace(h.mustRun("token", "create", "hanna", "--name", "nightly", "--actions", "ask,conversations"))
	address := h.serve()
	v := visitor{t, address, http.DefaultClient}
	for _, question := range []string{"How many days of annual leave are there in Leeds?", "Annual leave?", "Who won the cup of 1987 in Reykjavik?"} {
		if status, body := v.askHTTP(token, question); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	for range 2 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/conversations?q=leave", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		v.do(request)
	}
	text := visitor{t, "http://" + at, http.DefaultClient}.get("/metrics")
	got := figures(t, text)
	ended := got[`bureau_questions_ended_total{outcome="answered"}`] + got[`bureau_questions_ended_total{outcome="refused"}`]
	if got["bureau_questions_begun_total"] != 3 || ended != 3 || got[`bureau_questions_ended_total{outcome="refused"}`] == 0 {
		t.Errorf("questions do not add up:\n%s", text)
	}
	for name, want := range map[string]float64{
		"bureau_search_seconds_count": 3, "bureau_queue_length": 0, "bureau_sockets": 0, "bureau_second_lock_documents_total": 0,
		`bureau_documents{state="indexed"}`: 1, `bureau_limited_total{limit="searches"}`: 1, `bureau_limited_total{limit="asks"}`: 0,
	} {
		if n, ok := got[name]; !ok || n != want {
			t.Errorf("%s is %v, %t, not %v", name, n, ok, want)
		}
	}
	if found := regexp.MustCompile(`(?i)hanna|nightly|leave|hr\b|127\.0\.0\.1|leeds`).FindString(text); found != "" {
		t.Errorf("the metrics have %q:\n%s", found, text)
	}
	if other := (visitor{t, "http://" + at, http.DefaultClient}).get("/sign-in"); strings.Contains(other, "form") {
		t.Errorf("the address of metrics serves more: %s", other)
	}
}

func TestMetricsAreForAdministrators(t *testing.T) {
	const password = "a long enough password"
	h := smallHouse(t, "")
	for _, person := range []string{"hanna", "mei"} {
		h.account(person, password)
	}
	address := h.serve()
	for person, want := range map[string]string{"hanna": "bureau_sockets", "mei": `"code":"no_role"`, "": `"code":"signed_out"`} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		v := visitor{t, address, &http.Client{Jar: jar}}
		if person != "" {
			v.form("/sign-in", url.Values{"person": {person}, "password": {password}})
		}
		if got := v.get("/metrics"); !strings.Contains(got, want) || person != "hanna" && strings.Contains(got, "bureau_") {
			t.Errorf("%q is shown %s", person, got)
		}
	}
}
