// Package scim is the door through which a provider's directory sends its
// people and groups: SCIM 2.0 as RFC 7643 and RFC 7644 have it, as far as
// providers use it, and with what Entra ID and Okta send besides.
//
//	door := scim.New(scim.Config{Directory: directory, Base: "https://bureau.example.com/scim/v2"})
//	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", door))
//
// A request without a token of a provider's roster is answered with 401 and
// nothing else. Attributes that Bureau has no use for are taken and forgotten:
// the less is kept of people the better.
package scim
