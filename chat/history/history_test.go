package history

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bureau/chat"
	"bureau/retrieval"
)

// countOf counts the rows of a table.
func countOf(table string, n *int) func(*sql.Tx) error {
	return func(tx *sql.Tx) error { return tx.QueryRow("SELECT count(*) FROM " + table).Scan(n) }
}

func TestAQuestionIsWrittenOnceUntilItFails(t *testing.T) {
	r := newRoom(t, ledger{})
	first := r.begin(chat.Beginning{Conversation: "c", Asked: "1", Question: "a"}, nil)
	if again := r.begin(chat.Beginning{Conversation: "c", Asked: "1", Question: "a"}, nil); again != first || r.count("turns") != 1 {
		t.Errorf("asked again it is %s, want %s", again, first)
	}
	r.keep(first, "Yes.", chat.Done{Text: "Yes."})
	if again := r.begin(chat.Beginning{Conversation: "c", Asked: "1"}, nil); again != first {
		t.Errorf("after it was done it is %s, want %s", again, first)
	}
	other := r.begin(chat.Beginning{Conversation: "c", Asked: "1", Person: "felix", Question: "a"}, nil)
	if other == first {
		t.Error("felix got hanna's answer")
	}
	failed := r.begin(chat.Beginning{Conversation: "c", Asked: "2", Question: "b"}, nil)
	r.keep(failed, "", chat.Failed{Reason: chat.Internal})
	anew, err := r.Begin(t.Context(), chat.Beginning{Answer: "new", Person: "hanna", Conversation: "elsewhere", Asked: "2", Question: "b", Newest: true, At: today})
	if err != nil || anew.Answer != "new" || anew.Conversation != "c" || anew.After != first {
		t.Errorf("a failed question that comes again is %+v, %v; want it where it was", anew, err)
	}
}

