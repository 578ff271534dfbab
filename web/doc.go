// Package web is the browser's front door: the pages, the socket that answers
// stream over, and the chat widget.
//
// A person signs in, opens one WebSocket and asks. Each question gets a scope
// of its own, at the moment it is asked; while its answer streams the scope is
// looked at again, and the answer ends when a right is gone. Every document
// page is authorised the same way, and a document that is foreign looks like
// one that does not exist. What the model wrote and what documents say is
// rendered and sanitised here: the browser is given HTML with no image, no
// script and no link but to a document of this server.
//
// The frames of the socket are in frame.go and docs/protocol.md; the errors
// that people see, with their status and close codes, in failure.go.
//
//	server, err := web.New(web.Config{Rights: policy, Company: policy, Answerer: answerer, …})
//	go http.Serve(listener, server.Handler())
//	defer server.Shutdown(ctx)
package web
