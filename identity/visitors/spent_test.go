package visitors

import (
	"database/sql"
	"testing"
)

// kept returns how many used tokens are remembered.
func kept(t *testing.T, s *Spent) (n int) {
	t.Helper()
	if err := s.db.Read(t.Context(), func(tx *sql.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FROM spent").Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}