func TestQuestionsMakeATree(t *testing.T) {
	r := newRoom(t, ledger{})
	a := r.answered("c", "a", "A")
	b := r.answered("c", "b", "B")
	top := ""
	edited := r.ask("c", "a, edited", &top)
	r.keep(edited, "A2", chat.Done{})
	third := r.ask("c", "c", &b)
	last := r.ask("c", "d", nil)
	_, part, err := r.Conversation(t.Context(), scopeOf(t, "hanna"), "hanna", "c", 0)
	if err != nil {
		t.Fatal(err)
	}
	after := map[string]string{}
	for _, turn := range part.Turns {
		after[turn.Answer] = turn.After
	}
	if diff := cmp.Diff(map[string]string{a: "", b: a, edited: "", third: b, last: third}, after); diff != "" {
		t.Errorf("what each turn follows (-want +got):\n%s", diff)
	}
	for answer, want := range map[string]string{a: "", third: "a b", last: "a b", edited: ""} { // third is not answered yet
		if got := r.earlier("hanna", answer); got != want {
			t.Errorf("before %s: %q, want %q", answer, got, want)
		}
	}
	for name, turn := range map[string]chat.Beginning{
		"Unknown":           {After: "nothing", Conversation: "c", Person: "hanna"},
		"OtherConversation": {After: a, Conversation: "d", Person: "hanna"},
		"OtherPerson":       {After: a, Conversation: "c", Person: "felix"},
	} {
		turn.Answer, turn.At = name, today
		before := r.count("turns")
		if _, err := r.Begin(t.Context(), turn); !errors.Is(err, chat.ErrNoAnswer) || r.count("turns") != before {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// earlier returns the questions that a turn can refer to.
func (r *room) earlier(person, answer string) string {
	r.t.Helper()
	turns, err := r.Earlier(r.t.Context(), scopeOf(r.t, person), person, answer)
	if err != nil {
		r.t.Fatal(err)
	}
	var questions []string
	for _, turn := range turns {
		questions = append(questions, turn.Question)
	}
	return strings.Join(questions, " ")
}

func TestL24_P3_WhatIsReadNoMoreIsNowhere(t *testing.T) {
	l := ledger{"pay": "hr", "leave": "everyone", "copy": "hr"}
	r := newRoom(t, l)
	secret := r.answered("c", "Pay?", "41,000 heron", "pay", "leave")
	r.answered("c", "Leave?", "26 days", "leave")
	last := r.ask("c", "And?", nil)
	ask := func() (seen string) {
		scope := scopeOf(t, "hanna")
		events, err := r.Events(t.Context(), scope, "hanna", secret)
		seen += fmt.Sprint(events, err, r.earlier("hanna", last))
		_, part, err := r.Conversation(t.Context(), scope, "hanna", "c", 0)
		seen += fmt.Sprint(part, err)
		for _, query := range []string{"heron", "pay", "days"} {
			page, err := r.Search(t.Context(), scope, "hanna", query, 0)
			for _, c := range page.Conversations {
				seen += fmt.Sprint(*c.Found, err)
			}
		}
		return seen
	}
	if seen := ask(); strings.Count(seen, "heron") != 5 || strings.Count(seen, "Pay?") != 3 || strings.Count(seen, "Title of pay") != 2 {
		t.Errorf("before: %s", seen)
	}
	l["pay"] = "finance"
	for _, name := range []string{"Narrowed", "Deleted"} {
		seen := ask()
		if strings.Contains(seen, "heron") || strings.Contains(seen, "Title of pay") || !strings.Contains(seen, "Pay?") || !strings.Contains(seen, "26 days") || !strings.Contains(seen, chat.ErrRevoked.Error()) {
			t.Errorf("%s: %s", name, seen)
		}
		if got := r.earlier("hanna", last); got != "Leave?" {
			t.Errorf("%s: earlier turns %q", name, got)
		}
		delete(l, "pay")
	}
}

func TestL24_ALedgerThatFailsShowsNothing(t *testing.T) {
	before := newRoom(t, ledger{"pay": "hr"})
	before.answered("c", "Pay?", "41,000", "pay")
	before.ask("c", "And?", nil)
	r := openRoom(t, before.path, nil)
	scope := scopeOf(t, "hanna")
	if events, err := r.Events(t.Context(), scope, "hanna", "answer-0"); err == nil || events != nil {
		t.Errorf("events %v, %v", events, err)
	}
	if turns, err := r.Earlier(t.Context(), scope, "hanna", "answer-1"); err == nil || turns != nil {
		t.Errorf("earlier %v, %v", turns, err)
	}
	if _, _, err := r.Conversation(t.Context(), scope, "hanna", "c", 0); err == nil {
		t.Error("the conversation is shown")
	}
	if page, err := r.Search(t.Context(), scope, "hanna", "41", 0); err == nil || len(page.Conversations) > 0 {
		t.Errorf("found %v, %v", page, err)
	}
}

func TestL17_L34_AConversationBelongsToOnePerson(t *testing.T) {
	r := newRoom(t, ledger{})
	answer := r.answered("c", "hers", "Hers.")
	r.begin(chat.Beginning{Person: "felix", Conversation: "c", Question: "his"}, nil)
	if err := r.Delete(t.Context(), "felix", "c"); err != nil {
		t.Fatal(err)
	}
	scope := scopeOf(t, "felix")
	_, _, shown := r.Conversation(t.Context(), scope, "felix", "c", 0)
	_, renamed := r.Rename(t.Context(), "felix", "c", "Mine")
	deleted := r.Delete(t.Context(), "felix", "c")
	for _, err := range []error{shown, renamed, deleted} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("felix: %v", err)
		}
	}
	_, read := r.Events(t.Context(), scope, "felix", answer)
	judged := r.Judge(t.Context(), "felix", answer, Feedback{Vote: Up}, today)
	for _, err := range []error{read, judged} {
		if !errors.Is(err, chat.ErrNoAnswer) {
			t.Errorf("felix: %v", err)
		}
	}
	if got := r.earlier("felix", answer); got != "" {
		t.Errorf("felix has %q", got)
	}
	c, part, err := r.Conversation(t.Context(), scopeOf(t, "hanna"), "hanna", "c", 0)
	if err != nil || c.Title != "hers" || len(part.Turns) != 1 || part.Turns[0].Feedback != nil {
		t.Errorf("hanna has %+v %+v, %v", c, part.Turns, err)
	}
}

// A conversation of years is read in parts, and the next question of it looks at
// no more of it than of a short one.
func TestALongConversationIsReadInParts(t *testing.T) {
	r := newRoom(t, ledger{"d": "hr"})
	const n = 2*turnsPage + 3
	var all []string
	for i := range n {
		all = append(all, r.answered("c", fmt.Sprint("question ", i), "41,000.", "d"))
		if i%50 == 0 {
			r.answered("other", "question", "41,000.", "d")
		}
	}
	scope := scopeOf(t, "hanna")
	var read []string
	for before, parts := 0, 0; ; parts++ {
		c, part, err := r.Conversation(t.Context(), scope, "hanna", "c", before)
		if err != nil || c.Turns != n || len(part.Turns) > turnsPage || parts > 2 {
			t.Fatalf("part %d has %d of %d turns, %v", parts, len(part.Turns), c.Turns, err)
		}
		var ids []string
		for _, turn := range part.Turns {
			ids = append(ids, turn.Answer)
		}
		read = append(ids, read...)
		if before = part.Earlier; before == 0 {
			break
		}
	}
	if diff := cmp.Diff(all, read); diff != "" {
		t.Error(diff)
	}
	if _, part, err := r.Conversation(t.Context(), scope, "hanna", "other", 0); err != nil || len(part.Turns) != 5 || part.Earlier != 0 {
		t.Errorf("the other has %+v, %v", part, err)
	}
	next := r.ask("c", "and?", nil)
	earlier, err := r.Earlier(t.Context(), scope, "hanna", next)
	if err != nil || len(earlier) != earlierTurns || earlier[earlierTurns-1].Question != fmt.Sprint("question ", n-1) {
		t.Errorf("the next question follows %+v, %v", earlier, err)
	}
}

func TestListIsPagedNewestFirst(t *testing.T) {
	r := newRoom(t, ledger{})
	const n = 2*pageSize + 3
	for i := range n {
		r.ask(fmt.Sprint(i), fmt.Sprintf("Question %d", i), nil)
	}
	r.ask("0", "asked again", nil) // the oldest is the newest now
	var ids []string
	for before := 0; ; {
		page, err := r.List(t.Context(), "hanna", before)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Conversations {
			ids = append(ids, c.ID)
		}
		found, err := r.Search(t.Context(), scopeOf(t, "hanna"), "hanna", "question", before)
		if err != nil || len(found.Conversations) != len(page.Conversations) || found.Next != page.Next {
			t.Errorf("from %d the list has %d and the search %d, %v", before, len(page.Conversations), len(found.Conversations), err)
		}
		if before = page.Next; before == 0 {
			break
		}
	}
	want := []string{"0"}
	for i := n - 1; i > 0; i-- {
		want = append(want, fmt.Sprint(i))
	}
	if !slices.Equal(ids, want) {
		t.Errorf("listed %v", ids)
	}
}

func TestSearchFindsWordsInBothLanguages(t *testing.T) {
	r := newRoom(t, ledger{"d": "everyone"})
	r.answered("leave", "请问入职第一年有几天年假？", "共有 **12 天**。", "d")
	r.answered("travel", "How do I book Business Travel?", "Use the Ｐortal; approval takes 3 days.", "d")
	r.answered("pay", "報銷差旅費需要什麼？", "發票。", "d")
	if _, err := r.Rename(t.Context(), "hanna", "pay", "Q3 expenses"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ query, want, in, text string }{
		{"年假", "leave", "question", "请问入职第一年有几天年假？"},
		{"年", "leave", "question", "年"},
		{"12 天", "leave", "answer", "共有 **12 天**。"},
		{"年假 12", "leave", "answer", "12"},
		{"差旅费", "pay", "question", "報銷差旅費"}, // the other script
		{"差旅費", "pay", "question", "報銷差旅費"},
		{"发票", "pay", "answer", "發票"},
		{"TRAVEL business", "travel", "question", "Business Travel"},
		{"portal", "travel", "answer", "Ｐortal"},
		{"expenses q3", "pay", "title", "Q3 expenses"},
		{"travel nothing", "", "", ""},
		{"%", "", "", ""}, {"_", "", "", ""}, {"'", "", "", ""},
	} {
		page, err := r.Search(t.Context(), scopeOf(t, "hanna"), "hanna", c.query, 0)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, found := range page.Conversations {
			ids = append(ids, found.ID)
		}
		if c.want == "" {
			if len(ids) > 0 {
				t.Errorf("%q finds %v", c.query, ids)
			}
			continue
		}
		if len(ids) != 1 || ids[0] != c.want || page.Conversations[0].Found.In != c.in || !strings.Contains(page.Conversations[0].Found.Text, c.text) {
			t.Errorf("%q finds %v %+v, want %s in the %s", c.query, ids, page.Conversations, c.want, c.in)
		}
	}
}

func TestExcerptsAreShortAndHoldTheWord(t *testing.T) {
	long := strings.Repeat("一二三四五六七八九十", 30)
	for _, text := range []string{long + "年假" + long, "年假" + long, long + "年假", "年假", strings.Repeat("ﬁ ", 100) + "年假"} {
		got := excerpt(text, []string{"年假"})
		if n := len([]rune(got)); !strings.Contains(got, "年假") || n > 2*around+4 {
			t.Errorf("%d characters: %s", n, got)
		}
	}
}

func TestTitlesAreTheFirstQuestionMadeShort(t *testing.T) {
	for question, want := range map[string]string{
		"How many\n days?":             "How many days?",
		strings.Repeat("word ", 30):    strings.TrimSpace(strings.Repeat("word ", 12)) + "…",
		strings.Repeat("年假", 50):       strings.Repeat("年假", 30) + "…",
		strings.Repeat("x", 61):        strings.Repeat("x", 60) + "…",
		strings.Repeat("年", 59) + "，问": strings.Repeat("年", 59) + "…",
	} {
		if got := titleOf(question); got != want {
			t.Errorf("%q has the title %q, want %q", question, got, want)
		}
	}
}

func TestWhatIsDeletedIsOutOfTheFile(t *testing.T) {
	r := newRoom(t, ledger{})
	secret := "heron-project-" + strings.Repeat("7", 40)
	answer := r.answered("c", "What of "+secret+"?", strings.Repeat(secret+" ", 300))
	if err := r.Judge(t.Context(), "hanna", answer, Feedback{Vote: Down, Comment: secret}, today); err != nil {
		t.Fatal(err)
	}
	r.answered("d", "other", "Other.")
	file := func() []byte {
		t.Helper()
		if err := r.store.Close(); err != nil { // writes the log into the file
			t.Fatal(err)
		}
		data, err := os.ReadFile(r.path)
		if err != nil {
			t.Fatal(err)
		}
		r = openRoom(t, r.path, ledger{})
		return data
	}
	if !bytes.Contains(file(), []byte(secret)) {
		t.Fatal("it is not in the file to begin with")
	}
	if err := r.Delete(t.Context(), "hanna", "c"); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file(), []byte(secret)) {
		t.Error("it is in the file still")
	}
	if r.count("turns") != 1 || r.count("conversations") != 1 || r.count("feedback") != 0 {
		t.Errorf("%d turns, %d conversations, %d feedback", r.count("turns"), r.count("conversations"), r.count("feedback"))
	}
	// What ends after it was deleted does not come back.
	r.keep(answer, secret, chat.Done{})
	if r.count("turns") != 1 {
		t.Error("it came back")
	}
}

