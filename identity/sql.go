package identity

import (
	"database/sql"
	"encoding/json"
)

// aliases returns, as JSON, the ids under which sessions of a person are kept:
// their own, and those under which providers know them.
func (d *Directory) aliases(person string) string {
	return jsonList(append(d.linked(person), person))
}

// jsonList returns names as a list in JSON.
func jsonList(names []string) string {
	encoded, err := json.Marshal(append([]string{}, names...))
	if err != nil {
		panic(err) // unreachable: strings encode
	}
	return string(encoded)
}

// changed returns how many rows a statement has changed.
func changed(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
