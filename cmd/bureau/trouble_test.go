package main

import (
	"path/filepath"
	"testing"
	"time"

	"bureau/store/storetest"
)

// Another program locks the store, as a backup may: whoever asks is told, what
// runs goes on, and afterwards everything is there without a new start.
func TestAStoreThatAnotherProgramLocksCostsNoAnswer(t *testing.T) {
	h := newTalker(t)
	half, goOn := h.stopHalfway()
	_, address := h.serve()
	hanna, feng := signIn(t, address, "hanna"), signIn(t, address, "feng")
	running, asking := hanna.socket(), feng.socket()
	running.send(map[string]any{"type": "ask", "id": "1", "text": "How many days of annual leave can I carry over?", "conversation": "c"})
	<-half
	unlock := storetest.Lock(t, filepath.Join(h.data, "bureau.db")) // this process is another one
	asking.send(map[string]any{"type": "ask", "id": "2", "text": "How many days of annual leave can I carry over?", "conversation": "c"})
	if f, _ := asking.hear(); f.Type != "failed" || f.Code != "store_busy" || f.ID != "2" {
		t.Errorf("whoever asks is told %+v", f)
	}
	close(goOn)
	last := numberedFrame{}
	for ok := true; ok && last.Type != "done" && last.Type != "failed"; {
		last, ok = running.hear()
	}
	unlock()
	if last.Type != "done" || last.Markdown == "" {
		t.Errorf("what was running ends in %+v", last)
	}
	h.ollama.before(nil)
	if frames := asking.ask("How many days of annual leave can I carry over?"); frames[len(frames)-1].Type != "done" {
		t.Errorf("afterwards: %+v", frames[len(frames)-1])
	}
	for late := time.Now().Add(patience); hanna.turns("c")[last.Answer].Markdown != last.Markdown; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(late) {
			t.Fatalf("what could not be kept is not kept when it can: %+v", hanna.turns("c"))
		}
	}
}
