// Package mail reads mails (RFC 5322 with MIME) and mailboxes (RFC 4155) as
// documents: what one person wrote, without the mails it answers and without
// signatures, and the files that hang on it as documents of their own, with the
// readers of the mail.
//
//	text, attached, err := mail.ReadEML(data, format.Default, html)
//
// A mail may come from anybody. Its parts, their depth and their size are
// bounded, names are made safe, no link is followed and no picture fetched.
package mail
