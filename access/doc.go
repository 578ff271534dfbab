// Package access says who may read what.
//
// A [Policy] knows the company: its departments as a tree, its people and the
// groups they belong to. [Policy.Scope] gives one person's [Scope], everything
// that person may read at one moment, and [Policy.Audience] what all of several
// people may. A Scope cannot be written as a literal, parsed from a request or
// widened; it can only be obtained here and narrowed. [Readers] stands on the
// other side: who may read one document. [Scope.Allows] is the one decision that
// joins the two.
//
// Everything fails closed: the zero Scope reads nothing, the zero Readers is
// read by nobody, an unknown person, department or clearance means nobody.
// "Now" is always an argument.
//
//	policy, err := access.Parse("bureau.yaml", data)
//	scope, err := policy.Scope("hanna", time.Now())
//	if scope.Allows(document.Readers) { … }
package access