func TestOldConversationsExpireByTheirLastQuestion(t *testing.T) {
	r := newRoom(t, ledger{})
	at := func(conversation string, days int) {
		turn := chat.Beginning{Answer: fmt.Sprint(conversation, days), Person: "hanna", Conversation: conversation, Newest: true, At: today.AddDate(0, 0, -days)}
		if _, err := r.Begin(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
	}
	for i := range expired + 5 {
		at(fmt.Sprint("old", i), 200)
	}
	at("used", 200)
	at("used", 10)
	at("new", 1)
	at("new", 300) // by a clock that was set back
	n, err := r.Expire(t.Context(), today.AddDate(0, 0, -180))
	if err != nil || n != expired+5 || r.count("conversations") != 2 || r.count("turns") != 4 {
		t.Errorf("%d expired, %v; %d conversations with %d turns are left", n, err, r.count("conversations"), r.count("turns"))
	}
}

func TestP7_WhatWasInterruptedIsKeptAndEndsHonestly(t *testing.T) {
	r := newRoom(t, ledger{"d": "everyone"})
	begun := r.ask("c", "begun", nil)
	half := r.ask("c", "half", nil)
	r.keep(half, "Half an ans", nil, "d")
	done := r.answered("c", "done", "Done.", "d")
	r = openRoom(t, r.path, ledger{"d": "everyone"})
	if n, err := r.Interrupt(t.Context()); err != nil || n != 2 {
		t.Errorf("%d interrupted, %v", n, err)
	}
	for answer, want := range map[string]chat.Event{
		begun: chat.Failed{Reason: chat.Interrupted}, half: chat.Failed{Reason: chat.Interrupted}, done: chat.Done{Text: "Done."},
	} {
		events, err := r.Events(t.Context(), scopeOf(t, "hanna"), "hanna", answer)
		if err != nil || !cmp.Equal(events[len(events)-1], want) {
			t.Errorf("%s: %v, %v", answer, events, err)
		}
	}
	events, err := r.Events(t.Context(), scopeOf(t, "hanna"), "hanna", half)
	if text, _ := chat.Written(events); err != nil || text != "Half an ans" {
		t.Errorf("kept %q, %v", text, err)
	}
	_, part, err := r.Conversation(t.Context(), scopeOf(t, "hanna"), "hanna", "c", 0)
	if err != nil || part.Turns[0].State != Failed || part.Turns[1].State != Failed || part.Turns[2].State != Done || len(part.Turns[1].Events) != 4 {
		t.Errorf("turns %+v, %v", part, err)
	}
}

func TestFeedbackIsTheLastWordAndCanBeTakenBack(t *testing.T) {
	r := newRoom(t, ledger{"d": "hr"})
	first, second := r.answered("c", "Pay?", "41,000.", "d"), r.answered("c", "Leave?", "26.", "d")
	for _, given := range []struct {
		answer string
		Feedback
	}{{first, Feedback{Up, "", ""}}, {first, Feedback{Down, "wrong", "It is 42,000."}}, {second, Feedback{Up, "", ""}}, {second, Feedback{Vote: Taken}}} {
		if err := r.Judge(t.Context(), "hanna", given.answer, given.Feedback, today.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	var judged []Judged
	if err := r.Judgements(t.Context(), func(j Judged) error { judged = append(judged, j); return nil }); err != nil {
		t.Fatal(err)
	}
	if len(judged) != 1 {
		t.Fatalf("%+v", judged)
	}
	j := judged[0]
	if *j.Feedback != (Feedback{Down, "wrong", "It is 42,000."}) || j.Person != "hanna" || j.Question != "Pay?" || !j.Given.Equal(today.Add(time.Hour)) ||
		!slices.Equal(chat.DocumentsOf(j.Events), []retrieval.DocumentID{"d"}) {
		t.Errorf("%+v", j)
	}
}

// The order of turns does not go by a clock, which may step back.
func TestOrderIsThatOfAsking(t *testing.T) {
	r := newRoom(t, ledger{})
	for i, at := range []time.Time{today, today.Add(-time.Hour), today.Add(-2 * time.Hour)} {
		turn := chat.Beginning{Answer: fmt.Sprint(i), Person: "hanna", Conversation: "c", Question: fmt.Sprint(i), Newest: true, At: at}
		begun, err := r.Begin(t.Context(), turn)
		if want := []string{"", "0", "1"}[i]; err != nil || begun.After != want {
			t.Errorf("%d follows %q, want %q (%v)", i, begun.After, want, err)
		}
	}
}
