// Package audit keeps who was answered from which passages, and shows that
// nobody has edited it since.
//
// The audit is a chain of lines in files of JSON lines. Each line has a number,
// the hash of the line before it, and a code that only the holder of the key
// can make. [Log.Append] returns when its lines are on the disk; any number of
// processes append to one chain. [Verify] reads all of it and says of each fault
// what it is and where.
//
//	log, err := audit.Open(audit.Config{Folder: "data/audit", Key: key})
//	err = log.Append(ctx, audit.Entry{By: by, Event: audit.DocumentOpened{Document: id}})
//
// What the chain proves and what it does not is said in docs/audit.md.
package audit
