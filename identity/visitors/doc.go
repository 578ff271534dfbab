// Package visitors takes the word of a site about who visits it: a token that
// the site's own server signs, for one page, for minutes and for one use.
//
//	site, err := visitors.New(visitors.Config{ID: "intranet", Audience: url, Origins: origins, Keys: keys, Spent: spent})
//	proof, err := site.Verify(ctx, token, origin)
//
// A token is a JWT in the compact form with the claims iss (the site's id), aud
// (the address of Bureau), sub, origin, iat, exp and jti, and may have nbf, name
// and groups. docs/widget.md shows one. Whatever is wrong with it is
// [identity.ErrUnproved]; the text says what, for the log of the operator, and
// holds nothing of the token that is secret.
package visitors
