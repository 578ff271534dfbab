// Package history keeps the conversations of people in the store: their
// questions, the answers with their sources, and what people thought of them.
//
// A conversation belongs to one person, and for everybody else does not exist.
// Its turns are a tree, since an edited question begins a branch. An answer is
// shown only while its person reads every document that it was written from
// (P3); the question, which the person wrote, stays.
//
//	h, err := history.Open(ctx, db, ledger)
//	desk := chat.NewDesk(chat.DeskConfig{Record: h, …})
//	page, err := h.List(ctx, "hanna", 0)
package history
