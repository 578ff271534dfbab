package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"bureau/access"
	"bureau/retrieval"
)

// damage changes the file behind the index's back.
func damage(t *testing.T, x *Index, statement string, args ...any) {
	t.Helper()
	err := x.db.Write(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec(statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ownAndForeign returns an index of one document that d0 reads and one that d7
// does.
func ownAndForeign(t *testing.T) *Index {
	t.Helper()
	x := openProcess(t, filepath.Join(t.TempDir(), "index.db"))
	own, foreign := triple("own"), triple("foreign")
	own.Document.Readers = access.Readers{Departments: []access.Department{"d0"}}
	foreign.Document.Readers = access.Readers{Departments: []access.Department{"d7"}}
	for _, d := range []retrieval.Replacement{own, foreign} {
		if err := x.Replace(t.Context(), d.Document, d.Passages); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

// Blobs that were cut or overwritten must end in an error that names the
// remedy: neither in a crash nor in an answer from what is left.
func TestDamagedBlobsAreErrors(t *testing.T) {
	for _, statement := range []string{
		"UPDATE slots SET code = x'0102'",
		"UPDATE slots SET code = code || x'0102030405060708' WHERE number = 0",
		"UPDATE vectors SET vector = x'0102'",
		"UPDATE postings SET data = x'ff'",
		"UPDATE postings SET data = x'8002'",
		"UPDATE postings SET data = x'ffffffffffffffffff0101'",
		"UPDATE postings SET data = x'ff1f01'",
		"UPDATE classes SET centre = x'01020304'",
	} {
		x := ownAndForeign(t)
		damage(t, x, statement)
		r, err := x.Search(t.Context(), benchScope(t, 1), retrieval.Query{Vector: axis(8, 0), Terms: triple("").Passages[0].Terms, K: 5})
		if err == nil || !strings.Contains(err.Error(), "bureau reindex") || !reflect.DeepEqual(r, retrieval.Rankings{}) {
			t.Errorf("%s: found %v, %v; want an error with its remedy", statement, r, err)
		}
	}
}

// The postings of a class that name a passage of another one are not believed.
func TestP1_DamagedPostingsLeadToNoForeignPassage(t *testing.T) {
	x := ownAndForeign(t)
	const foreign = 3 // the number of its first passage
	damage(t, x, "UPDATE postings SET data = $1", encodePostings([]posting{{foreign, 1}}))
	r, err := x.Search(t.Context(), benchScope(t, 1), retrieval.Query{Terms: triple("").Passages[0].Terms, K: 5})
	if err == nil || len(r.Lexical) != 0 {
		t.Errorf("found %v, %v; want an error", r.Lexical, err)
	}
}

// An id from outside is answered alike whether it is unknown or foreign, even
// where the foreign passage cannot be read.
func TestP4_ForeignPassageIsNotEvenLookedAt(t *testing.T) {
	x := ownAndForeign(t)
	damage(t, x, "UPDATE passages SET headings = 'no JSON' WHERE document = 'foreign'")
	found, err := x.Load(t.Context(), benchScope(t, 1), []string{"foreign#a", "unknown", "own#b"})
	if err != nil || len(found) != 1 || found[0].Passage.ID != "own#b" {
		t.Errorf("loaded %v, %v; want the own passage alone", found, err)
	}
}

// A restriction that a later program has written must not be passed over by
// this one.
func TestP2_ReadersThatAreNotUnderstoodReadNothing(t *testing.T) {
	for _, readers := range []string{`{"departments":["d0"],"persons":["ann"]}`, `{"departments":["d0"]} x`, `{"departments":"d0"}`} {
		x := ownAndForeign(t)
		damage(t, x, `UPDATE classes SET readers = $1 WHERE readers LIKE '%d0%'`, readers)
		r, err := x.Search(t.Context(), benchScope(t, 1), retrieval.Query{Vector: axis(8, 0), K: 5})
		if err == nil || len(r.Dense) != 0 {
			t.Errorf("%s: found %v, %v; want an error", readers, r.Dense, err)
		}
		if _, err := x.Load(t.Context(), benchScope(t, 1), []string{"own#a"}); err == nil {
			t.Errorf("%s: loaded", readers)
		}
	}
}

func TestEqualReadersAreOneClass(t *testing.T) {
	x := openProcess(t, filepath.Join(t.TempDir(), "index.db"))
	from := benchScope(t, 1).At().AddDate(0, 0, -1)
	for i, readers := range []access.Readers{
		{Departments: []access.Department{"d0", "d1"}, From: from.UTC()},
		{Departments: []access.Department{"d1", "d0", "d1"}, Deny: []access.Department{}, From: from.Local().Add(0)},
		{Departments: []access.Department{"d1", "d0"}, From: from.In(time.FixedZone("", 3600))},
	} {
		d := triple(retrieval.DocumentID(fmt.Sprint(i)))
		d.Document.Readers = readers
		if err := x.Replace(t.Context(), d.Document, d.Passages); err != nil {
			t.Fatal(err)
		}
	}
	if n := rowsOf(t, x, "classes"); n != 1 {
		t.Errorf("%d classes, want 1", n)
	}
}
