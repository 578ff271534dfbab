package main

import (
	"strings"
	"testing"

	"bureau/chat"
)

func TestAQuestionThatCannotBeAskedIsMisuse(t *testing.T) {
	h := indexed(t)
	for name, question := range map[string]string{"empty": " \u200b", "more than": strings.Repeat("a", chat.MaxQuestion+1)} {
		got := h.run("ask", question, "--as", "hanna")
		if got.status != exitMisused || got.stdout != "" || !strings.Contains(got.stderr, name) {
			t.Errorf("%s: status %d, printed %q and %q", name, got.status, got.stdout, got.stderr)
		}
	}
}
