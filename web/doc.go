// Package web is the browser's front door: the pages, the socket that answers
// stream over, and the chat widget.
//
// A person signs in, opens one WebSocket and asks. The question goes to a
// [chat.Desk], which has it answered whether a socket is there or not; any
// socket of the person may follow the answer, from its first event or from
// where another one was cut. Each question gets a scope of its own, at the
// moment it is asked; while its answer is shown the scope is looked at again,
// and the answer ends when a right is gone. Conversations are read, searched and
// deleted over HTTP, at /api. Every document
// page is authorised the same way, and a document that is foreign looks like
// one that does not exist. What the model wrote and what documents say is
// rendered and sanitised here: the browser is given HTML with no image, no
// script and no link but to a document of this server.
//
// The frames of the socket are in frame.go and docs/protocol.md; the errors
// that people see, with their status and close codes, in failure.go.
//
//	server, err := web.New(web.Config{Desk: desk, History: history, Library: ledger, …})
//	go http.Serve(listener, server.Handler())
//	defer server.Shutdown(ctx)
package web
