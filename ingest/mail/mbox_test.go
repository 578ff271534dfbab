package mail

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bureau/ingest/format"
)

const mailbox = `From ann@example.com Sun Mar  1 10:00:00 2026
Message-ID: <1/2@example.com>
Subject: one
Date: Sun, 1 Mar 2026 10:00:00 +0000

From here on, 2026 it is.

From now on we meet at ten
>From the start.
>>From deeper.

From bob@example.com Mon Mar  2 10:00:00 2026
Subject: two

second

From bob@example.com Mon Mar  2 11:00:00 2026
Message-ID: <1/2@example.com>
Subject: three

third
`

func TestMailboxIsCutBetweenMails(t *testing.T) {
	var got []string
	for m, err := range EachMBOX([]byte(mailbox), format.Default) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Path+"|"+body(t, m.Data))
	}
	want := []string{"1-2@example.com.eml|From here on, 2026 it is.\n\nFrom now on we meet at ten\nFrom the start.", "000002.eml|second", "1-2@example.com (2).eml|third"}
	if strings.Join(got, "\n---\n") != strings.Join(want, "\n---\n") {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestMailboxIsBounded(t *testing.T) {
	limits := format.Default
	limits.Members = 2
	count := 0
	var last error
	for _, err := range EachMBOX([]byte(mailbox), limits) {
		count, last = count+1, err
	}
	if count != 3 || !errors.Is(last, format.ErrLimit) {
		t.Errorf("%d mails, error %v", count, last)
	}
	for _, err := range EachMBOX([]byte("Subject: x\n\ny"), limits) {
		if !errors.Is(err, format.ErrDamaged) {
			t.Errorf("error %v", err)
		}
	}
}

func TestMailboxOfAnotherProgramIsRead(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not here")
	}
	name := filepath.Join(t.TempDir(), "box")
	const script = `
import mailbox, sys
from email.message import EmailMessage
box = mailbox.mbox(sys.argv[1])
for i, text in enumerate(["第一封\n\nFrom the start", "second"]):
    m = EmailMessage()
    m["Subject"], m["Message-ID"] = "mail %d" % i, "<%d@example.com>" % i
    m.set_content(text, cte="8bit")
    box.add(m)
box.flush()
`
	if out, err := exec.Command(python, "-c", script, name).CombinedOutput(); err != nil {
		t.Fatalf("python3: %v\n%s", err, out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for m, err := range EachMBOX(data, format.Default) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Path+" "+body(t, m.Data))
	}
	if want := "0@example.com.eml 第一封\n\nFrom the start|1@example.com.eml second"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzEachMBOX(f *testing.F) {
	f.Add([]byte(mailbox))
	f.Fuzz(func(t *testing.T, data []byte) {
		size := 0
		for m := range EachMBOX(data, format.Default) {
			size += len(m.Data)
		}
		if size > len(data) {
			t.Errorf("%d bytes become %d", len(data), size)
		}
	})
}
