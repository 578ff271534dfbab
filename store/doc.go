// Package store keeps one SQL database: the handle, its settings and its
// migrations. Each room that keeps state has its own tables and hands in its
// own migrations, so that no room knows another's.
//
//	db, err := store.Open(ctx, "data/bureau.db")
//	err = db.Migrate(ctx, "ingest", migrations) // an fs.FS of 00001_name.sql files
//	err = db.Write(ctx, func(tx *sql.Tx) error { … })
//	err = db.Read(ctx, func(tx *sql.Tx) error { … })
//
// What Write has returned without an error holds after kill -9 and after a
// power cut (P7).
package store
