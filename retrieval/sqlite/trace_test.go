package sqlite

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"bureau/access"
	"bureau/retrieval"
)

// rows returns how many rows a table has.
func rowsOf(t *testing.T, x *Index, table string) (n int) {
	t.Helper()
	err := x.db.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRow("SELECT count(*) FROM " + table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDeletedDocumentsLeaveNoTrace(t *testing.T) {
	x := openProcess(t, filepath.Join(t.TempDir(), "index.db"))
	for round := range 3 {
		var ids []retrieval.DocumentID
		for n := range 20 {
			d := triple(retrieval.DocumentID(fmt.Sprint(n)))
			d.Document.Readers = access.Readers{Departments: []access.Department{access.Department(fmt.Sprint("d", n%4))}}
			ids = append(ids, d.Document.ID)
			if err := x.Replace(t.Context(), d.Document, d.Passages); err != nil {
				t.Fatal(err)
			}
		}
		if err := x.Delete(t.Context(), ids...); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"documents", "passages", "vectors", "postings", "classes"} {
			if n := rowsOf(t, x, table); n != 0 {
				t.Errorf("round %d: %s keeps %d rows", round, table, n)
			}
		}
	}
	if n := rowsOf(t, x, "slots"); n != 60 {
		t.Errorf("%d slots after three rounds of 60 passages, want 60: free numbers are given again", n)
	}
}

// A scope of so many passages is not scored exactly as a whole: what decides
// which passages are must not depend on what others read.
func TestP1_ForeignDocumentsDoNotChangeWhatALargeScopeFinds(t *testing.T) {
	x, err := Open(t.Context(), filepath.Join(t.TempDir(), "index.db"), benchGeneration)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	m, scope := newMaterial(11), benchScope(t, 1)
	write := func(from, to int, reader access.Department) {
		t.Helper()
		var batch []retrieval.Replacement
		for n := from; n < to; n++ {
			d := m.document(n)
			d.Document.Readers.Departments = []access.Department{reader}
			batch = append(batch, d)
		}
		if err := x.ReplaceAll(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	write(0, 30, "d5") // foreign numbers come first and in between
	write(30, 130, "d0")
	queries := []retrieval.Query{m.query(10), m.query(50), m.query(100)}
	var before []retrieval.Rankings
	for _, q := range queries {
		r, err := x.Search(t.Context(), scope, q)
		if err != nil {
			t.Fatal(err)
		}
		before = append(before, r)
	}
	write(130, 200, "d5")
	for i, q := range queries {
		after, err := x.Search(t.Context(), scope, q)
		if diff := cmp.Diff(before[i], after); diff != "" || err != nil {
			t.Errorf("query %d, %v (-before +after):\n%s", i, err, diff)
		}
	}
}
