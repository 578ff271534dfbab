// Package identity knows who is asking: the people whom a provider vouches
// for, the accounts that Bureau keeps itself, the sessions of browsers and the
// tokens of programs. What somebody may read stays the policy's to say; this
// package says who it is, and ends a way in.
//
//	directory, err := identity.Open(ctx, db, identity.Config{Policy: policy})
//	person, err := directory.Admit(ctx, proof, now)   // or directory.SignIn with a password
//	token, err := directory.Begin(ctx, identity.Entry{Person: person, Provider: "corp"}, now)
//	session, err := directory.Session(ctx, identity.SessionID(token), now)
//	scope, err := directory.Scope(session.Person, now)
//
// A person is one by an id that is never given to another: that of the
// configuration, or one made of a provider's issuer and subject. A name or an
// address gives nobody anything. Every way in is asked of the database each
// time, so that what one process takes away is gone in all of them; what cannot
// be read is refused.
package identity
